//! What the macros expand to is quiet under the strictest lints that a user may set; clippy reads
//! this file too. The levels are forbidden to be changed, save where a lint cannot be.

#![forbid(unsafe_code)]
#![deny(warnings)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    missing_docs,
    missing_debug_implementations,
    nonstandard_style,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

use ppc::{LabelValue, Registry, measure, metric, push_metrics};

/// How it ended.
#[derive(Clone, Copy, Debug, LabelValue)]
pub(super) enum Outcome {
    /// Well.
    Ok,
    /// Not well.
    Failed,
}

/// Nobody pushes it.
static REGISTRY: Registry = Registry::new();

/// A time that is not written out.
const fn minute() -> std::time::Duration {
    std::time::Duration::from_mins(1)
}

metric! {
    /// Everything that a declaration can have.
    pub(super) static LINTS_EVENTS: Counter {
        namespace: "lints",
        labels: [a, b as "bee" = 1, c: Outcome, d: &'static str = "d", r#type, inc, h, i, j, k, l, m],
        registry: REGISTRY,
    }
    /// Seconds.
    pub(super) static LINTS_SECONDS: Histogram { unit: "seconds", buckets: [1, 2.5], registry: REGISTRY }
    /// What can be set.
    pub(super) static LINTS_SUMMARY: Summary {
        quantiles: [0, 0.99], window: minute(), labels: [a = 1],
        max_series: 10, expire: "1m30s", registry: REGISTRY,
    }
    static LINTS_PRIVATE: Gauge { labels: [used, not_used = 1], registry: REGISTRY }
    static LINTS_MERGED: Gauge { merge: "average", live, eager, registry: REGISTRY }
    static LINTS_PHASE: StateSet { states: Outcome, eager, registry: REGISTRY }
    static LINTS_EAGER: Counter { labels: [outcome: Outcome], eager, registry: REGISTRY }
}

/// Nothing to return.
#[push_metrics(registry = REGISTRY, enabled = false)]
fn nothing(_guard: String, mut changed: u32) {
    changed += 1;
    LINTS_SECONDS.observe(changed);
    LINTS_SUMMARY.observe(changed);
}

/// A result.
#[push_metrics(registry = REGISTRY, enabled = false, job = "lints", labels(a = 1, b = "b"), period = "1m")]
fn result(text: &str) -> Result<u32, std::num::ParseIntError> {
    let number = text.parse::<u32>()?;
    Ok(number)
}

/// An iterator.
#[push_metrics(enabled = false)]
fn opaque(count: u32) -> impl Iterator<Item = u32> {
    0..count
}

/// Never ends well.
#[push_metrics(enabled = false)]
fn never() -> ! {
    panic!("by design")
}

/// Nothing to return.
#[push_metrics(enabled = false)]
async fn nothing_async(_guard: String, mut changed: u32) {
    changed += 1;
    let _changed = std::future::ready(changed).await;
}

/// A result.
#[push_metrics(enabled = false, influx_udp = "localhost:8089", timestamps = "server")]
async fn result_async(text: &str) -> Result<u32, std::num::ParseIntError> {
    std::future::ready(()).await;
    let number = text.parse::<u32>()?;
    Ok(number)
}

/// Several destinations, with settings that they share.
#[push_metrics(
    enabled = false,
    influx_http = url,
    pushgateway = format!("{url}/prefix"),
    textfile = "/tmp/job.prom",
    job = "lints",
    grouping(instance = url, "shard" = 1),
    headers(a = url),
    params(b = "c"),
    username = url,
    password = url.to_owned(),
    timeout = minute(),
    start = url.is_empty(),
    follow_redirects = url.is_empty(),
    max_body = url.len()
)]
async fn shared_async(url: &str) -> usize {
    std::future::ready(url.len()).await
}

/// Never ends well.
#[push_metrics(enabled = false)]
async fn never_async() -> ! {
    std::future::ready(()).await;
    panic!("by design")
}

/// A future.
#[push_metrics(enabled = false)]
fn future() -> impl Future<Output = u32> + Send {
    std::future::ready(5)
}

/// A result.
#[measure(time = LINTS_SECONDS, errors = LINTS_EAGER.outcome(Outcome::Failed), in_progress = LINTS_PRIVATE.used(text))]
fn measured(text: &str, _guard: String) -> Result<u32, std::num::ParseIntError> {
    let number = text.parse::<u32>()?;
    Ok(number)
}

/// Its own metrics.
#[measure(registry = REGISTRY)]
async fn measured_async(text: &str) -> Result<u32, std::num::ParseIntError> {
    std::future::ready(()).await;
    let number = text.parse::<u32>()?;
    Ok(number)
}

/// A future.
#[measure(errors = LINTS_EAGER.outcome(Outcome::Failed), errors_if = |value| *value > 5)]
fn measured_future() -> impl Future<Output = u32> + Send {
    std::future::ready(5)
}

/// A type.
#[derive(Debug)]
struct Measured;

#[measure(registry = REGISTRY)]
impl Measured {
    /// Never ends well.
    fn never(&self) -> ! {
        panic!("by design: {self:?}")
    }

    /// An iterator.
    #[measure(time = LINTS_SUMMARY)]
    fn opaque(self, count: u32) -> impl Iterator<Item = u32> {
        0..count
    }
}

#[test]
fn what_is_generated_works_under_strict_lints() {
    let event = LINTS_EVENTS
        .a(1)
        .c(Outcome::Ok)
        .r#type("t")
        .inc("i")
        .h(1)
        .i(1)
        .j(1)
        .k(1)
        .l(1);
    event.m(1).handle().inc();
    LINTS_PRIVATE.used(1).set(1);
    LINTS_PHASE.set(Outcome::Failed);
    LINTS_EAGER.outcome(Outcome::Ok).inc();
    nothing(String::new(), 1);
    assert_eq!(result("5"), Ok(5));
    assert_eq!(opaque(3).count(), 3);
    assert!(std::panic::catch_unwind(|| never()).is_err());
    futures_executor::block_on(nothing_async(String::new(), 1));
    assert_eq!(futures_executor::block_on(result_async("5")), Ok(5));
    assert_eq!(futures_executor::block_on(shared_async("abc")), 3);
    assert_eq!(futures_executor::block_on(future()), 5);
    drop(never_async());
    assert_eq!(measured("5", String::new()), Ok(5));
    assert_eq!(futures_executor::block_on(measured_async("5")), Ok(5));
    assert_eq!(futures_executor::block_on(measured_future()), 5);
    assert!(std::panic::catch_unwind(|| Measured.never()).is_err());
    assert_eq!(Measured.opaque(3).count(), 3);
}
