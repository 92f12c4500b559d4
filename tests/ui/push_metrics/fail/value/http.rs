//! Expressions of a wrong type: the message is under the expression.

use ppc::push_metrics;

struct Wrong;

#[push_metrics(influx_http = Wrong)]
fn destination() {}

#[push_metrics(job = "a", pushgateway = Wrong, aggregation_gateway = Wrong)]
fn gateways() {}

#[push_metrics(textfile = Wrong)]
fn file() {}

#[push_metrics(influx_http = "localhost", method = Wrong, compression = Wrong)]
fn words() {}

#[push_metrics(influx_http = "localhost", timeout = Wrong, max_body = Wrong, follow_redirects = Wrong)]
fn numbers() {}

#[push_metrics(influx_http = "localhost", username = Wrong, password = Wrong)]
fn credentials() {}

#[push_metrics(influx_http = "localhost", headers("a" = Wrong), extra_labels(a = Wrong))]
fn lists() {}

#[push_metrics(job = "a", pushgateway = "localhost", grouping(a = Wrong))]
fn grouping() {}

#[push_metrics(job = "a", pushgateway = "localhost", textfile = "/tmp/a", start = Wrong)]
fn shared() {}

fn main() {}
