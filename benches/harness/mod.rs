//! Measures ours beside the raw limit: the same work without a library.
//!
//! Rounds are interleaved, so that both see the same machine, and what counts is the ratio: these
//! machines are noisy. Printed is the minimum and the median of the rounds, in ns an operation.

#![allow(dead_code)] // each bench uses some of it

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use ppc_core::{Counter, Histogram, Registry};

const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(10);

/// Does something so many times, and says how long it took.
type Operation<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// A table of cases, printed row by row.
pub(crate) struct Table {
    rounds: usize,
}

impl Table {
    /// Begins a table; `unit` is what an operation is.
    pub(crate) fn new(title: &str, unit: &str) -> Self {
        println!("\n{title}: ns {unit}, minimum (median) of {ROUNDS} interleaved rounds");
        println!(
            "{:<44} {:>18} {:>18} {:>8}",
            "case", "ours", "raw limit", "ratio"
        );
        Self { rounds: ROUNDS }
    }

    /// Compares one operation with its raw limit. Each is called with a number of repetitions.
    pub(crate) fn row(
        &self,
        name: &str,
        ours: impl FnMut(u64) -> Duration,
        raw: impl FnMut(u64) -> Duration,
    ) {
        self.batch(name, 1, ours, raw);
    }

    /// The same, where one call does the work of `size` operations.
    pub(crate) fn batch(
        &self,
        name: &str,
        size: u64,
        ours: impl FnMut(u64) -> Duration,
        raw: impl FnMut(u64) -> Duration,
    ) {
        let mut sides: [Operation<'_>; 2] = [Box::new(ours), Box::new(raw)];
        let repetitions = [calibrate(&mut *sides[0]), calibrate(&mut *sides[1])];
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..self.rounds {
            for side in 0..2 {
                let nanos = sides[side](repetitions[side]).as_secs_f64() * 1e9;
                times[side].push(nanos / (repetitions[side] * size) as f64);
            }
        }
        let [ours, raw] = times.map(summary);
        let cell = |(minimum, median): (f64, f64)| format!("{minimum:.2} ({median:.2})");
        println!(
            "{name:<44} {:>18} {:>18} {:>7.2}x",
            cell(ours),
            cell(raw),
            ours.1 / raw.1
        );
    }
}

/// How many repetitions fill a round.
fn calibrate(operation: &mut dyn FnMut(u64) -> Duration) -> u64 {
    let mut repetitions = 1;
    loop {
        let elapsed = operation(repetitions);
        if elapsed >= ROUND / 2 {
            let more = ROUND.as_secs_f64() / elapsed.as_secs_f64();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "small"
            )]
            return ((repetitions as f64 * more) as u64).max(1);
        }
        repetitions *= 2;
    }
}

fn summary(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}

/// Repeats an operation.
pub(crate) fn repeat<R>(mut operation: impl FnMut() -> R) -> impl FnMut(u64) -> Duration {
    move |repetitions| {
        let start = Instant::now();
        for _ in 0..repetitions {
            black_box(operation());
        }
        start.elapsed()
    }
}

/// Repeats an operation on two threads at once, which start together; the time is that of the
/// slower one.
pub(crate) fn on_two_threads<R>(operation: impl Fn() -> R + Sync) -> impl FnMut(u64) -> Duration {
    move |repetitions| {
        let barrier = Barrier::new(2);
        let run = || {
            barrier.wait();
            repeat(&operation)(repetitions)
        };
        thread::scope(|scope| {
            let other = scope.spawn(run);
            run().max(other.join().expect("an operation that does not panic"))
        })
    }
}

/// `count` triples of label values, in a fixed order without a pattern.
pub(crate) fn triples(count: usize) -> Vec<[String; 3]> {
    let mut state = 1_u64;
    let mut triples: Vec<[String; 3]> = (0..count)
        .map(|n| {
            [
                format!("account-{n}"),
                format!("host-{}", n % 50),
                "login".to_owned(),
            ]
        })
        .collect();
    for n in (1..count).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        triples.swap(n, (state >> 33) as usize % (n + 1));
    }
    triples
}

/// `count` counters of three labels, the n-th of them at n.
pub(crate) fn counters(count: usize) -> Registry {
    let registry = Registry::new();
    let builder = Counter::builder("events").label_names(["account", "host", "event_type"]);
    let family = builder.register(&registry).expect("a valid metric");
    for (n, triple) in triples(count).iter().enumerate() {
        family.labels(&triple[..]).expect("three labels").inc_by(n);
    }
    registry
}

/// `count` histograms of nine buckets.
pub(crate) fn histograms(count: usize) -> Registry {
    let registry = Registry::new();
    let builder = Histogram::builder("latency")
        .label_names(["n"])
        .buckets([1, 2, 3, 4, 5, 6, 7, 8]);
    let family = builder.register(&registry).expect("a valid metric");
    for n in 0..count {
        family.labels((n,)).expect("one label").observe(1.5);
    }
    registry
}
