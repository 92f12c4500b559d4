//! Names of the prelude that a user may have taken for something else.

#![allow(non_camel_case_types, dead_code)]

use ppc::push_metrics;

mod std {}
mod core {}
struct Option;
struct Result;
struct Some;
struct Box;
struct Vec;
struct String;
struct bool;
struct Destination;
struct Full;
struct InfluxHttp;
struct Pushgateway;
struct Textfile;
trait From {}
trait Into {}

#[push_metrics(enabled = false)]
fn run() -> u8 {
    5
}

#[push_metrics(enabled = false)]
async fn run_async() -> u8 {
    5
}

#[push_metrics(
    influx_http = "localhost",
    pushgateway = "localhost",
    textfile = "/tmp/job.prom",
    job = "a",
    grouping(a = run()),
    headers(a = "b"),
    username = "u",
    password = "p",
    timeout = run(),
    start,
    follow_redirects = run() == 5,
    enabled = false
)]
fn destinations() -> u8 {
    5
}

#[push_metrics(stream = run() == 5, linger = run(), full = "block", enabled = false)]
fn stream() -> u8 {
    5
}

fn future() -> impl Future<Output = u8> {
    run_async()
}

ppc::metric! {
    /// Events.
    pub static EVENTS: Counter { labels: [a, b = 1] }
    /// Seconds.
    pub static SECONDS: Histogram { buckets: [1, 2] }
}

fn main() {
    EVENTS.a(1).inc();
    SECONDS.observe(1);
    assert_eq!(run() + destinations() + stream(), 15);
    assert_eq!(futures_executor::block_on(future()), 5);
}
