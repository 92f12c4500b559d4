//! Metrics of all six kinds with known values.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ppc::{LabelValue, Value, metric};

#[derive(Clone, Copy, LabelValue)]
pub(crate) enum Outcome {
    Ok,
    Failed,
}

metric! {
    /// Events handled.
    pub(crate) static EVENTS: Counter {
        namespace: "known",
        labels: [account as "Account" = 7, event_type, outcome: Outcome],
    }

    /// How warm it is.
    pub(crate) static TEMPERATURE: Gauge { name: "known_temperature", unit: "celsius" }

    /// How long a request took.
    pub(crate) static LATENCY: Histogram {
        namespace: "known", unit: "seconds", labels: [service], buckets: [0.1, 1.0, 10.0],
    }

    /// How large an answer was.
    pub(crate) static SIZE: Summary { namespace: "known", unit: "bytes" }

    /// What is running.
    pub(crate) static BUILD: Info { namespace: "known" }

    /// Where it stands.
    pub(crate) static PHASE: StateSet {
        namespace: "known", states: ["starting", "running", "done"],
    }

    /// There from the start, and never counted.
    pub(crate) static RETRIES: Counter { namespace: "known", eager }
}

/// Records what `tests/victoria_metrics/endings.rs` expects, all but the last increment.
pub(crate) fn record() {
    EVENTS.event_type("a b,c=d").outcome(Outcome::Ok).inc_by(2);
    EVENTS
        .account(8)
        .event_type("login")
        .outcome(Outcome::Failed)
        .inc_by(0.5);
    TEMPERATURE.set(-2.5);
    for seconds in [0.05, 0.5, 5.0, 50.0] {
        LATENCY.service("db").observe(seconds);
    }
    SIZE.observe(100);
    SIZE.observe(28);
    BUILD.set([("version", "1.2.3")]);
    PHASE.set("running");
}

/// The last change of all: an earlier push cannot have it, as the first one is over and the next
/// is half a minute away.
pub(crate) fn record_last() {
    PHASE.set("done");
    EVENTS.event_type("a b,c=d").outcome(Outcome::Ok).inc();
    RECORDED.store(true, Ordering::Release);
}

static RECORDED: AtomicBool = AtomicBool::new(false);

/// True once the last change was recorded.
pub(crate) fn is_recorded() -> bool {
    RECORDED.load(Ordering::Acquire)
}

/// True once the push at the start is over.
pub(crate) fn is_pushed() -> bool {
    pushes() > 0.0
}

/// How many pushes are over.
pub(crate) fn pushes() -> f64 {
    let snapshot = ppc::client_metrics().gather();
    let mut families = snapshot.families();
    let pushes = families.find(|family| family.descriptor().names().family() == "ppc_pushes");
    let series = pushes.into_iter().flat_map(ppc::FamilySnapshot::series);
    let counts = series.map(|series| match series.value() {
        Value::Counter(count) => count,
        _ => 0.0,
    });
    counts.sum()
}

/// Blocks until `condition` holds.
pub(crate) fn wait_until(condition: fn() -> bool) {
    while !condition() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Yields until `condition` holds.
pub(crate) async fn yield_until(condition: fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
