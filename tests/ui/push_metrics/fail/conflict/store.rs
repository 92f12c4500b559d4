//! Settings of shared stores where no store is named, or one that does not have them.

use ppc::push_metrics;

#[push_metrics(prefix = "billing", ttl = "1d")]
fn no_destination() {}

#[push_metrics(influx_udp = "localhost:8089", prefix = "billing", instance = "a")]
fn over_udp() {}

#[push_metrics(sqlite = "/var/lib/metrics.db", nodes = ["localhost:6379"], timeout = 5, ca_file = "ca.pem")]
fn file() {}

#[push_metrics(redis = "localhost", ttl = "soon", prefix = 5, connect_timeout = 1)]
fn wrong() {}

#[push_metrics(redis = "localhost", ttl = 0, client_certificate = "job.pem")]
fn half() {}

fn main() {}
