//! The one integration-test binary: a module a capability.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

mod architecture;
mod bridges;
mod carbon;
mod changes;
mod client_python;
mod connections;
mod destinations;
mod environment;
mod failure;
mod faults;
mod formats;
mod http;
mod influxdb;
mod lifecycle;
mod lines;
mod macros;
mod netdata;
mod nginx;
mod ppc_serve;
mod prometheus;
mod pushgateway;
mod redis;
mod repeated;
mod serve;
mod sources;
mod statsd_server;
mod stores;
mod streams;
mod sudden;
mod support;
mod ui;
mod victoria_metrics;
