//! Stores in which processes count together, with the settings that they have.
#![deny(warnings)]

use ppc::push_metrics;

#[push_metrics(sqlite = "/var/lib/ppc/metrics.db", prefix = "billing", ttl = "1d", enabled = false)]
fn file() -> u8 {
    5
}

#[push_metrics(
    redis = "redis://localhost:6379/1?password_env=PASSWORD",
    nodes = ["two:6379", "three:6379"],
    instance = ppc::hostname(),
    ttl = std::time::Duration::from_secs(60),
    timeout = 2,
    stream,
    enabled = false
)]
fn servers() -> u8 {
    6
}

#[push_metrics(redis = ppc::Redis::new("valkey://localhost").no_ttl(), enabled = false)]
async fn made() -> u8 {
    7
}

fn main() {
    assert_eq!((file(), servers()), (5, 6));
    drop(made());
}
