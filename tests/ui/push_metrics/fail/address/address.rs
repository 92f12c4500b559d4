//! Addresses that are written out.

use ppc::push_metrics;

#[push_metrics(influx_udp = "victoria.acme.net")]
fn no_port() {}

#[push_metrics(influx_udp = "victoria.acme.net:0")]
fn port_0() {}

#[push_metrics(influx_udp = "victoria.acme.net:70000")]
fn port_too_large() {}

#[push_metrics(influx_udp = "::1")]
fn ipv6_without_brackets() {}

#[push_metrics(influx_udp = "influx+udp://victoria.acme.net:8089")]
fn url() {}

#[push_metrics(influx_udp = ":8089")]
fn no_host() {}

#[push_metrics(influx_udp = 8089)]
fn number() {}

fn main() {}
