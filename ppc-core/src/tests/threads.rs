//! Exact totals from many threads, and snapshots taken meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use crate::{Counter, Gauge, Histogram, Registry, Value};

const THREADS: u64 = 8;
const EACH: u64 = if cfg!(miri) { 20 } else { 20_000 };

#[test]
fn what_happened_before_a_gather_is_in_it() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let fractions = Counter::builder("f").register(&registry).unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (family, gauge, fractions) = (&family, &gauge, &fractions);
            scope.spawn(move || {
                for n in 0..EACH {
                    family.labels(((n + thread) % 50,)).unwrap().inc();
                    gauge.add(0.5);
                    fractions.inc_by(0.25);
                }
            });
        }
    });
    let (mut counted, mut series) = (0.0, 0);
    for family in registry.gather().families() {
        for entry in family.series() {
            match (family.descriptor().names().family(), entry.value()) {
                ("c", Value::Counter(value)) => (counted, series) = (counted + value, series + 1),
                ("f", Value::Counter(value)) => assert_eq!(value, (THREADS * EACH) as f64 / 4.0),
                ("g", Value::Gauge(value)) => assert_eq!(value, (THREADS * EACH) as f64 / 2.0),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(
        (counted, series),
        (
            (THREADS * EACH) as f64,
            if EACH < 50 { EACH + THREADS - 1 } else { 50 }
        )
    );
}

#[test]
fn a_histogram_never_contradicts_itself_while_it_is_observed() {
    let registry = Registry::new();
    let histogram = Histogram::builder("h")
        .buckets([1.0, 2.0, 3.0])
        .register(&registry)
        .unwrap();
    let (stop, started) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    for value in [0.5, 1.5, 2.5, 3.5] {
                        started.fetch_add(1, Ordering::SeqCst);
                        histogram.observe(value);
                    }
                }
            });
        }
        let mut last = 0;
        for _ in 0..EACH / 20 {
            let snapshot = registry.gather();
            let family = snapshot.families().next().unwrap();
            let Value::Histogram(value) = family.series().next().unwrap().value() else {
                panic!("a histogram");
            };
            let buckets: Vec<u64> = value.buckets().map(|(_, count)| count).collect();
            assert!(buckets.is_sorted(), "{buckets:?}");
            assert_eq!(buckets.last(), Some(&value.count()));
            assert!(value.count() >= last && value.count() <= started.load(Ordering::SeqCst));
            last = value.count();
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn series_come_and_go_while_they_are_read() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                assert!(registry.gather().series_count() <= 100);
            }
        });
        let writers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for n in 0..EACH / 10 {
                        family.labels((n % 100,)).unwrap().inc();
                        family.remove(((n + 50) % 100,)).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        readers.join().unwrap();
    });
}

#[test]
fn a_total_does_not_fall_when_a_word_turns_into_a_float() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    // Each amount is the word of a thread; the one that is whole turns into a float by the second.
    let amounts = [
        (386.0, 1e-30),
        (0.293_931_795_313_261_1, 0.0),
        (376_171.0, 0.0),
    ];
    let step = Arc::new(Barrier::new(amounts.len() + 1));
    let threads = amounts.map(|(first, second)| {
        let (step, counter) = (Arc::clone(&step), counter.clone());
        thread::spawn(move || {
            // Until the series has words of each thread.
            for _ in 0..200 {
                counter.inc_by(0);
            }
            step.wait();
            counter.inc_by(first);
            step.wait();
            step.wait();
            counter.inc_by(second);
            step.wait();
        })
    });
    step.wait();
    step.wait();
    let before = total(&registry);
    step.wait();
    step.wait();
    let after = total(&registry);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(after >= before, "{before} -> {after}");
}

fn total(registry: &Registry) -> f64 {
    let snapshot = registry.gather();
    let series = snapshot.families().flat_map(crate::FamilySnapshot::series);
    let values = series.map(|series| match series.value() {
        Value::Counter(value) => value,
        _ => 0.0,
    });
    values.sum()
}
