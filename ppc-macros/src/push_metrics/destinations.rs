//! The destinations that the attribute knows, and the settings of each: one table, which parsing,
//! checking and expanding read.

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
    /// `host:port`.
    Address,
    /// A server's URL.
    Http,
    /// A path.
    File,
}

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
    /// A text that goes with that of another key into one setter.
    Pair {
        with: &'static str,
        setter: &'static str,
    },
    /// The other key of a pair.
    Second,
    /// Names with values, each by the setter; labels where their names have a grammar.
    Pairs {
        setter: &'static str,
        labels: bool,
    },
}

const HTTP: &[&str] = &[
    "influx_http",
    "openmetrics_http",
    "pushgateway",
    "aggregation_gateway",
];
const GATEWAYS: &[&str] = &["pushgateway", "aggregation_gateway"];

pub(super) const KINDS: &[Kind] = &[
    kind(
        "influx_udp",
        "InfluxUdp",
        Takes::Address,
        "influx_udp = \"localhost:8089\"",
        "influx+udp",
    ),
    kind(
        "influx_http",
        "InfluxHttp",
        Takes::Http,
        "influx_http = \"http://localhost:8428\"",
        "influx",
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
];

pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "timestamps",
        "timestamps = \"server\"",
        &["influx_udp", "influx_http", "openmetrics_http"],
        Value::Word(&["server", "client"]),
    ),
    setting(
        "names",
        "names = \"influxdb\"",
        &["influx_udp", "influx_http"],
        Value::Word(&["prometheus", "influxdb"]),
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
            labels: true,
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
            labels: true,
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
    list(
        "headers",
        "headers(\"X-Scope-OrgID\" = tenant)",
        HTTP,
        Value::Pairs {
            setter: "header",
            labels: false,
        },
    ),
    list(
        "params",
        "params(extra_filters = \"x\")",
        HTTP,
        Value::Pairs {
            setter: "param",
            labels: false,
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
        Value::Second,
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
        HTTP,
        Value::Text,
    ),
    setting(
        "client_certificate",
        "client_certificate = \"job.pem\", client_key = \"job.key\"",
        HTTP,
        Value::Pair {
            with: "client_key",
            setter: "client_certificate",
        },
    ),
    setting(
        "client_key",
        "client_certificate = \"job.pem\", client_key = \"job.key\"",
        HTTP,
        Value::Second,
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
    setting("timeout", "timeout = 10", HTTP, Value::Time),
    setting("connect_timeout", "connect_timeout = 5", HTTP, Value::Time),
    setting("max_body", "max_body = 1_000_000", HTTP, Value::Count),
    switch("follow_redirects", "follow_redirects = true", HTTP),
    setting("proxy", "proxy = \"off\"", HTTP, Value::Text),
    setting(
        "unix_socket",
        "unix_socket = \"/run/gateway.sock\"",
        HTTP,
        Value::Text,
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
        key: Key {
            name,
            form: Form::Value,
            example,
        },
        ty,
        takes,
        scheme,
    }
}

const fn setting(
    name: &'static str,
    example: &'static str,
    of: &'static [&'static str],
    value: Value,
) -> Setting {
    Setting {
        key: Key {
            name,
            form: Form::Value,
            example,
        },
        of,
        value,
    }
}

const fn switch(name: &'static str, example: &'static str, of: &'static [&'static str]) -> Setting {
    Setting {
        key: Key {
            name,
            form: Form::Switch,
            example,
        },
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
        key: Key {
            name,
            form: Form::List,
            example,
        },
        of,
        value,
    }
}

impl Takes {
    /// What a destination is made from, for messages.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Address => "an address such as \"localhost:8089\"",
            Self::Http => "a URL such as \"http://localhost:8428\"",
            Self::File => "a path such as \"/var/lib/node_exporter/job.prom\"",
        }
    }
}
