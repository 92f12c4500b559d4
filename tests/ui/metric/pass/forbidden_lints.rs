//! Lints that are forbidden: nothing that is generated tries to allow them again.
//!
//! Nothing here is `eager`: `inventory`, which collects those, allows one of `nonstandard_style`.

#![forbid(
    future_incompatible,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_qualifications,
    warnings
)]

use ppc::{LabelValue, metric};

/// How it ended.
#[derive(Clone, Copy, Debug, LabelValue)]
enum Outcome {
    Ok,
}

metric! {
    /// Events.
    static EVENTS: Counter { labels: [host = "h", event_type, outcome: Outcome, never_set = 1] }
    /// Jobs.
    static JOBS: Counter {}
    /// What waits.
    static QUEUE: Gauge { merge: "sum", live }
    /// The phase.
    static PHASE: StateSet { states: Outcome, labels: [flag: bool] }
    /// Seconds.
    static SECONDS: Summary {
        quantiles: [0.5, 1], window: "1m", labels: [host = "h"], max_series: 10, expire: 0.5,
    }
}

fn main() {
    EVENTS.event_type(1).outcome(Outcome::Ok).inc();
    JOBS.inc();
    QUEUE.set(1);
    SECONDS.observe(1);
    PHASE.flag(true).set(Outcome::Ok);
}
