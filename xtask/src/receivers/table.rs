//! Which receivers there are, where each comes from and how it is started.

/// A server that tests talk to, or a library they ask. A further one is a further row.
pub(crate) struct Receiver {
    pub(crate) name: &'static str,
    pub(super) source: Source,
    /// The file to run or import: the end of its path in the package.
    pub(super) program: &'static str,
    /// None where it is no server.
    pub(super) run: Option<Run>,
}

/// Where it is packaged.
pub(super) enum Source {
    /// A package of the system.
    Apt(&'static str),
    /// A Python project whose wheel runs anywhere.
    Wheel(&'static str),
}

/// Starts a receiver for a developer; `{data}` is a folder of its own.
pub(super) struct Run {
    pub(super) arguments: &'static [&'static str],
    /// What stands in `{data}/configuration`.
    pub(super) configuration: &'static str,
    pub(super) addresses: &'static str,
}

pub(super) const TABLE: [Receiver; 6] = [
    Receiver {
        name: "victoria-metrics",
        source: Source::Apt("victoria-metrics"),
        program: "bin/victoria-metrics",
        run: Some(Run {
            arguments: &[
                "-storageDataPath={data}",
                "-httpListenAddr=127.0.0.1:8428",
                "-influxListenAddr=127.0.0.1:8089",
                "-retentionPeriod=100y",
                "-search.latencyOffset=0s",
                "-search.disableCache",
            ],
            configuration: "",
            addresses: "http://127.0.0.1:8428/vmui, \
                        Influx lines over UDP and TCP at 127.0.0.1:8089",
        }),
    },
    Receiver {
        name: "pushgateway",
        source: Source::Apt("prometheus-pushgateway"),
        program: "bin/prometheus-pushgateway",
        run: Some(Run {
            arguments: &[
                "--web.listen-address=127.0.0.1:9091",
                "--web.enable-admin-api",
                // Else it writes below /var.
                "--persistence.file=",
            ],
            configuration: "",
            addresses: "http://127.0.0.1:9091/metrics",
        }),
    },
    Receiver {
        name: "influxdb",
        source: Source::Apt("influxdb"),
        program: "bin/influxd",
        run: Some(Run {
            arguments: &["-config", "{data}/configuration"],
            configuration: r#"reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
dir = "{data}/meta"
[data]
dir = "{data}/data"
wal-dir = "{data}/wal"
[http]
bind-address = "127.0.0.1:8086"
[[udp]]
enabled = true
bind-address = "127.0.0.1:8089"
database = "udp"
batch-timeout = "100ms"
read-buffer = 4194304
"#,
            addresses: "http://127.0.0.1:8086, \
                        lines over UDP at 127.0.0.1:8089 for the database `udp`",
        }),
    },
    Receiver {
        name: "prometheus",
        source: Source::Apt("prometheus"),
        // `promtool` is beside it.
        program: "bin/prometheus",
        run: Some(Run {
            arguments: &[
                "--config.file={data}/configuration",
                "--storage.tsdb.path={data}/tsdb",
                "--web.listen-address=127.0.0.1:9090",
                "--web.enable-remote-write-receiver",
            ],
            configuration: "scrape_configs: []\n",
            addresses: "http://127.0.0.1:9090, remote write at /api/v1/write",
        }),
    },
    Receiver {
        name: "nginx",
        source: Source::Apt("nginx"),
        program: "sbin/nginx",
        run: Some(Run {
            arguments: &["-e", "stderr", "-p", "{data}", "-c", "{data}/configuration"],
            // One process, which leaves no worker behind.
            configuration: "daemon off;
master_process off;
pid pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:8080;
        location / { proxy_pass http://127.0.0.1:9091; }
    }
}
",
            addresses: "http://127.0.0.1:8080, in front of a pushgateway",
        }),
    },
    Receiver {
        name: "client-python",
        source: Source::Wheel("prometheus-client"),
        program: "prometheus_client/__init__.py",
        run: None,
    },
];

/// The names a developer can give to `receivers run`.
pub(crate) fn names() -> String {
    let servers = TABLE.iter().filter(|receiver| receiver.run.is_some());
    let names: Vec<&str> = servers.map(|receiver| receiver.name).collect();
    names.join(", ")
}

impl Receiver {
    /// The module that holds the tests against it.
    pub(crate) fn module(&self) -> String {
        self.name.replace('-', "_")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_after_receivers() {
        assert_eq!(TABLE[0].module(), "victoria_metrics");
    }

    #[test]
    fn libraries_are_not_offered_to_run() {
        let names = names();
        assert!(names.contains("nginx"), "{names}");
        assert!(!names.contains("client-python"), "{names}");
    }
}
