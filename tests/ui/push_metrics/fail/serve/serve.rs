//! What is served, at addresses of this machine.

use ppc::push_metrics;

#[push_metrics(serve = "localhost")]
fn no_port() {}

#[push_metrics(serve = "http://0.0.0.0:9100/metrics")]
fn url() {}

#[push_metrics(serve = "0.0.0.0:9100/metrics")]
fn path() {}

#[push_metrics(serve = "::1:9100")]
fn ipv6_without_brackets() {}

#[push_metrics(serve = 9100)]
fn number() {}

#[push_metrics(serve)]
fn no_address() {}

#[push_metrics(serve = ":9100", serve = ":9101")]
fn twice() {}

#[push_metrics(serve = ":9100", linger = -1)]
fn negative() {}

#[push_metrics(influx_udp = "localhost:8089", linger = 30)]
fn nothing_lingers() {}

#[push_metrics(serve = ":9100", stream)]
fn stream() {}

#[push_metrics(serve = ":9100", influx_udp = "localhost:8089", stream, linger = 1)]
fn stream_beside() {}

#[push_metrics(serve = ":9100", full = "block")]
fn full() {}

#[push_metrics(serve = ":9100", serve_linger = 30)]
fn unknown_key() {}

fn main() {}
