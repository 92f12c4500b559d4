//! Keys that mean nothing without another.

use ppc::push_metrics;

#[push_metrics(job_metrics = false)]
fn no_job() {}

#[push_metrics(timestamps = "server", names = "influxdb")]
fn no_destination() {}

fn main() {}
