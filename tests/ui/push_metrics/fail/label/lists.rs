//! Labels of a group, labels that the server adds, headers and parameters.

use ppc::push_metrics;

#[push_metrics(
    job = "a",
    pushgateway = "localhost",
    grouping(__name__ = "a", "my-host" = "b", job = "c", shard = 1, "shard" = 2, quantile = 3, e)
)]
fn grouping() {}

#[push_metrics(influx_http = "localhost", extra_labels(le = "a", dc = "b", dc = "c", rack = 5, 6 = ""))]
fn extra_labels() {}

#[push_metrics(
    influx_http = "localhost",
    headers("X Scope" = "a", "" = "b", Host = "c", accept = "d", "Accept" = "e", a = "f\n", n = 5, g)
)]
fn headers() {}

#[push_metrics(influx_http = "localhost", params(a = 5, b, 6 = "c"))]
fn params() {}

#[push_metrics(influx_http = "localhost", headers = "a", params, extra_labels)]
fn forms() {}

#[push_metrics(job = "a", pushgateway = "localhost", grouping = "instance")]
fn form() {}

fn main() {}
