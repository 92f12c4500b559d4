//! Unknown keys near those of destinations and their settings.

use ppc::push_metrics;

#[push_metrics(job = "a", push_gateway = "localhost", groupings(instance = "b"), methods = "put")]
fn gateway() {}

#[push_metrics(influx = "http://localhost", header("a" = "b"), user = "u", compress = "gzip")]
fn influx() {}

#[push_metrics(text_file = "/tmp/job.prom", ca_cert = "ca.pem")]
fn file() {}

fn main() {}
