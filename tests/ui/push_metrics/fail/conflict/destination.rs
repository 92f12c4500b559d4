//! Settings without a destination that has them, and destinations without what they need.

use ppc::push_metrics;

#[push_metrics(method = "put", compression = "gzip")]
fn no_destination() {}

#[push_metrics(
    influx_udp = "localhost:8089",
    precision = "ms",
    headers(a = "b"),
    username = "u",
    password = "p"
)]
fn over_udp() {}

#[push_metrics(job = "a", aggregation_gateway = "localhost", method = "put", delete_on_exit)]
fn aggregation() {}

#[push_metrics(textfile = "/tmp/job.prom", influx_http = "localhost", grouping(a = 1), format = "text")]
fn neither() {}

#[push_metrics(pushgateway = "localhost:9091")]
fn gateway_without_job() {}

#[push_metrics(
    pushgateway = "pushgateway+http://localhost:9091/?start=true",
    aggregation_gateway = "localhost:80"
)]
fn gateways_without_job() {}

fn main() {}
