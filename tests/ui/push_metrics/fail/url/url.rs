//! URLs of servers that are written out.

use ppc::push_metrics;

#[push_metrics(influx_http = "ftp://victoria.acme.net/write")]
fn scheme() {}

#[push_metrics(influx_http = "pushgateway+http://gateway.acme.net:9091")]
fn another_form() {}

#[push_metrics(openmetrics_http = "http:/victoria.acme.net")]
fn one_slash() {}

#[push_metrics(openmetrics_http = "https://:8428/import")]
fn no_host() {}

#[push_metrics(job = "a", pushgateway = "gateway.acme.net:http")]
fn port_of_letters() {}

#[push_metrics(job = "a", pushgateway = "pushgateway+http://gateway.acme.net:0/")]
fn port_0() {}

#[push_metrics(job = "a", aggregation_gateway = "http://gateway.acme.net:99999")]
fn port_too_large() {}

#[push_metrics(job = "a", aggregation_gateway = "::1")]
fn ipv6_without_brackets() {}

#[push_metrics(influx_http = "http://victoria acme.net")]
fn white_space() {}

#[push_metrics(influx_http = "http://victoria.acme.net/#write")]
fn fragment() {}

#[push_metrics(influx_http = "")]
fn empty() {}

#[push_metrics(influx_http = 8428, openmetrics_http = true)]
fn types() {}

#[push_metrics(job = "a", pushgateway = 9091, aggregation_gateway = 'a')]
fn types_of_gateways() {}

fn main() {}
