//! The helpers that the original's users know: timers, errors, what is in progress, states.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::check;
use crate::{Counter, Gauge, Histogram, Info, Registry, StateSet, Summary, Value};

/// What a family counted, where it is a histogram or a summary.
fn count(registry: &Registry, name: &str) -> u64 {
    let snapshot = registry.gather();
    let family = snapshot
        .families()
        .find(|family| family.descriptor().names().family() == name)
        .unwrap();
    match family.series().next().unwrap().value() {
        Value::Histogram(histogram) => histogram.count(),
        Value::Summary { count, .. } => count,
        other => panic!("{other:?}"),
    }
}

#[test]
fn k24_time_works_on_gauge_summary_and_histogram_and_within_itself() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let summary = Summary::builder("s").register(&registry).unwrap();
    let histogram = Histogram::builder("h").register(&registry).unwrap();
    gauge.set(-1);
    for depth in 1..=3 {
        fn nested(depth: u32, timed: &dyn Fn(&mut dyn FnMut())) {
            timed(&mut || {
                if depth > 1 {
                    nested(depth - 1, timed);
                }
            });
        }
        nested(depth, &|f| gauge.time(f));
        nested(depth, &|f| summary.time(f));
        nested(depth, &|f| histogram.time(f));
    }
    assert_eq!((count(&registry, "s"), count(&registry, "h")), (6, 6));
    let snapshot = registry.gather();
    let value = snapshot.families().find_map(|family| {
        let value = family.series().next()?.value();
        matches!(value, Value::Gauge(_)).then_some(value)
    });
    assert!(matches!(value, Some(Value::Gauge(seconds)) if (0.0..1.0).contains(&seconds)));
}

#[test]
fn k24_errors_of_chosen_kinds_are_counted() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let is_bad = |error: &&str| *error == "bad";
    let run = |result| counter.count_errors_if(is_bad, || result);
    assert_eq!(run(Ok(5)), Ok(5));
    assert_eq!(run(Err("harmless")), Err("harmless"));
    check(&registry, &["c_total 0"]);
    assert_eq!(run(Err("bad")), Err("bad"));
    check(&registry, &["c_total 1"]);
    let panics = || counter.count_errors_if(is_bad, || -> Result<(), _> { panic!("by design") });
    assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    check(&registry, &["c_total 2"]);
}

#[test]
fn k24_what_is_in_progress_is_tracked_however_it_ends() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let _outer = gauge.track_in_progress();
        let _inner = gauge.track_in_progress();
        check(&registry, &["g 2"]);
        panic!("by design");
    }));
    assert!(ended.is_err());
    check(&registry, &["g 0"]);
}

#[test]
fn k24_an_info_has_facts_and_a_state_set_begins_in_its_first_state() {
    let registry = Registry::new();
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("version", "1"), ("commit", "abc")]);
    let states = StateSet::builder("phase").states(["starting", "running"]);
    states.register(&registry).unwrap();
    check(
        &registry,
        &[
            r#"build_info{version="1",commit="abc"} 1"#,
            r#"phase{phase="starting"} 1"#,
            r#"phase{phase="running"} 0"#,
        ],
    );
}

/// The original sorts bounds, or rather refuses those that are not: so does this, and `metric!`
/// refuses them while compiling.
#[test]
fn k24_bounds_rise_and_end_in_infinity() {
    let registry = Registry::new();
    let bounds = |bounds: &[f64]| {
        let histogram = Histogram::builder("h").buckets(bounds);
        histogram.register(&Registry::new()).map(drop)
    };
    for unsorted in [&[2.0, 1.0][..], &[1.0, 1.0], &[f64::NAN]] {
        assert!(bounds(unsorted).is_err(), "{unsorted:?}");
    }
    assert!(bounds(&[1.0, f64::INFINITY]).is_ok());
    let histogram = Histogram::builder("h").buckets([1, 2]);
    histogram.register(&registry).unwrap().observe(5);
    check(
        &registry,
        &[
            r#"h_bucket{le="1.0"} 0"#,
            r#"h_bucket{le="2.0"} 0"#,
            r#"h_bucket{le="+Inf"} 1"#,
            "h_count 1",
            "h_sum 5",
        ],
    );
}
