//! URLs of shared stores that are written out.

use ppc::push_metrics;

#[push_metrics(redis = "http://redis.acme.net:6379")]
fn scheme() {}

#[push_metrics(redis = "reddis://redis.acme.net")]
fn misspelt_scheme() {}

#[push_metrics(redis = "redis:/redis.acme.net")]
fn one_slash() {}

#[push_metrics(redis = "redis://:6379/1")]
fn no_host() {}

#[push_metrics(redis = "rediss://user:password@")]
fn credentials_alone() {}

#[push_metrics(redis = "valkey://store.acme.net:0")]
fn port_0() {}

#[push_metrics(redis = "redis://::1")]
fn ipv6_without_brackets() {}

#[push_metrics(redis = "redis+unix://run/redis.sock")]
fn socket_with_host() {}

#[push_metrics(redis = "redis+unix:///run/")]
fn socket_without_name() {}

#[push_metrics(redis = "")]
fn empty() {}

#[push_metrics(redis = 6379, sqlite = true)]
fn types() {}

fn main() {}
