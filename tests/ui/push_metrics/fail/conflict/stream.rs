//! Streams to where there can be none, and settings that have no place with one, or without.

use ppc::push_metrics;

#[push_metrics(influx_udp = "localhost:8089", stream, period = 5)]
fn period() {}

#[push_metrics(influx_udp = "localhost:8089", linger = "50ms", full = "block")]
fn no_stream() {}

#[push_metrics(influx_http = "localhost:8428", textfile = "/tmp/job.prom", stream)]
fn no_lines() {}

#[push_metrics(
    job = "a",
    pushgateway = "localhost:9091",
    influx_udp = "localhost:8089",
    stream = true,
    period = 5
)]
fn some_lines() {}

#[push_metrics(stream = false, linger = "50ms", period = 5, textfile = "/tmp/job.prom")]
fn switched_off() {}

#[push_metrics(stream = period.is_none(), period = 5, textfile = "/tmp/job.prom")]
fn switched(period: Option<u8>) {}

fn main() {}
