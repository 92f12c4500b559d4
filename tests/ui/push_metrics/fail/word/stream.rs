//! What the settings of a stream are given.

use ppc::push_metrics;

#[push_metrics(stream, full = "blok")]
fn nearly() {}

#[push_metrics(stream, full = "wait")]
fn unknown() {}

#[push_metrics(stream, full = true)]
fn no_word() {}

#[push_metrics(stream = "yes")]
fn no_switch() {}

#[push_metrics(stream(influx_udp))]
fn list() {}

#[push_metrics(stream, linger)]
fn alone() {}

fn main() {}
