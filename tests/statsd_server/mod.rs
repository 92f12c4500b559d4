//! Against the reference server of StatsD.

mod endings;
mod gauges;
mod matrix;
mod native;
mod streams;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::statsd_server::Server;

/// Waits until `read` finds what is expected at the server, which has understood every line.
#[track_caller]
fn wait_for<T: PartialEq + std::fmt::Debug>(
    server: &Server,
    read: impl Fn(&Server) -> T,
    expected: &T,
) {
    let started = Instant::now();
    while read(server) != *expected && started.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(read(server), *expected, "{}", server.log());
    assert_eq!(server.bad_lines(), 0, "{}", server.log());
}

/// Names and numbers as a map.
fn map(values: &[(&str, f64)]) -> BTreeMap<String, f64> {
    let values = values.iter();
    values
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect()
}
