//! Paths of shared stores that are written out.

use ppc::push_metrics;

#[push_metrics(sqlite = "")]
fn empty() {}

#[push_metrics(sqlite = "/var/lib/ppc/")]
fn folder() {}

#[push_metrics(sqlite = "sqlite://var/lib/metrics.db")]
fn form_with_host() {}

#[push_metrics(sqlite = "file:///var/lib/metrics.db")]
fn scheme() {}

fn main() {}
