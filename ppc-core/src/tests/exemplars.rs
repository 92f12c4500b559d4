//! Exemplars, from recording to the snapshot.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use super::check;
use crate::generated::{Declaration, Declared, LabelDeclaration, Typed};
use crate::{
    Counter, Exemplar, FamilySnapshot, Histogram, Labelled, Registry, Snapshot, Value, unix_time,
};

/// Every exemplar, as `labels of the series/place{labels} value`.
fn exemplars(snapshot: &Snapshot) -> Vec<String> {
    let mut all = Vec::new();
    for series in snapshot.families().flat_map(FamilySnapshot::series) {
        let values: Vec<&str> = series.labels().map(|(_, value)| value).collect();
        let mut push = |place: &str, exemplar: &Exemplar| {
            let labels: Vec<_> = exemplar.labels().map(|(n, v)| format!("{n}={v}")).collect();
            let (values, labels) = (values.join(","), labels.join(","));
            all.push(format!("{values}/{place}{{{labels}}} {}", exemplar.value()));
        };
        match series.value() {
            Value::Histogram(histogram) => {
                assert!(series.exemplar().is_none());
                assert_eq!(histogram.exemplars().len(), histogram.buckets().count());
                for ((le, _), exemplar) in histogram.buckets().zip(histogram.exemplars()) {
                    if let Some(exemplar) = exemplar {
                        push(le, exemplar);
                    }
                }
            }
            _ => {
                if let Some(exemplar) = series.exemplar() {
                    push("", exemplar);
                }
            }
        }
    }
    all.sort_unstable();
    all
}

fn only(snapshot: &Snapshot) -> Option<Exemplar> {
    let mut series = snapshot.families().flat_map(FamilySnapshot::series);
    series.next()?.exemplar().cloned()
}

#[test]
fn a_counter_tells_its_latest_exemplar() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    assert_eq!(exemplars(&registry.gather()), [""; 0]);
    let before = unix_time();
    counter.inc_with_exemplar([("trace_id", "a")]);
    counter.inc_by_with_exemplar(2.5, [("trace_id", "b"), ("span_id", "c")]);
    counter.inc_by(4);
    let snapshot = registry.gather();
    assert_eq!(exemplars(&snapshot), ["/{trace_id=b,span_id=c} 2.5"]);
    let timestamp = only(&snapshot).unwrap().timestamp().unwrap();
    assert!((before..=unix_time()).contains(&timestamp));
    check(&registry, &["c_total 7.5"]);
    // A snapshot that is used again tells those of its own time.
    let (mut again, empty) = (snapshot, Registry::new());
    Counter::builder("c").register(&empty).unwrap();
    again.start(unix_time());
    empty.gather_into(&mut again);
    assert_eq!(exemplars(&again), [""; 0]);
}

#[test]
fn a_histogram_tells_the_latest_of_each_bucket() {
    let registry = Registry::new();
    let family = Histogram::builder("h")
        .buckets([1.0, 2.0])
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in 0..3 {
        family.labels((n,)).unwrap().observe(1.5);
    }
    let histogram = family.labels((1,)).unwrap();
    for (id, value) in [0.5, 1.0, 3.0, f64::INFINITY].into_iter().enumerate() {
        histogram.observe_with_exemplar(value, [("id", id)]);
    }
    let other = family.labels((2,)).unwrap();
    other.observe_with_exemplar(Duration::from_secs(2), [("id", "x")]);
    let expected = ["1/+Inf{id=3} inf", "1/1.0{id=1} 1", "2/2.0{id=x} 2"];
    assert_eq!(exemplars(&registry.gather()), expected);
    let count = |n: usize| {
        let snapshot = registry.gather();
        let family = snapshot.families().next().unwrap();
        let mut series = family.series();
        let series = series.find(|s| s.labels().all(|(_, value)| value == n.to_string()));
        match series.unwrap().value() {
            Value::Histogram(histogram) => histogram.count(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([count(0), count(1), count(2)], [1, 5, 2]);
}

static REGISTRY: Registry = Registry::new();

const LABELS: &[LabelDeclaration] = &[LabelDeclaration {
    fixed: &["false", "true"],
    ..LabelDeclaration::named("n")
}];

const fn declaration(name: &'static str) -> Declaration {
    Declaration {
        name,
        labels: LABELS,
        buckets: Some(|| vec![1.0]),
        registry: Some(|| &REGISTRY),
        ..Declaration::DEFAULT
    }
}

static LOOKED_UP: Declared<Counter> = Declared::new(declaration("exemplars"));
static OBSERVED: Declared<Histogram> = Declared::new(declaration("observed"));

#[test]
fn look_ups_note_exemplars_as_handles_do() {
    for round in 0..2 {
        let counter = Labelled::new(&LOOKED_UP, (Typed::<_, 0>("text"), ()));
        counter.inc_with_exemplar([("round", round)]);
        // One of a fixed set is found by an index.
        let fixed = Labelled::new(&LOOKED_UP, (Typed::<_, 0>(true), ()));
        fixed.inc_by_with_exemplar(3, [("round", round)]);
        fixed.inc_by_with_exemplar(-3, [("bad", "amount")]);
        let observed = Labelled::new(&OBSERVED, (Typed::<_, 0>("text"), ()));
        observed.observe_with_exemplar(0.5, [("round", round)]);
        observed.observe_with_exemplar(f64::NAN, [("bad", "amount")]);
        assert_eq!(
            exemplars(&REGISTRY.gather()),
            [
                format!("text/1.0{{round={round}}} 0.5"),
                format!("text/{{round={round}}} 1"),
                format!("true/{{round={round}}} 3"),
            ]
        );
    }
    let ignored = |family: &crate::Descriptor| family.take_ignored().map(|ignored| ignored.count);
    let snapshot = REGISTRY.gather();
    let families = snapshot.families();
    let counts: Vec<_> = families
        .map(|family| ignored(family.descriptor()))
        .collect();
    assert_eq!(counts, [Some(2), Some(2)]);
    check(
        &REGISTRY,
        &[
            r#"exemplars_total{n="text"} 2"#,
            r#"exemplars_total{n="true"} 6"#,
            r#"observed_bucket{n="text",le="1.0"} 2"#,
            r#"observed_bucket{n="text",le="+Inf"} 2"#,
            r#"observed_count{n="text"} 2"#,
            r#"observed_sum{n="text"} 1"#,
        ],
    );
}

#[test]
fn bad_exemplars_are_ignored_and_their_amounts_count() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let histogram = Histogram::builder("h").buckets([1.0]).register(&registry);
    let histogram = histogram.unwrap();
    let long = "x".repeat(129);
    for labels in [
        vec![("a", &*long)],
        vec![("a b", "1")],
        vec![("a", "1"), ("a", "2")],
    ] {
        counter.inc_with_exemplar(labels.clone());
        histogram.observe_with_exemplar(1, labels);
    }
    // Of an amount without meaning there is no exemplar, and it is ignored once.
    counter.inc_by_with_exemplar(-1, [("a", "1")]);
    counter.inc_by_with_exemplar(f64::NAN, [("a b", "1")]);
    histogram.observe_with_exemplar(f64::NAN, [("a", "1")]);
    assert_eq!(exemplars(&registry.gather()), [""; 0]);
    for family in registry.gather().families() {
        let ignored = family.descriptor().take_ignored().unwrap();
        let expected = if ignored.metric == "c" { 5 } else { 4 };
        assert_eq!(ignored.count, expected);
        assert!(ignored.rule.contains("exemplar"), "{}", ignored.rule);
    }
    check(
        &registry,
        &[
            "c_total 3",
            r#"h_bucket{le="1.0"} 3"#,
            r#"h_bucket{le="+Inf"} 3"#,
            "h_count 3",
            "h_sum 3",
        ],
    );
}

#[test]
fn exemplars_go_with_their_series() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let note = |n: u32| family.labels((n,)).unwrap().inc_with_exemplar([("n", n)]);
    let held = family.labels((1,)).unwrap();
    (0..4).for_each(note);
    assert_eq!(exemplars(&registry.gather()).len(), 4);
    assert!(family.remove((0,)).unwrap());
    assert!(family.remove((1,)).unwrap());
    assert!(!family.remove((1,)).unwrap());
    assert_eq!(exemplars(&registry.gather()), ["2/{n=2} 1", "3/{n=3} 1"]);
    // What comes back comes back without them.
    held.inc();
    family.labels((0,)).unwrap().inc();
    assert_eq!(exemplars(&registry.gather()), ["2/{n=2} 1", "3/{n=3} 1"]);
    held.inc_with_exemplar([("n", "again")]);
    family.clear();
    assert_eq!(exemplars(&registry.gather()), [""; 0]);
    (0..4).for_each(|n| family.labels((n,)).unwrap().inc());
    assert_eq!(registry.gather().series_count(), 4);
    assert_eq!(exemplars(&registry.gather()), [""; 0]);
}

#[test]
fn exemplars_of_idle_series_expire_with_them() {
    let registry = Registry::new();
    let counter = Counter::builder("c")
        .expire(Duration::from_millis(1))
        .register(&registry)
        .unwrap();
    counter.inc_with_exemplar([("a", "b")]);
    assert_eq!(exemplars(&registry.gather()).len(), 1);
    thread::sleep(Duration::from_millis(5));
    registry.gather();
    check(&registry, &[]);
    counter.inc();
    check(&registry, &["c_total 1"]);
    assert_eq!(exemplars(&registry.gather()), [""; 0]);
}

#[test]
fn labels_are_a_users_code_and_run_under_no_lock() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    counter.inc_with_exemplar((0..1).map(|_| {
        counter.inc_with_exemplar([("inner", "1")]);
        assert_eq!(exemplars(&registry.gather()).len(), 1);
        ("outer", "1")
    }));
    assert_eq!(exemplars(&registry.gather()), ["/{outer=1} 1"]);
    let panicking = || -> (&str, &str) { panic!("as asked") };
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        counter.inc_with_exemplar((0..1).map(|_| panicking()));
    }));
    assert!(panicked.is_err());
    check(&registry, &["c_total 3"]);
}

#[test]
fn amounts_are_exact_while_exemplars_come_and_go() {
    const EACH: u64 = if cfg!(miri) { 20 } else { 5_000 };
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let family = &family;
            scope.spawn(move || {
                let held = family.labels(("held",)).unwrap();
                for n in 0..EACH {
                    held.inc_with_exemplar([("thread", thread)]);
                    let other = family.labels((n % 7,)).unwrap();
                    other.inc_with_exemplar([("thread", thread)]);
                    family.remove(((n + 3) % 7,)).unwrap();
                }
            });
        }
        for _ in 0..50 {
            for exemplar in exemplars(&registry.gather()) {
                assert!(exemplar.contains("{thread="), "{exemplar}");
            }
        }
    });
    let snapshot = registry.gather();
    let mut series = snapshot.families().flat_map(FamilySnapshot::series);
    let held = series.find(|series| series.labels().all(|(_, value)| value == "held"));
    let held = held.unwrap();
    assert!(held.exemplar().is_some());
    assert!(matches!(held.value(), Value::Counter(value) if value == (4 * EACH) as f64));
}
