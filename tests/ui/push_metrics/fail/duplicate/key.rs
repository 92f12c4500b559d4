//! A key given twice, a label given twice.

use ppc::push_metrics;

#[push_metrics(period = 5, job = "a", period = 6)]
fn keys() {}

#[push_metrics(job = "a", labels(host = 1, job = "b", "host" = 2))]
fn labels() {}

fn main() {}
