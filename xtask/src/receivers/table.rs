//! Which receivers there are, where each comes from and how it is started.

use super::start::Start;

/// A server that tests talk to, or a library they ask. A further one is a further row.
pub(crate) struct Receiver {
    pub(crate) name: &'static str,
    pub(super) source: Source,
    /// The file to run or import: the end of its path in the package.
    pub(super) program: &'static str,
    pub(super) start: Start,
    /// None where it is no server.
    pub(super) run: Option<Run>,
}

/// Where it is packaged.
pub(super) enum Source {
    /// A package of the system, and those of its libraries that a bare system does not have.
    Apt(&'static [&'static str]),
    /// A Python project whose wheel runs anywhere, and those that it needs.
    Wheel(&'static [&'static str]),
    /// A package of Node.js, with its version.
    Npm(&'static str),
}

/// Starts a receiver for a developer; `{data}` is a folder of its own.
pub(super) struct Run {
    pub(super) arguments: &'static [&'static str],
    /// What stands in `{data}` before it starts: names and contents.
    pub(super) files: &'static [(&'static str, &'static str)],
    pub(super) addresses: &'static str,
}

pub(super) const TABLE: [Receiver; 11] = [
    Receiver {
        name: "victoria-metrics",
        source: Source::Apt(&["victoria-metrics"]),
        program: "bin/victoria-metrics",
        start: Start::Itself,
        run: Some(Run {
            arguments: &[
                "-storageDataPath={data}",
                "-httpListenAddr=127.0.0.1:8428",
                "-influxListenAddr=127.0.0.1:8089",
                "-retentionPeriod=100y",
                "-search.latencyOffset=0s",
                "-search.disableCache",
            ],
            files: &[],
            addresses: "http://127.0.0.1:8428/vmui, \
                        Influx lines over UDP and TCP at 127.0.0.1:8089",
        }),
    },
    Receiver {
        name: "pushgateway",
        source: Source::Apt(&["prometheus-pushgateway"]),
        program: "bin/prometheus-pushgateway",
        start: Start::Itself,
        run: Some(Run {
            arguments: &[
                "--web.listen-address=127.0.0.1:9091",
                "--web.enable-admin-api",
                // Else it writes below /var.
                "--persistence.file=",
            ],
            files: &[],
            addresses: "http://127.0.0.1:9091/metrics",
        }),
    },
    Receiver {
        name: "influxdb",
        source: Source::Apt(&["influxdb"]),
        program: "bin/influxd",
        start: Start::Itself,
        run: Some(Run {
            arguments: &["-config", "{data}/configuration"],
            files: &[("configuration", include_str!("configuration/influxdb.toml"))],
            addresses: "http://127.0.0.1:8086, \
                        lines over UDP at 127.0.0.1:8089 for the database `udp`",
        }),
    },
    Receiver {
        name: "prometheus",
        source: Source::Apt(&["prometheus"]),
        // `promtool` is beside it.
        program: "bin/prometheus",
        start: Start::Itself,
        run: Some(Run {
            arguments: &[
                "--config.file={data}/configuration",
                "--storage.tsdb.path={data}/tsdb",
                "--web.listen-address=127.0.0.1:9090",
                "--web.enable-remote-write-receiver",
            ],
            files: &[(
                "configuration",
                include_str!("configuration/prometheus.yml"),
            )],
            addresses: "http://127.0.0.1:9090, remote write at /api/v1/write",
        }),
    },
    Receiver {
        name: "nginx",
        source: Source::Apt(&["nginx"]),
        program: "sbin/nginx",
        start: Start::Itself,
        run: Some(Run {
            arguments: &["-e", "stderr", "-p", "{data}", "-c", "{data}/configuration"],
            files: &[("configuration", include_str!("configuration/nginx.conf"))],
            addresses: "http://127.0.0.1:8080, in front of a pushgateway",
        }),
    },
    Receiver {
        name: "client-python",
        source: Source::Wheel(&["prometheus-client"]),
        program: "prometheus_client/__init__.py",
        start: Start::Itself,
        run: None,
    },
    Receiver {
        name: "statsd-server",
        source: Source::Npm("statsd@0.9.0"),
        program: "statsd/stats.js",
        start: Start::Script {
            needs: Some("node"),
            // It calls a function that newer versions of Node.js do not have.
            script: r#"log='import util from "node:util"; util.log ||= console.log'
exec node --no-deprecation --import "data:text/javascript,$log" "$program" "$@""#,
        },
        run: Some(Run {
            arguments: &["{data}/configuration"],
            files: &[("configuration", include_str!("configuration/statsd.js"))],
            addresses: "UDP and TCP at 127.0.0.1:8125, shows lines and totals; \
                        commands (`help`) at 127.0.0.1:8126",
        }),
    },
    Receiver {
        name: "netdata",
        source: Source::Apt(&["netdata-core", "libjson-c5", "libssl3", "libuv1"]),
        program: "sbin/netdata",
        start: Start::Script {
            needs: None,
            script: r#"for libraries in "$home"/usr/lib/*-linux-gnu*; do
    export LD_LIBRARY_PATH="$libraries"
done
export DISABLE_TELEMETRY=1 DO_NOT_TRACK=1
exec "$program" "$@""#,
        },
        run: Some(Run {
            arguments: &["-D", "-c", "{data}/configuration"],
            files: &[("configuration", include_str!("configuration/netdata.conf"))],
            addresses: "StatsD over UDP and TCP at 127.0.0.1:8125, values at \
                        http://127.0.0.1:19999/api/v1/allmetrics?format=json",
        }),
    },
    Receiver {
        name: "carbon",
        source: Source::Apt(&[
            "graphite-carbon",
            "python3-attr",
            "python3-automat",
            "python3-cachetools",
            "python3-constantly",
            "python3-hyperlink",
            "python3-idna",
            "python3-incremental",
            "python3-pkg-resources",
            "python3-six",
            "python3-twisted",
            "python3-urllib3",
            "python3-whisper",
            "python3-zope.interface",
        ]),
        program: "bin/carbon-cache",
        start: Start::Script {
            // The one that these packages are built for; another may come first in PATH.
            needs: Some("/usr/bin/python3"),
            // Nothing but these packages, whatever the system has.
            script: r#"export PYTHONPATH="$home/usr/lib/python3/dist-packages"
exec /usr/bin/python3 -s -S -B -W ignore "$program" "$@""#,
        },
        run: Some(Run {
            arguments: &[
                "--config={data}/configuration",
                "--pidfile={data}/pid",
                "--nodaemon",
                "start",
            ],
            files: &[
                ("configuration", include_str!("configuration/carbon.conf")),
                (
                    "storage-schemas.conf",
                    include_str!("configuration/carbon-schemas.conf"),
                ),
            ],
            addresses: "lines over TCP and UDP at 127.0.0.1:2003, files below `whisper`",
        }),
    },
    Receiver {
        name: "redis",
        source: Source::Apt(&[
            "redis-server",
            // Where the program of the server is.
            "redis-tools",
            "libatomic1",
            "libjemalloc2",
            "liblzf1",
            "libssl3",
        ]),
        program: "bin/redis-server",
        start: Start::Script {
            needs: None,
            script: r#"for libraries in "$home"/usr/lib/*-linux-gnu*; do
    export LD_LIBRARY_PATH="$libraries"
done
exec "$program" "$@""#,
        },
        run: Some(Run {
            arguments: &[
                "--bind",
                "127.0.0.1",
                "--port",
                "6379",
                "--dir",
                "{data}",
                "--save",
                "",
            ],
            files: &[],
            addresses: "redis://127.0.0.1:6379",
        }),
    },
    Receiver {
        name: "distributed-client",
        source: Source::Wheel(&[
            "prometheus-distributed-client==2.1.5",
            "prometheus-client==0.23.1",
            "redis==8.1.0",
            // The last one needs it below Python 3.11.3.
            "async-timeout",
        ]),
        program: "prometheus_distributed_client/__init__.py",
        start: Start::Itself,
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
