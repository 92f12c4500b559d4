//! Expressions of a wrong type: the message is under the expression.

use ppc::push_metrics;

struct Wrong;

#[push_metrics(period = Wrong)]
fn period() {}

#[push_metrics(job = "a", labels(b = Wrong))]
fn label() {}

#[push_metrics(enabled = Wrong)]
fn switch() {}

#[push_metrics(registry = Wrong)]
fn registry() {}

#[push_metrics(influx_udp = Wrong)]
fn destination() {}

fn main() {}
