//! Words out of a few, switches, numbers and times of destinations over HTTP.

use ppc::push_metrics;

#[push_metrics(influx_http = "localhost", method = "POST", precision = "msec")]
fn influx() {}

#[push_metrics(openmetrics_http = "localhost", format = "prometheus", method = "get")]
fn openmetrics() {}

#[push_metrics(
    job = "a",
    aggregation_gateway = "localhost",
    gauges = "sum",
    delivery = "exactly_once"
)]
fn aggregation() {}

#[push_metrics(influx_http = "localhost", compression = "gz", min_tls_version = "1.1")]
fn all() {}

#[push_metrics(influx_http = "localhost", compression = true, min_tls_version = 1.3)]
fn no_words() {}

#[push_metrics(
    job = "a",
    pushgateway = "localhost",
    start = "yes",
    delete_on_success = 1,
    insecure_skip_verify = "true",
    follow_redirects = 0
)]
fn switches() {}

#[push_metrics(openmetrics_http = "localhost", exemplars = "no")]
fn exemplars() {}

#[push_metrics(influx_http = "localhost", max_body = 0)]
fn nothing() {}

#[push_metrics(influx_http = "localhost", max_body = "1 MB")]
fn text() {}

#[push_metrics(influx_http = "localhost", max_body = 1.5)]
fn fraction() {}

#[push_metrics(influx_http = "localhost", timeout = 0, connect_timeout = "1 minute")]
fn times() {}

#[push_metrics(influx_http = "localhost", db = 5, bucket = true, org = 'a', token = 7)]
fn texts() {}

#[push_metrics(
    influx_http = "localhost",
    username = 5,
    password = 6,
    client_certificate = 7,
    client_key = 8,
    ca_file = 9,
    unix_socket = 10
)]
fn credentials() {}

#[push_metrics(influx_http = "localhost", bearer_token = true)]
fn token() {}

fn main() {}
