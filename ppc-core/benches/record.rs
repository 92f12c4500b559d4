//! Recording: a counter, a gauge, a histogram, on one thread and on two.

#[path = "../../benches/harness/mod.rs"]
mod harness;

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use harness::{Table, on_two_threads, repeat};
use ppc::{LabelValue, metric};

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    Failed,
}

metric! {
    /// Unlabelled.
    static JOBS: Counter {}
    /// Unlabelled.
    static TEMPERATURE: Gauge {}
    /// Twelve buckets.
    static LATENCY: Histogram { buckets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }
    /// Looked up by values of fixed sets.
    static EVENTS: Counter { labels: [outcome: Outcome, cached: bool] }
}

/// What a histogram has to do at least: find the bucket, count, add up.
struct Raw {
    buckets: [AtomicU64; 13],
    sum: AtomicU64,
}

impl Raw {
    fn observe(&self, value: f64) {
        let bucket = (1..=12)
            .position(|bound| value <= f64::from(bound))
            .unwrap_or(12);
        self.buckets[bucket].fetch_add(1, Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
        let _ = self.sum.fetch_update(Relaxed, Relaxed, add);
    }
}

fn main() {
    let atomic = AtomicU64::new(0);
    let raw = Raw {
        buckets: std::array::from_fn(|_| AtomicU64::new(0)),
        sum: AtomicU64::new(0),
    };
    let table = Table::new("record", "a recording");
    let add = || atomic.fetch_add(1, Relaxed);
    let set = || atomic.store(black_box(5.5_f64).to_bits(), Relaxed);
    let handle = JOBS.handle();
    let labelled = || {
        EVENTS
            .outcome(black_box(Outcome::Ok))
            .cached(black_box(true))
            .inc();
    };
    table.row(
        "counter inc | atomic add",
        repeat(|| JOBS.inc()),
        repeat(add),
    );
    table.row(
        "counter inc, held handle | atomic add",
        repeat(|| handle.inc()),
        repeat(add),
    );
    table.row(
        "counter inc, 2 threads | atomic add",
        on_two_threads(|| JOBS.inc()),
        on_two_threads(add),
    );
    table.row(
        "gauge set | atomic store",
        repeat(|| TEMPERATURE.set(black_box(5.5))),
        repeat(set),
    );
    table.row(
        "histogram observe, 12 buckets | atomics",
        repeat(|| LATENCY.observe(black_box(5.5))),
        repeat(|| raw.observe(black_box(5.5))),
    );
    table.row(
        "histogram observe, 2 threads | atomics",
        on_two_threads(|| LATENCY.observe(black_box(5.5))),
        on_two_threads(|| raw.observe(black_box(5.5))),
    );
    table.row(
        "inc by enum and bool labels | atomic add",
        repeat(labelled),
        repeat(add),
    );
    drop((Outcome::Failed, handle));
}
