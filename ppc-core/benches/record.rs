//! Recording: a counter, a gauge, a histogram, on one thread and on two.

#[path = "../../benches/harness/mod.rs"]
mod harness;

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use harness::{Table, on_two_threads, repeat};
use ppc_core::generated::{Declaration, Declared, LabelDeclaration, Typed};
use ppc_core::{Counter, Gauge, Histogram, Labelled};

const BUCKETS: Option<fn() -> Vec<f64>> = Some(|| (1..=12).map(f64::from).collect());
const LABELS: &[LabelDeclaration] = &[
    LabelDeclaration::named("enabled"),
    LabelDeclaration::named("cached"),
];

/// As `metric!` writes it down; macros are above the core.
const fn declaration(name: &'static str, labels: &'static [LabelDeclaration]) -> Declaration {
    Declaration {
        name,
        labels,
        ..Declaration::DEFAULT
    }
}

static DECLARED_JOBS: Declared<Counter> = Declared::new(declaration("jobs", &[]));
static JOBS: Counter = Counter::declared(&DECLARED_JOBS);
static DECLARED_TEMPERATURE: Declared<Gauge> = Declared::new(declaration("temperature", &[]));
static TEMPERATURE: Gauge = Gauge::declared(&DECLARED_TEMPERATURE);
static DECLARED_LATENCY: Declared<Histogram> = Declared::new(Declaration {
    buckets: BUCKETS,
    ..declaration("latency", &[])
});
static LATENCY: Histogram = Histogram::declared(&DECLARED_LATENCY);
/// Looked up by values of fixed sets.
static EVENTS: Declared<Counter> = Declared::new(declaration("events", LABELS));

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
        let slots = (
            Typed::<_, 0>(black_box(true)),
            (Typed::<_, 0>(black_box(false)), ()),
        );
        Labelled::new(&EVENTS, slots).inc();
    };
    // In all buckets, without a pattern that a processor could learn.
    let values: Vec<f64> = (0..1 << 16)
        .map(|n: u32| f64::from(n.wrapping_mul(2_654_435_761) >> 16) * 13.0 / 65_536.0)
        .collect();
    let size = values.len() as u64;
    let observe = || values.iter().for_each(|value| LATENCY.observe(*value));
    let observe_raw = || values.iter().for_each(|value| raw.observe(*value));
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
    table.batch(
        "histogram observe, 12 buckets | atomics",
        size,
        repeat(observe),
        repeat(observe_raw),
    );
    table.batch(
        "histogram observe, 2 threads | atomics",
        size,
        on_two_threads(observe),
        on_two_threads(observe_raw),
    );
    table.row(
        "inc by two labels of fixed sets | atomic add",
        repeat(labelled),
        repeat(add),
    );
}
