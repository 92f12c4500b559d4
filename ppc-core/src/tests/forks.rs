//! Children that begin from zero, and wait for nobody who stayed behind.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::cell::in_child;
use crate::feed::{Change, Feed};
use crate::generated::{Declaration, Declared};
use crate::{
    Counter, Family, Gauge, Histogram, Info, Registry, StateSet, Summary, Value, register,
};

/// Everything that a gather shows, by name and labels.
fn shown(registry: &Registry) -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for family in registry.gather().families() {
        for series in family.series() {
            let labels: Vec<_> = series.labels().map(|(_, value)| value).collect();
            let name = format!(
                "{} {}",
                family.descriptor().names().family(),
                labels.join(" ")
            );
            let value = match series.value() {
                Value::Counter(total) => match series.exemplar() {
                    None => format!("{total}"),
                    Some(exemplar) => format!("{total} # {}", exemplar.value()),
                },
                Value::Gauge(value) => format!("{value}"),
                Value::Histogram(histogram) => format!("{}/{}", histogram.sum(), histogram.count()),
                Value::Summary {
                    count,
                    sum,
                    quantiles,
                } => {
                    let quantile = quantiles.pairs().next();
                    let quantile = quantile.map(|(_, value)| format!(" {value}"));
                    format!("{sum}/{count}{}", quantile.unwrap_or_default())
                }
                Value::StateSet(states) => states
                    .states()
                    .filter(|(_, on)| *on)
                    .map(|(name, _)| name)
                    .collect(),
                Value::Info(info) => match info.pairs() {
                    None => "nothing".to_owned(),
                    Some(pairs) => pairs.map(|(_, value)| value).collect(),
                },
            };
            shown.insert(name.trim_end().to_owned(), value);
        }
    }
    shown
}

#[track_caller]
fn check(registry: &Registry, expected: &[(&str, &str)]) {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    assert_eq!(shown(registry), expected.iter().map(owned).collect());
}

fn counters(registry: &Registry) -> Family<Counter> {
    let builder = Counter::builder("c").label_names(["l"]);
    builder.register(registry).unwrap()
}

#[test]
fn f12_a_child_counts_from_zero_and_its_parent_goes_on() {
    let registry = Registry::new();
    let labelled = counters(&registry);
    let plain = Counter::builder("p").register(&registry).unwrap();
    let often = labelled.labels(("often",)).unwrap();
    // In words of this thread, in words of one that is gone, and in atomics of the series.
    (0..1000).for_each(|_| often.inc());
    thread::scope(|scope| {
        scope.spawn(|| (0..500).for_each(|_| often.inc()));
    });
    labelled.labels(("seldom",)).unwrap().inc_by(7);
    plain.inc_by(2.5);
    in_child(|| {
        often.inc();
        labelled.labels(("new",)).unwrap().inc_by(3);
        check(&registry, &[("c often", "1"), ("c new", "3"), ("p", "0")]);
        plain.inc();
        labelled.labels(("seldom",)).unwrap().inc();
        thread::scope(|scope| {
            scope.spawn(|| (0..500).for_each(|_| often.inc()));
        });
        let all = [
            ("c often", "501"),
            ("c new", "3"),
            ("c seldom", "1"),
            ("p", "1"),
        ];
        check(&registry, &all);
        check(&registry, &all);
        true
    });
    often.inc();
    check(
        &registry,
        &[("c often", "1501"), ("c seldom", "7"), ("p", "2.5")],
    );
}

#[test]
fn f12_a_child_of_a_child_counts_from_zero_too() {
    let registry = Registry::new();
    let family = counters(&registry);
    let (a, b) = (
        family.labels(("a",)).unwrap(),
        family.labels(("b",)).unwrap(),
    );
    (0..100).for_each(|_| a.inc());
    b.inc();
    in_child(|| {
        (0..10).for_each(|_| a.inc());
        in_child(|| {
            b.inc_by(5);
            check(&registry, &[("c b", "5")]);
            a.inc();
            check(&registry, &[("c a", "1"), ("c b", "5")]);
            true
        });
        check(&registry, &[("c a", "10")]);
        in_child(|| {
            a.inc();
            b.inc();
            check(&registry, &[("c a", "1"), ("c b", "1")]);
            true
        });
        true
    });
    check(&registry, &[("c a", "100"), ("c b", "1")]);
}

#[test]
fn f12_every_kind_begins_from_zero_in_a_child() {
    static REGISTRY: Registry = Registry::new();
    const fn named(name: &'static str) -> Declaration {
        Declaration {
            name,
            registry: Some(|| &REGISTRY),
            ..Declaration::DEFAULT
        }
    }
    static LAZY_FAMILY: Declared<Gauge> = Declared::new(named("lazy"));
    static EAGER_FAMILY: Declared<Gauge> = Declared::new(named("eager"));
    static LAZY: Gauge = Gauge::declared(&LAZY_FAMILY);
    static EAGER: Gauge = Gauge::declared(&EAGER_FAMILY);

    let gauge = Gauge::builder("g").register(&REGISTRY).unwrap();
    let gauges = Gauge::builder("gs")
        .label_names(["l"])
        .register(&REGISTRY)
        .unwrap();
    let set = gauges.labels(("set",)).unwrap();
    let histogram = Histogram::builder("h")
        .buckets([1.0])
        .register(&REGISTRY)
        .unwrap();
    let summary = Summary::builder("s").register(&REGISTRY).unwrap();
    let recent = Summary::builder("q")
        .quantiles([0.5])
        .register(&REGISTRY)
        .unwrap();
    let states = StateSet::builder("st")
        .states(["a", "b"])
        .register(&REGISTRY)
        .unwrap();
    let info = Info::builder("i").register(&REGISTRY).unwrap();
    register(&[&EAGER]);
    LAZY.set(4);
    gauge.set(5);
    set.set(6);
    gauges.labels(("other",)).unwrap().inc();
    (0..200).for_each(|_| histogram.observe(0.5));
    (0..3).for_each(|_| summary.observe(2.0));
    (0..3).for_each(|_| recent.observe(2.0));
    states.set("b");
    info.set([("version", "1")]);
    let before = shown(&REGISTRY);
    in_child(|| {
        let zeros = [("eager", "0"), ("h", "0/0"), ("q", "0/0 NaN"), ("s", "0/0")];
        check(&REGISTRY, &zeros);
        // The same value again counts, and what is added is not added to the parent's.
        set.set(6);
        gauges.labels(("other",)).unwrap().inc();
        LAZY.add(1);
        histogram.observe(0.5);
        recent.observe(7.0);
        let shown = shown(&REGISTRY);
        let of = |name: &str| shown.get(name).map(String::as_str);
        assert_eq!(
            (of("gs set"), of("gs other"), of("lazy")),
            (Some("6"), Some("1"), Some("1"))
        );
        assert_eq!((of("h"), of("q")), (Some("0.5/1"), Some("7/1 7")));
        true
    });
    in_child(|| {
        // What is recorded before the first gather is in it.
        set.set(8);
        gauge.add(1);
        info.set([("version", "2")]);
        states.set("b");
        summary.observe(1.0);
        let all = [
            ("eager", "0"),
            ("g", "1"),
            ("gs set", "8"),
            ("h", "0/0"),
            ("i", "2"),
            ("q", "0/0 NaN"),
            ("s", "1/1"),
            ("st", "b"),
        ];
        check(&REGISTRY, &all);
        true
    });
    assert_eq!(shown(&REGISTRY), before);
}

#[test]
fn f12_exemplars_removals_and_what_is_in_progress_stay_with_the_parent() {
    let registry = Registry::new();
    let counter = Counter::builder("e").register(&registry).unwrap();
    let busy = Gauge::builder("busy").register(&registry).unwrap();
    let family = counters(&registry);
    let (removed, held) = (
        family.labels(("removed",)).unwrap(),
        family.labels(("held",)).unwrap(),
    );
    (0..100).for_each(|_| counter.inc());
    counter.inc_by_with_exemplar(1, [("trace", "parent")]);
    (0..100).for_each(|_| removed.inc());
    (0..100).for_each(|_| held.inc());
    assert!(family.remove(("removed",)).unwrap());
    let mut in_progress = Some(busy.track_in_progress());
    let before = [("busy", "1"), ("c held", "100"), ("e", "101 # 1")];
    check(&registry, &before);
    in_child(|| {
        drop(in_progress.take());
        check(&registry, &[("e", "0")]);
        counter.inc_by_with_exemplar(2, [("trace", "child")]);
        removed.inc();
        held.inc_by(2);
        check(
            &registry,
            &[("c held", "2"), ("c removed", "1"), ("e", "2 # 2")],
        );
        assert!(family.remove(("held",)).unwrap());
        removed.inc();
        check(&registry, &[("c removed", "2"), ("e", "2 # 2")]);
        held.inc();
        family.clear();
        removed.inc();
        check(&registry, &[("c removed", "1"), ("e", "2 # 2")]);
        true
    });
    in_child(|| {
        // An exemplar of a series that is recorded in words of the thread, before any gather.
        counter.inc_by_with_exemplar(3, [("trace", "child")]);
        shown(&registry)["e"] == "3 # 3"
    });
    check(&registry, &before);
}

#[test]
fn f12_series_that_expire_and_limits_begin_anew_in_a_child() {
    let registry = Registry::new();
    let limited = Counter::builder("c").label_names(["l"]).max_series(2);
    let limited = limited.register(&registry).unwrap();
    for label in ["a", "b", "too many"] {
        limited.labels((label,)).unwrap().inc();
    }
    let expiring = Gauge::builder("x")
        .label_names(["l"])
        .expire(Duration::from_hours(1));
    let expiring = expiring.register(&registry).unwrap();
    expiring.labels(("a",)).unwrap().set(1);
    let before = [
        ("c __overflow__", "1"),
        ("c a", "1"),
        ("c b", "1"),
        ("x a", "1"),
    ];
    check(&registry, &before);
    in_child(|| {
        check(&registry, &[]);
        expiring.labels(("a",)).unwrap().set(1);
        limited.labels(("new",)).unwrap().inc();
        check(&registry, &[("c new", "1"), ("x a", "1")]);
        true
    });
    check(&registry, &before);
}

/// Counts what it is told.
#[derive(Default)]
struct Spy(AtomicUsize);

impl Feed for Spy {
    fn changed(&self, _: u64, _: Change) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn f12_the_parents_feed_is_told_nothing_in_a_child_and_the_childs_everything() {
    let registry = Registry::new();
    let family = counters(&registry);
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let counter = family.labels(("a",)).unwrap();
    let parents = Arc::new(Spy::default());
    let mut watch = Some(registry.watch(Arc::clone(&parents) as _));
    (0..100).for_each(|_| counter.inc());
    gauge.set(1);
    assert_eq!(parents.0.load(Ordering::Relaxed), 101);
    in_child(|| {
        (0..100).for_each(|_| counter.inc());
        gauge.set(2);
        family.labels(("b",)).unwrap().inc();
        assert_eq!(parents.0.load(Ordering::Relaxed), 101);
        let own = Arc::new(Spy::default());
        let own_watch = registry.watch(Arc::clone(&own) as _);
        counter.inc();
        gauge.set(3);
        family.labels(("c",)).unwrap().inc();
        drop(watch.take());
        counter.inc();
        assert_eq!(own.0.load(Ordering::Relaxed), 4);
        check(
            &registry,
            &[("c a", "102"), ("c b", "1"), ("c c", "1"), ("g", "3")],
        );
        drop(own_watch);
        counter.inc();
        assert_eq!(own.0.load(Ordering::Relaxed), 4);
        true
    });
    counter.inc();
    assert_eq!(parents.0.load(Ordering::Relaxed), 102);
}

#[test]
fn f12_a_child_waits_for_nobody_whoever_was_in_the_midst_of_what() {
    let registry = Registry::new();
    let family = counters(&registry);
    let info = Info::builder("i").register(&registry).unwrap();
    let recent = Summary::builder("q")
        .quantiles([0.5])
        .register(&registry)
        .unwrap();
    let traced = Histogram::builder("t")
        .buckets([1.0])
        .register(&registry)
        .unwrap();
    let (stop, turns) = (AtomicBool::new(false), Mutex::new(0_u32));
    let stopped = || stop.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for thread in 0..2 {
            let (family, registry, info) = (&family, &registry, &info);
            let (recent, traced, turns) = (&recent, &traced, &turns);
            scope.spawn(move || {
                for n in 0_u32.. {
                    if stopped() {
                        return;
                    }
                    family.labels((n % 50,)).unwrap().inc();
                    recent.observe(1.0);
                    traced.observe_with_exemplar(0.5, [("n", "1")]);
                    match n % 7 {
                        0 if thread == 0 => drop(registry.gather()),
                        1 => info.set([("n", n.to_string())]),
                        2 => _ = family.remove((n % 50,)).unwrap(),
                        3 => _ = Counter::builder(&format!("n{}", n % 20)).register(registry),
                        4 if n % 210 == 4 => family.clear(),
                        _ => {}
                    }
                    *turns.lock().unwrap() += 1;
                }
            });
        }
        for _ in 0..40 {
            while *turns.lock().unwrap() < 20 {
                thread::yield_now();
            }
            *turns.lock().unwrap() = 0;
            in_child(|| {
                let mine = family.labels(("mine",)).unwrap();
                thread::scope(|scope| {
                    scope.spawn(|| (0..100).for_each(|_| mine.inc()));
                    (0..100).for_each(|_| mine.inc());
                });
                info.set([("n", "mine")]);
                recent.observe(3.0);
                traced.observe_with_exemplar(0.5, [("n", "2")]);
                let mut shown = shown(&registry);
                shown.retain(|name, value| !(name.starts_with('n') && value == "0"));
                let expected = [
                    ("c mine", "200"),
                    ("i", "mine"),
                    ("q", "3/1 3"),
                    ("t", "0.5/1"),
                ];
                let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
                assert_eq!(shown, BTreeMap::from(expected));
                family.clear();
                family.labels(("again",)).unwrap().inc();
                registry.gather().series_count() > 0
            });
        }
        stop.store(true, Ordering::Relaxed);
    });
}
