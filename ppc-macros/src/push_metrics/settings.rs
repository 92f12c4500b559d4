//! The settings that destinations have, and which of them has which: one table, which parsing,
//! checking and expanding read.

use crate::keys::{Form, Key};

/// A setting of some destinations, by its key.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) key: Key,
    /// The keys of the destinations that have it.
    pub(super) of: &'static [&'static str],
    pub(super) value: Value,
}

/// What a setting takes, and how its setter gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// One of these words, or a value.
    Word(&'static [&'static str]),
    Time,
    /// `true` or `false`, by value.
    Switch,
    /// A number, by value.
    Count,
    /// A text, or whatever the setter takes, by reference.
    Text,
    /// `environment`, `off` or a URL.
    Proxy,
    /// A text that goes with that of another key into one setter.
    Pair {
        with: &'static str,
        setter: &'static str,
    },
    /// The other key of a pair.
    Second {
        first: &'static str,
    },
    /// Names with values, each by the setter.
    Pairs {
        setter: &'static str,
        of: Pairs,
    },
}

/// What names with values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairs {
    /// Labels of the group, with any value.
    Grouping,
    /// Labels that the server adds.
    Labels,
    Headers,
    Params,
}

impl Pairs {
    /// What messages call one of them.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Grouping | Self::Labels => "label",
            Self::Headers => "header",
            Self::Params => "parameter",
        }
    }
}

const HTTP: &[&str] = &[
    "influx_http",
    "openmetrics_http",
    "pushgateway",
    "aggregation_gateway",
];
/// What takes certificates, and waits for replies.
const CONNECTED: &[&str] = &[
    "influx_http",
    "openmetrics_http",
    "pushgateway",
    "aggregation_gateway",
    "redis",
];
/// In which processes count together.
const STORES: &[&str] = &["redis", "sqlite"];
/// Those of Influx line protocol.
const INFLUX: &[&str] = &["influx_udp", "influx_tcp", "influx_unix", "influx_http"];
const STATSD: &[&str] = &["statsd_udp", "statsd_tcp", "statsd_unix"];
pub(super) const GATEWAYS: &[&str] = &["pushgateway", "aggregation_gateway"];

pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "timestamps",
        "timestamps = \"server\"",
        &[
            "influx_udp",
            "influx_tcp",
            "influx_unix",
            "influx_http",
            "graphite_udp",
            "graphite_tcp",
            "openmetrics_http",
        ],
        Value::Word(&["server", "client"]),
    ),
    setting(
        "names",
        "names = \"influxdb\"",
        INFLUX,
        Value::Word(&["prometheus", "influxdb"]),
    ),
    setting(
        "dialect",
        "dialect = \"dogstatsd\"",
        STATSD,
        Value::Word(&[
            "influx",
            "dogstatsd",
            "librato",
            "signalfx",
            "graphite",
            "plain",
        ]),
    ),
    setting(
        "types",
        "types = \"native\"",
        STATSD,
        Value::Word(&["gauges", "native"]),
    ),
    setting(
        "datagram_size",
        "datagram_size = 8192",
        &[
            "influx_udp",
            "influx_unix",
            "statsd_udp",
            "statsd_unix",
            "graphite_udp",
        ],
        Value::Count,
    ),
    setting(
        "socket",
        "socket = \"stream\"",
        &["influx_unix", "statsd_unix"],
        Value::Word(&["any", "datagram", "stream"]),
    ),
    setting(
        "precision",
        "precision = \"ms\"",
        &["influx_http"],
        Value::Word(&["ns", "us", "ms", "s"]),
    ),
    setting("db", "db = \"jobs\"", &["influx_http"], Value::Text),
    setting("bucket", "bucket = \"jobs\"", &["influx_http"], Value::Text),
    setting("org", "org = \"acme\"", &["influx_http"], Value::Text),
    setting(
        "token",
        "token = ppc::Secret::env(\"TOKEN\")",
        &["influx_http"],
        Value::Text,
    ),
    list(
        "extra_labels",
        "extra_labels(dc = \"fra1\")",
        &["influx_http", "openmetrics_http"],
        Value::Pairs {
            setter: "extra_label",
            of: Pairs::Labels,
        },
    ),
    setting(
        "format",
        "format = \"openmetrics\"",
        &["openmetrics_http"],
        Value::Word(&["text", "openmetrics"]),
    ),
    switch("exemplars", "exemplars = false", &["openmetrics_http"]),
    setting(
        "method",
        "method = \"put\"",
        &["influx_http", "openmetrics_http", "pushgateway"],
        Value::Word(&["post", "put"]),
    ),
    list(
        "grouping",
        "grouping(instance = ppc::hostname())",
        GATEWAYS,
        Value::Pairs {
            setter: "grouping",
            of: Pairs::Grouping,
        },
    ),
    switch(
        "start",
        "start = true",
        &["pushgateway", "aggregation_gateway", "textfile"],
    ),
    switch(
        "delete_on_success",
        "delete_on_success = true",
        &["pushgateway"],
    ),
    switch("delete_on_exit", "delete_on_exit = true", &["pushgateway"]),
    setting(
        "gauges",
        "gauges = \"skip\"",
        &["aggregation_gateway"],
        Value::Word(&["delta", "skip"]),
    ),
    setting(
        "delivery",
        "delivery = \"at_least_once\"",
        &["aggregation_gateway"],
        Value::Word(&["at_most_once", "at_least_once"]),
    ),
    setting("prefix", "prefix = \"billing\"", STORES, Value::Text),
    setting("ttl", "ttl = \"1d\"", STORES, Value::Time),
    setting(
        "instance",
        "instance = ppc::hostname()",
        STORES,
        Value::Text,
    ),
    setting(
        "nodes",
        "nodes = [\"two:6379\", \"three:6379\"]",
        &["redis"],
        Value::Text,
    ),
    list(
        "headers",
        "headers(\"X-Scope-OrgID\" = tenant)",
        HTTP,
        Value::Pairs {
            setter: "header",
            of: Pairs::Headers,
        },
    ),
    list(
        "params",
        "params(extra_filters = \"x\")",
        HTTP,
        Value::Pairs {
            setter: "param",
            of: Pairs::Params,
        },
    ),
    setting(
        "username",
        "username = \"jobs\", password = ppc::Secret::env(\"PASSWORD\")",
        HTTP,
        Value::Pair {
            with: "password",
            setter: "basic_auth",
        },
    ),
    setting(
        "password",
        "username = \"jobs\", password = ppc::Secret::env(\"PASSWORD\")",
        HTTP,
        Value::Second { first: "username" },
    ),
    setting(
        "bearer_token",
        "bearer_token = ppc::Secret::env(\"TOKEN\")",
        HTTP,
        Value::Text,
    ),
    setting(
        "ca_file",
        "ca_file = \"/etc/acme/ca.pem\"",
        CONNECTED,
        Value::Text,
    ),
    setting(
        "client_certificate",
        "client_certificate = \"job.pem\", client_key = \"job.key\"",
        CONNECTED,
        Value::Pair {
            with: "client_key",
            setter: "client_certificate",
        },
    ),
    setting(
        "client_key",
        "client_certificate = \"job.pem\", client_key = \"job.key\"",
        CONNECTED,
        Value::Second {
            first: "client_certificate",
        },
    ),
    setting(
        "min_tls_version",
        "min_tls_version = \"1.3\"",
        HTTP,
        Value::Word(&["1.2", "1.3"]),
    ),
    switch("insecure_skip_verify", "insecure_skip_verify = true", HTTP),
    setting(
        "compression",
        "compression = \"gzip\"",
        HTTP,
        Value::Word(&["none", "gzip", "snappy", "zstd"]),
    ),
    setting("timeout", "timeout = 10", CONNECTED, Value::Time),
    setting("connect_timeout", "connect_timeout = 5", HTTP, Value::Time),
    setting("max_body", "max_body = 1_000_000", HTTP, Value::Count),
    switch("follow_redirects", "follow_redirects = true", HTTP),
    setting("proxy", "proxy = \"off\"", HTTP, Value::Proxy),
    setting(
        "unix_socket",
        "unix_socket = \"/run/gateway.sock\"",
        HTTP,
        Value::Text,
    ),
];

/// The keys of what is kept of what cannot be delivered, each with how it is written; each is a
/// setter of `Push`.
pub(super) const KEEPING: [(&str, &str); 5] = [
    ("buffer", "buffer = \"16MiB\""),
    ("buffer_age", "buffer_age = \"1h\""),
    ("spool", "spool = \"/var/spool/ppc\""),
    ("spool_size", "spool_size = \"256MiB\""),
    ("spool_period", "spool_period = 1"),
];

const fn setting(
    name: &'static str,
    example: &'static str,
    of: &'static [&'static str],
    value: Value,
) -> Setting {
    Setting {
        key: Key::new(name, Form::Value, example),
        of,
        value,
    }
}

const fn switch(name: &'static str, example: &'static str, of: &'static [&'static str]) -> Setting {
    Setting {
        key: Key::new(name, Form::Switch, example),
        of,
        value: Value::Switch,
    }
}

const fn list(
    name: &'static str,
    example: &'static str,
    of: &'static [&'static str],
    value: Value,
) -> Setting {
    Setting {
        key: Key::new(name, Form::List, example),
        of,
        value,
    }
}
