//! Series that go: removed, expired, too many.

use std::thread::sleep;
use std::time::Duration;

use super::check;
use crate::{Counter, Gauge, Histogram, Info, Registry, StateSet, Summary};

const SOON: Duration = Duration::from_millis(1);

/// Gathers until what is idle is gone: once to see it, and once after its time.
fn let_expire(registry: &Registry) {
    registry.gather();
    sleep(SOON * 20);
    registry.gather();
    registry.gather();
}

#[test]
fn idle_series_expire_and_come_back_from_zero() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .expire(SOON)
        .register(&registry)
        .unwrap();
    family.labels((1,)).unwrap().inc_by(5);
    let held = family.labels((2,)).unwrap();
    held.inc_by(7);
    assert_eq!(registry.gather().series_count(), 2);
    let_expire(&registry);
    check(&registry, &[]);
    held.inc();
    check(&registry, &[r#"c_total{n="2"} 1"#]);
    family.labels((1,)).unwrap().inc_by(0.5);
    check(&registry, &[r#"c_total{n="1"} 0.5"#, r#"c_total{n="2"} 1"#]);
}

#[test]
fn what_is_recorded_between_gathers_does_not_expire() {
    let registry = Registry::new();
    let counter = Counter::builder("c")
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let gauge = Gauge::builder("g")
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let states = StateSet::builder("s")
        .states(["on", "off"])
        .expire(SOON)
        .register(&registry)
        .unwrap();
    for _ in 0..5 {
        counter.inc();
        gauge.set(3); // to what it was, which counts too
        states.set("off");
        sleep(SOON * 3);
        assert_eq!(registry.gather().series_count(), 3);
    }
}

#[test]
fn every_kind_expires_and_comes_back() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g")
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let histogram = Histogram::builder("h")
        .buckets([1.0])
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let info = Info::builder("i").expire(SOON).register(&registry).unwrap();
    let states = StateSet::builder("s")
        .states(["on", "off"])
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let summary = Summary::builder("u")
        .expire(SOON)
        .register(&registry)
        .unwrap();
    let record = || {
        gauge.add(2);
        histogram.observe(0.5);
        info.set([("version", "1")]);
        states.set("off");
        summary.observe(3);
    };
    let expected = [
        "g 2",
        r#"h_bucket{le="1.0"} 1"#,
        r#"h_bucket{le="+Inf"} 1"#,
        "h_count 1",
        "h_sum 0.5",
        r#"i_info{version="1"} 1"#,
        r#"s{s="on"} 0"#,
        r#"s{s="off"} 1"#,
        "u_count 1",
        "u_sum 3",
    ];
    for _ in 0..3 {
        record();
        check(&registry, &expected);
        let_expire(&registry);
        check(&registry, &[]);
    }
}

#[test]
fn a_handle_held_while_others_let_go_stays_right() {
    let registry = Registry::new();
    let family = Gauge::builder("g")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let held = family.labels((1,)).unwrap();
    held.set(5);
    family.clear();
    check(&registry, &[]);
    drop(held.clone());
    held.add(2);
    check(&registry, &[r#"g{n="1"} 2"#]);
    family.clear();
    drop(held);
    check(&registry, &[]);
    check(&registry, &[]);
    family.labels((1,)).unwrap().set(4);
    check(&registry, &[r#"g{n="1"} 4"#]);
}

#[test]
fn a_label_set_is_one_series_however_often_it_goes() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let snapshot = registry.gather();
    for n in 1..=20 {
        let held = family.labels(("a",)).unwrap();
        held.inc_by(n);
        family.labels(("a",)).unwrap().inc_by(n);
        check(&registry, &[&format!(r#"c_total{{n="a"}} {}"#, 2 * n)]);
        assert!(family.remove(("a",)).unwrap());
        assert!(!family.remove(("a",)).unwrap());
        check(&registry, &[]);
    }
    drop(snapshot);
}

#[test]
fn series_beyond_the_limit_are_one() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["a", "b"])
        .max_series(2)
        .register(&registry)
        .unwrap();
    for n in 0..10 {
        family.labels((n, "x")).unwrap().inc();
    }
    let expected = [
        r#"c_total{a="0",b="x"} 1"#,
        r#"c_total{a="1",b="x"} 1"#,
        r#"c_total{a="__overflow__",b="__overflow__"} 8"#,
    ];
    check(&registry, &expected);
    assert_eq!(family.descriptor().take_overflowed(), 8);
    assert_eq!(family.descriptor().take_overflowed(), 0);
    // Known ones are found as before, and a place that is free is taken.
    family.labels((1, "x")).unwrap().inc();
    family.remove((0, "x")).unwrap();
    registry.gather();
    family.labels((7, "x")).unwrap().inc();
    let expected = [
        r#"c_total{a="1",b="x"} 2"#,
        r#"c_total{a="7",b="x"} 1"#,
        r#"c_total{a="__overflow__",b="__overflow__"} 8"#,
    ];
    check(&registry, &expected);
    family.clear();
    check(&registry, &[]);
}

#[test]
fn a_total_that_begins_at_zero_again_is_in_another_life() {
    let registry = Registry::new();
    let family = Counter::builder("c").label_names(["a"]);
    let family = family.register(&registry).unwrap();
    let lives = || {
        let snapshot = registry.gather();
        let families = snapshot.families();
        let series = families.flat_map(crate::FamilySnapshot::series);
        series.map(|series| series.life()).collect::<Vec<_>>()
    };
    family.labels((1,)).unwrap().inc();
    family.labels((2,)).unwrap().inc();
    let held = family.labels((2,)).unwrap().handle();
    let first = lives();
    family.labels((1,)).unwrap().inc();
    assert_eq!(lives(), first);

    // One that is held, one that a snapshot lists, each without and with a gather in between.
    let snapshot = registry.gather();
    for gathers in [false, true] {
        let before = lives();
        family.clear();
        if gathers {
            assert_eq!(lives(), []);
        }
        family.labels((1,)).unwrap().inc_by(100);
        held.inc_by(100);
        let after = lives();
        assert_eq!(after.len(), 2);
        let newest = before.iter().max();
        assert!(
            after.iter().all(|life| Some(life) > newest),
            "{before:?} {after:?}"
        );
        assert_eq!(lives(), after);
    }
    drop(snapshot);
}
