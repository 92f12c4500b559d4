//! Lengths of time that are written out.

use ppc::push_metrics;

#[push_metrics(period = 0)]
fn zero() {}

#[push_metrics(period = -0.5, flush_timeout = -1)]
fn negative() {}

#[push_metrics(period = "0s", flush_timeout = "1 minute")]
fn text() {}

#[push_metrics(period = true, flush_timeout = 1e300)]
fn other() {}

fn main() {}
