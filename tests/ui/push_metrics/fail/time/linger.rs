//! How long a change may wait; it need not at all.

use ppc::push_metrics;

#[push_metrics(stream, linger = "soon")]
fn text() {}

#[push_metrics(stream, linger = -0.01)]
fn negative() {}

#[push_metrics(stream, linger = 'a')]
fn other() {}

#[push_metrics(stream, linger = 0)]
fn none() {}

fn main() {}
