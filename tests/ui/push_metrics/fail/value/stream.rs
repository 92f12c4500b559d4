//! Settings of a stream whose expressions have a wrong type.

use ppc::push_metrics;

struct Wrong;

#[push_metrics(stream = Wrong)]
fn switch() {}

#[push_metrics(stream, linger = Wrong)]
fn linger() {}

#[push_metrics(stream, full = Wrong)]
fn full() {}

fn main() {}
