//! Words out of a few, switches, and names.

use ppc::push_metrics;

#[push_metrics(influx_udp = "localhost:8089", timestamps = "sever", names = "prom")]
fn words() {}

#[push_metrics(influx_udp = "localhost:8089", timestamps = true, names = 5)]
fn no_words() {}

#[push_metrics(
    job = "a",
    job_metrics = "no",
    enabled = 1,
    signals = "SIGTERM",
    task = 2
)]
fn switches() {}

#[push_metrics(job = "")]
fn no_name() {}

#[push_metrics(job = 5)]
fn number() {}

fn main() {}
