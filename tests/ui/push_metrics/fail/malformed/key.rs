//! Keys that are not written as they are.

use ppc::push_metrics;

#[push_metrics(period, job = , labels = "a", signals("on"), influx_udp("localhost:8089"))]
fn forms() {}

#[push_metrics(period: 5)]
fn colon() {}

#[push_metrics(period = 5 job = "a")]
fn comma() {}

#[push_metrics("localhost:8089")]
fn no_key() {}

#[push_metrics(crate = "ppc")]
fn path() {}

fn main() {}
