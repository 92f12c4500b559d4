//! Settings that come in twos, and settings that exclude each other.

use ppc::push_metrics;

#[push_metrics(influx_http = "localhost", username = "u")]
fn no_password() {}

#[push_metrics(influx_http = "localhost", password = "p")]
fn no_username() {}

#[push_metrics(influx_http = "localhost", client_certificate = "job.pem")]
fn no_key() {}

#[push_metrics(influx_http = "localhost", client_key = "job.key")]
fn no_certificate() {}

#[push_metrics(job = "a", pushgateway = "localhost", delete_on_success, delete_on_exit)]
fn deletions() {}

#[push_metrics(
    influx_http = "localhost",
    username = "u",
    password = "p",
    token = "t",
    bearer_token = "b"
)]
fn credentials() {}

#[push_metrics(
    influx_http = "localhost",
    bearer_token = "b",
    headers("Authorization" = "Bearer b")
)]
fn header() {}

#[push_metrics(influx_http = "localhost", unix_socket = "/run/influx.sock", proxy = "off")]
fn ways() {}

#[push_metrics(influx_http = "localhost", timeout = 5, timeout = 6)]
fn twice() {}

fn main() {}
