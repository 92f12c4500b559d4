//! Lints that are forbidden: nothing that is generated tries to allow them again.

#![forbid(
    future_incompatible,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_qualifications,
    warnings
)]

use ppc::push_metrics;

/// Sync.
#[push_metrics(enabled = false)]
fn sync(_guard: String, text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

/// Nothing.
#[push_metrics(enabled = false)]
async fn nothing(_guard: String) {}

/// Never.
#[push_metrics(enabled = false)]
async fn never() -> ! {
    std::process::exit(sync(String::new(), "0").map_or(1, |_| 0))
}

/// Future.
#[push_metrics(enabled = false)]
fn future() -> impl Future<Output = ()> {
    drop(never());
    nothing(String::new())
}

/// Every destination, and settings that they share.
#[push_metrics(
    influx_udp = "influx+udp://localhost:8089",
    influx_http = urls[0],
    openmetrics_http = format!("http://{}", urls[1]),
    pushgateway = "https://localhost",
    aggregation_gateway = urls.last().map_or("localhost", |url| *url),
    textfile = "/tmp/job.prom",
    job = "a",
    timestamps = "server",
    names = "influxdb",
    precision = "ms",
    db = "d",
    bucket = "b",
    org = "o",
    extra_labels(dc = dc, "rack" = dc.clone()),
    format = "openmetrics",
    exemplars = dc.is_empty(),
    method = "put",
    grouping(instance = dc, shard = urls.len()),
    start = !dc.is_empty(),
    delete_on_success,
    gauges = "skip",
    delivery = "at_least_once",
    headers("X-Scope-OrgID" = dc),
    params(a = dc),
    username = dc,
    password = ppc::Secret::env("PASSWORD"),
    ca_file = "ca.pem",
    client_certificate = "job.pem",
    client_key = dc,
    min_tls_version = "1.3",
    insecure_skip_verify = cfg!(test),
    compression = "zstd",
    timeout = urls.len(),
    connect_timeout = 5,
    max_body = urls.len() + 1,
    follow_redirects = cfg!(test),
    proxy = "off",
    enabled = false
)]
fn destinations(urls: &[&str], dc: String) -> String {
    dc
}

/// The settings that exclude those.
#[push_metrics(
    influx_http = "localhost",
    pushgateway = "localhost",
    job = "a",
    delete_on_exit,
    bearer_token = token,
    unix_socket = "/run/a.sock",
    enabled = false
)]
async fn others(token: &ppc::Secret) {}

/// The last one.
#[push_metrics(influx_http = "localhost", token = token.as_str(), enabled = false)]
fn token(token: String) -> impl Future<Output = ()> {
    drop(token);
    async {}
}

/// A stream, and what is pushed to beside it.
#[push_metrics(
    graphite_udp = "localhost:2003",
    stream,
    linger = "50ms",
    full = full,
    enabled = false
)]
#[push_metrics(textfile = "/tmp/job.prom", period = 5, enabled = false)]
fn stream(full: ppc::Full) -> ppc::Full {
    full
}

/// A body of one line is one that somebody wrote with braces.
#[rustfmt::skip]
#[push_metrics(enabled = false)]
fn one_line(text: &str) -> usize { text.len() }

fn main() {
    assert_eq!(one_line("a"), 1);
    assert_eq!(stream(ppc::Full::Block), ppc::Full::Block);
    assert_eq!(destinations(&["a", "b"], "c".to_owned()), "c");
    futures_executor::block_on(others(&ppc::Secret::from("a")));
    futures_executor::block_on(token("a".to_owned()));
    futures_executor::block_on(nothing(String::new()));
    futures_executor::block_on(future());
}
