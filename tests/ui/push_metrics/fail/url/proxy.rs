//! Proxies that are written out.

use ppc::push_metrics;

#[push_metrics(influx_http = "localhost", proxy = "none")]
fn unknown() {}

#[push_metrics(influx_http = "localhost", proxy = "enviroment")]
fn misspelt() {}

#[push_metrics(influx_http = "localhost", proxy = "socks5://proxy.acme.net:1080")]
fn kind() {}

#[push_metrics(influx_http = "localhost", proxy = "http://proxy.acme.net:0")]
fn port() {}

#[push_metrics(influx_http = "localhost", proxy = false)]
fn switch() {}

fn main() {}
