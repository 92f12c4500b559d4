//! Things that happen at once, each of which went wrong once.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use super::{check, samples};
use crate::cell::{Section, Totals};
use crate::registry::Gather;
use crate::{Counter, Gauge, Histogram, Registry, Snapshot, Value};

const SOON: Duration = Duration::from_millis(1);

/// The values of a registry's counters and gauges, and the sums of its histograms.
fn values(registry: &Registry) -> Vec<f64> {
    let mut values = Vec::new();
    for family in registry.gather().families() {
        values.extend(family.series().map(|series| match series.value() {
            Value::Counter(value) | Value::Gauge(value) => value,
            Value::Histogram(histogram) => histogram.sum(),
            other => panic!("{other:?}"),
        }));
    }
    values
}

#[test]
fn a_series_recorded_while_it_is_found_idle_stays_whatever_else_is_removed() {
    let registry = Registry::new();
    // Longer than anything between the two gathers below takes.
    let expire = Duration::from_millis(400);
    let family = Counter::builder("c")
        .label_names(["n"])
        .expire(expire)
        .register(&registry)
        .unwrap();
    let handle = family.labels(("a",)).unwrap();
    (0..100).for_each(|_| handle.inc()); // has words by now
    drop(handle);
    registry.gather();
    thread::sleep(expire + SOON);
    // A gather, with one recording between its sums and its end.
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::ZERO);
    let totals = Totals::sum_up();
    family.labels(("a",)).unwrap().inc();
    let inner = family.inner();
    inner.gather(&totals, snapshot.family(&inner.descriptor));
    drop(totals);
    family.labels(("c",)).unwrap();
    family.remove(("c",)).unwrap();
    let shown = samples(&registry.gather());
    assert!(shown.iter().any(|s| s.contains(r#"n="a""#)), "{shown:?}");
}

#[test]
fn what_is_removed_while_it_gets_words_begins_at_zero() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for round in 0..30 {
        // Another series had the words and a great value, was gathered, and is gone.
        let (old, new) = (format!("old{round}"), format!("new{round}"));
        let handle = family.labels((&*old,)).unwrap();
        (0..100).for_each(|_| handle.inc_by(1_000_000));
        drop((registry.gather(), handle));
        family.remove((&*old,)).unwrap();
        drop(registry.gather());
        let held = family.labels((&*new,)).unwrap();
        held.inc();
        let totals = Totals::sum_up(); // a gather is under way
        thread::scope(|scope| {
            let remover = scope.spawn(|| family.remove((&*new,)).unwrap());
            thread::sleep(SOON);
            drop(totals);
            (0..20).for_each(|_| held.inc());
            remover.join().unwrap();
        });
        let values = values(&registry);
        assert!(
            values.iter().all(|value| (0.0..=21.0).contains(value)),
            "{values:?}"
        );
        drop(held);
        family.clear();
        registry.gather();
    }
}

#[test]
fn no_sum_falls_when_a_thread_ends() {
    for round in 0..20_u32 {
        let registry = Registry::new();
        let counter = Counter::builder("c").register(&registry).unwrap();
        let histogram = Histogram::builder("h")
            .buckets([1.0])
            .register(&registry)
            .unwrap();
        (0..100).for_each(|_| (counter.inc_by(0.0), histogram.observe(0.0)).0);
        let recorded = Barrier::new(7);
        thread::scope(|scope| {
            let threads: Vec<_> = (1..7_u32)
                .map(|n| {
                    let (counter, histogram, recorded) = (&counter, &histogram, &recorded);
                    let (end, ended) = mpsc::channel::<()>();
                    let thread = scope.spawn(move || {
                        let amount = f64::from(round * 7 + n) * 0.1 + 0.01 * f64::from(n * n);
                        for _ in 0..n {
                            counter.inc_by(amount);
                            histogram.observe(amount);
                        }
                        recorded.wait();
                        let _ = ended.recv();
                    });
                    (end, thread)
                })
                .collect();
            recorded.wait();
            let before = values(&registry);
            for (end, thread) in threads {
                drop(end);
                thread.join().unwrap();
                assert_eq!(values(&registry), before);
            }
        });
    }
}

#[test]
fn a_hidden_gauge_takes_every_addition() {
    const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };
    let registry = Registry::new();
    let family = Gauge::builder("g")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let (a, b) = (family.labels((1,)).unwrap(), family.labels((1,)).unwrap());
    let (start, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..=ROUNDS {
                while start.load(SeqCst) < round {
                    thread::yield_now();
                }
                b.add(1);
                done.store(round, SeqCst);
            }
        });
        for round in 1..=ROUNDS {
            family.remove((1,)).unwrap();
            start.store(round, SeqCst);
            (0..round % 40).for_each(|_| std::hint::spin_loop());
            a.add(1);
            while done.load(SeqCst) < round {
                thread::yield_now();
            }
            assert_eq!(values(&registry), [2.0]);
        }
    });
}

#[test]
fn a_gauge_set_while_it_is_found_idle_stays() {
    let registry = Registry::new();
    let family = Gauge::builder("g")
        .label_names(["n"])
        .expire(Duration::from_hours(1))
        .register(&registry)
        .unwrap();
    family.labels((1,)).unwrap().set(1);
    registry.gather();
    // What a gather does, in its order: each series is asked, and then those that are idle go.
    let (inner, mut idle) = (family.inner(), Vec::new());
    inner.table.for_each(&Section::enter(), |found| {
        assert_eq!(found.slept(), Some(true));
        idle.push((found.keep(), Box::from([1.0_f64.to_bits()])));
    });
    family.labels((1,)).unwrap().set(7);
    inner.table.expire(idle);
    check(&registry, &[r#"g{n="1"} 7"#]);
    check(&registry, &[r#"g{n="1"} 7"#]);
}

#[test]
fn a_histogram_without_words_expires_only_when_it_is_idle() {
    let registry = Registry::new();
    let histogram = Histogram::builder("h")
        .buckets((0..254).map(f64::from).collect::<Vec<f64>>())
        .expire(SOON)
        .register(&registry)
        .unwrap();
    for n in 1..=5 {
        histogram.observe(1.0);
        thread::sleep(SOON * 3);
        assert_eq!(values(&registry), [f64::from(n)]);
    }
}

#[test]
fn what_was_cleared_makes_room_also_while_a_snapshot_lists_it() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .max_series(2)
        .register(&registry)
        .unwrap();
    family.labels((1,)).unwrap().inc();
    family.labels((2,)).unwrap().inc();
    let snapshot = registry.gather();
    family.clear();
    family.labels((3,)).unwrap().inc();
    check(&registry, &[r#"c_total{n="3"} 1"#]);
    drop(snapshot);
}
