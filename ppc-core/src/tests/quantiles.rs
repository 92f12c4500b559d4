//! Summaries with quantiles, from observing to the snapshot.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::check;
use crate::feed::{Change, Feed};
use crate::{FamilySnapshot, Registry, Snapshot, Summary, Value};

/// Count, sum and quantiles of the only series.
fn only(snapshot: &Snapshot) -> (u64, f64, Vec<(String, f64)>) {
    let mut series = snapshot.families().flat_map(FamilySnapshot::series);
    let (Some(only), None) = (series.next(), series.next()) else {
        panic!("one series");
    };
    let Value::Summary {
        count,
        sum,
        quantiles,
    } = only.value()
    else {
        panic!("a summary")
    };
    let pairs = quantiles.pairs();
    let pairs = pairs.map(|(label, value)| (label.to_owned(), value));
    (count, sum, pairs.collect())
}

fn is_near(told: f64, exact: f64) -> bool {
    (told - exact).abs() <= exact * 0.0101
}

#[test]
fn quantiles_stand_beside_count_and_sum() {
    let registry = Registry::new();
    let family = Summary::builder("s")
        .quantiles([0.0, 0.5, 1.0])
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let held = family.labels((1,)).unwrap();
    check(
        &registry,
        &[
            r#"s{n="1",quantile="0.0"} NaN"#,
            r#"s{n="1",quantile="0.5"} NaN"#,
            r#"s{n="1",quantile="1.0"} NaN"#,
            r#"s_count{n="1"} 0"#,
            r#"s_sum{n="1"} 0"#,
        ],
    );
    for _ in 0..100 {
        held.observe(2);
        family.labels((1,)).unwrap().observe(2);
        held.observe(f64::NAN);
    }
    held.observe(7);
    held.observe(-7);
    let (count, sum, quantiles) = only(&registry.gather());
    assert_eq!((count, sum), (202, 400.0));
    let labels: Vec<&str> = quantiles.iter().map(|(label, _)| &**label).collect();
    assert_eq!(labels, ["0.0", "0.5", "1.0"]);
    let [least, middle, most] = [0, 1, 2].map(|index: usize| quantiles[index].1);
    // Those at the ends are exact.
    assert_eq!((least, most), (-7.0, 7.0));
    assert!(is_near(middle, 2.0), "{middle}");
    held.time(|| ());
    assert_eq!(only(&registry.gather()).0, 203);
    assert_eq!(
        family.descriptor().take_ignored().map(|i| i.count),
        Some(100)
    );
}

#[test]
fn infinite_observations_are_infinite_quantiles() {
    let registry = Registry::new();
    let summary = Summary::builder("s")
        .quantiles([0.0, 0.5, 1.0])
        .register(&registry)
        .unwrap();
    for value in [f64::NEG_INFINITY, 3.0, f64::INFINITY] {
        summary.observe(value);
    }
    let (count, sum, quantiles) = only(&registry.gather());
    let [least, middle, most] = [0, 1, 2].map(|index: usize| quantiles[index].1);
    assert_eq!((least, most), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(is_near(middle, 3.0), "{middle}");
    assert!(count == 3 && sum.is_nan());
}

#[test]
fn quantiles_are_of_the_window_alone_and_the_rest_of_all() {
    let registry = Registry::new();
    let summary = Summary::builder("s")
        .quantiles([1.0])
        .window(Duration::from_millis(20))
        .register(&registry)
        .unwrap();
    summary.observe(1000);
    thread::sleep(Duration::from_millis(25));
    let (count, sum, quantiles) = only(&registry.gather());
    assert_eq!((count, sum), (1, 1000.0));
    assert!(quantiles[0].1.is_nan());
}

#[test]
fn what_is_removed_leaves_no_quantiles() {
    let registry = Registry::new();
    let family = Summary::builder("s")
        .quantiles([1.0])
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    // Through a handle it is the same series, hidden meanwhile.
    let held = family.labels((1,)).unwrap();
    held.observe(1000);
    assert!(family.remove((1,)).unwrap());
    check(&registry, &[]);
    held.observe(5);
    assert_eq!(
        only(&registry.gather()),
        (1, 5.0, vec![("1.0".into(), 5.0)])
    );
    drop(held);
    // A look-up brings it back before it is freed, or makes a new one.
    for _ in 0..3 {
        family.clear();
        family.labels((1,)).unwrap().observe(3);
        assert_eq!(
            only(&registry.gather()),
            (1, 3.0, vec![("1.0".into(), 3.0)])
        );
    }
}

#[test]
fn series_with_quantiles_expire_by_their_counts() {
    let registry = Registry::new();
    let summary = Summary::builder("s")
        .quantiles([1.0])
        .window(Duration::from_micros(10))
        .expire(Duration::from_millis(1))
        .register(&registry)
        .unwrap();
    summary.observe(1000);
    assert_eq!(registry.gather().series_count(), 1);
    thread::sleep(Duration::from_millis(5));
    registry.gather();
    check(&registry, &[]);
    summary.observe(2);
    let (count, sum, _) = only(&registry.gather());
    assert_eq!((count, sum), (1, 2.0));
}

#[test]
fn nothing_of_count_and_sum_is_lost_between_threads() {
    const THREADS: u64 = 4;
    const EACH: u64 = if cfg!(miri) { 50 } else { 20_000 };
    let registry = Registry::new();
    let family = Summary::builder("s")
        .quantiles([0.1, 0.5, 0.9])
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let family = &family;
            scope.spawn(move || {
                let held = family.labels(("x",)).unwrap();
                for n in 1..=EACH {
                    if (n + thread) % 2 == 0 {
                        held.observe(n);
                    } else {
                        family.labels(("x",)).unwrap().observe(n);
                    }
                }
            });
        }
        for _ in 0..20 {
            registry.gather();
        }
    });
    let (count, sum, quantiles) = only(&registry.gather());
    assert_eq!(count, THREADS * EACH);
    assert_eq!(sum, (THREADS * EACH * (EACH + 1) / 2) as f64);
    for (label, told) in quantiles {
        let exact = label.parse::<f64>().unwrap() * EACH as f64;
        // An observation may have been left out, so that another takes its place.
        assert!(is_near(told, exact) || cfg!(miri), "{told} for {exact}");
    }
}

#[test]
fn a_window_is_filled_whether_somebody_watches_or_not() {
    struct Told(AtomicU64);
    impl Feed for Told {
        fn changed(&self, _: u64, change: Change) {
            assert!(matches!(change, Change::Observed(_)));
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let registry = Registry::new();
    let builder = Summary::builder("s").quantiles([0.0, 1.0]);
    let family = builder.label_names(["n"]).register(&registry).unwrap();
    let held = family.labels((1,)).unwrap();
    let observe = |value: u64| {
        for _ in 0..100 {
            held.observe(value);
            family.labels((1,)).unwrap().observe(value);
        }
    };
    let told = Arc::new(Told(AtomicU64::new(0)));
    let watch = registry.watch(Arc::clone(&told) as _);
    observe(1);
    drop(watch);
    assert_eq!(told.0.load(Ordering::Relaxed), 200);
    observe(2);
    let (count, sum, quantiles) = only(&registry.gather());
    assert_eq!((count, sum), (400, 600.0));
    assert_eq!(quantiles, [("0.0".into(), 1.0), ("1.0".into(), 2.0)]);
    assert_eq!(told.0.load(Ordering::Relaxed), 200);
}
