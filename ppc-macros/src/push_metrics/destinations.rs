//! The destinations that the attribute knows: one table, which parsing, checking and expanding
//! read.

use crate::keys::{Form, Key};

/// A destination by its key.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) key: Key,
    /// The type in the facade.
    pub(super) ty: &'static str,
    pub(super) takes: Takes,
    /// The scheme in front of that of its URL form.
    pub(super) scheme: &'static str,
}

/// What the literal of a destination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// `host:port`, as a rule with this port.
    Address(&'static str),
    /// A server's URL.
    Http,
    /// The URL of a store that processes share.
    Store,
    /// The path of such a store in a file.
    Database,
    /// A path.
    File,
    /// The path of a Unix socket.
    Socket,
    /// `host:port` of this machine, where others come and read.
    Listener,
}

pub(super) const KINDS: &[Kind] = &[
    kind(
        "influx_udp",
        "InfluxUdp",
        Takes::Address("8089"),
        "influx_udp = \"localhost:8089\"",
        "influx+udp",
    ),
    kind(
        "influx_tcp",
        "InfluxTcp",
        Takes::Address("8089"),
        "influx_tcp = \"localhost:8089\"",
        "influx+tcp",
    ),
    kind(
        "influx_unix",
        "InfluxUnix",
        Takes::Socket,
        "influx_unix = \"/run/telegraf.sock\"",
        "influx+unix",
    ),
    kind(
        "influx_http",
        "InfluxHttp",
        Takes::Http,
        "influx_http = \"http://localhost:8428\"",
        "influx",
    ),
    kind(
        "statsd_udp",
        "StatsdUdp",
        Takes::Address("8125"),
        "statsd_udp = \"localhost:8125\"",
        "statsd+udp",
    ),
    kind(
        "statsd_tcp",
        "StatsdTcp",
        Takes::Address("8125"),
        "statsd_tcp = \"localhost:8125\"",
        "statsd+tcp",
    ),
    kind(
        "statsd_unix",
        "StatsdUnix",
        Takes::Socket,
        "statsd_unix = \"/run/datadog/dsd.socket\"",
        "statsd+unix",
    ),
    kind(
        "graphite_udp",
        "GraphiteUdp",
        Takes::Address("2003"),
        "graphite_udp = \"localhost:2003\"",
        "graphite+udp",
    ),
    kind(
        "graphite_tcp",
        "GraphiteTcp",
        Takes::Address("2003"),
        "graphite_tcp = \"localhost:2003\"",
        "graphite+tcp",
    ),
    kind(
        "openmetrics_http",
        "OpenMetricsHttp",
        Takes::Http,
        "openmetrics_http = \"http://localhost:8428\"",
        "openmetrics",
    ),
    kind(
        "pushgateway",
        "Pushgateway",
        Takes::Http,
        "pushgateway = \"http://localhost:9091\"",
        "pushgateway",
    ),
    kind(
        "aggregation_gateway",
        "AggregationGateway",
        Takes::Http,
        "aggregation_gateway = \"http://localhost:80\"",
        "aggregation",
    ),
    kind(
        "textfile",
        "Textfile",
        Takes::File,
        "textfile = \"/var/lib/node_exporter/job.prom\"",
        "textfile",
    ),
    kind(
        "redis",
        "Redis",
        Takes::Store,
        "redis = \"redis://localhost:6379\"",
        "redis",
    ),
    kind(
        "sqlite",
        "Sqlite",
        Takes::Database,
        "sqlite = \"/var/lib/ppc/metrics.db\"",
        "sqlite",
    ),
    kind(
        "serve",
        "Server",
        Takes::Listener,
        "serve = \"0.0.0.0:9100\"",
        "serve",
    ),
];

const fn kind(
    name: &'static str,
    ty: &'static str,
    takes: Takes,
    example: &'static str,
    scheme: &'static str,
) -> Kind {
    Kind {
        key: Key::new(name, Form::Value, example),
        ty,
        takes,
        scheme,
    }
}

impl Kind {
    /// Whether it is read by others, and not pushed to.
    pub(super) fn serves(&self) -> bool {
        self.takes == Takes::Listener
    }

    /// Whether it can be sent every change by itself: what takes lines can, and so can a store, which
    /// adds up; what takes requests or files as a whole cannot.
    pub(super) fn streams(&self) -> bool {
        matches!(
            self.takes,
            Takes::Address(_) | Takes::Socket | Takes::Store | Takes::Database
        )
    }
}

impl Takes {
    /// What a destination is made from, for messages.
    pub(super) fn expected(self) -> String {
        let (article, what, example) = match self {
            Self::Address(port) => ("an", "address", &*format!("localhost:{port}")),
            Self::Http => ("a", "URL", "http://localhost:8428"),
            Self::Store => ("a", "URL", "redis://localhost:6379"),
            Self::Database => ("a", "path", "/var/lib/ppc/metrics.db"),
            Self::File => ("a", "path", "/var/lib/node_exporter/job.prom"),
            Self::Socket => ("a", "path", "/run/metrics.sock"),
            Self::Listener => ("an", "address", "0.0.0.0:9100"),
        };
        format!("{article} {what} such as \"{example}\"")
    }
}
