//! What each kind's methods do.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::check;
use crate::{Counter, Gauge, Histogram, Info, Registry, StateSet, Summary, Value};

#[test]
fn k09_observations_add_up_as_in_the_original() {
    let registry = Registry::new();
    let summary = Summary::builder("s1")
        .label_names(["l1", "l2"])
        .register(&registry)
        .unwrap();
    summary.labels((1, 2)).unwrap().observe(5);
    summary.labels((1, 2)).unwrap().observe(5);
    let histogram = Histogram::builder("h")
        .buckets([1, 2])
        .register(&registry)
        .unwrap();
    for value in [0.5, 1.5, 2.5] {
        histogram.observe(value);
    }
    let gauge = Gauge::builder("just_gauge").register(&registry).unwrap();
    gauge.add(10);
    gauge.sub(5);
    check(
        &registry,
        &[
            r#"s1_count{l1="1",l2="2"} 2"#,
            r#"s1_sum{l1="1",l2="2"} 10"#,
            r#"h_bucket{le="1.0"} 1"#,
            r#"h_bucket{le="2.0"} 2"#,
            r#"h_bucket{le="+Inf"} 3"#,
            "h_count 3",
            "h_sum 4.5",
            "just_gauge 5",
        ],
    );
}

#[test]
fn counters_keep_whole_and_broken_amounts() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    counter.inc();
    counter.inc_by(2_u8);
    counter.inc_by(0.25);
    counter.inc_by(4.0_f32);
    counter.inc_by(Duration::from_millis(500));
    check(&registry, &["c_total 7.75"]);
    counter.inc_by(u64::MAX);
    counter.inc_by(1e300);
    check(&registry, &[&format!("c_total {}", 1e300)]);
}

#[test]
fn recordings_without_meaning_are_ignored_and_counted() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    counter.inc_by(-1);
    counter.inc_by(f64::NAN);
    let histogram = Histogram::builder("h")
        .buckets([1.0])
        .register(&registry)
        .unwrap();
    histogram.observe(f64::NAN);
    let summary = Summary::builder("s").register(&registry).unwrap();
    summary.observe(f64::NAN);
    let states = StateSet::builder("p")
        .states(["a"])
        .register(&registry)
        .unwrap();
    states.set("b");
    let info = Info::builder("i").register(&registry).unwrap();
    info.set([("ok", "1"), ("not ok", "2"), ("ok", "3")]);
    let snapshot = registry.gather();
    let ignored = |name: &str| {
        let mut families = snapshot.families();
        let family = families.find(|family| family.descriptor().names().family() == name)?;
        family
            .descriptor()
            .take_ignored()
            .map(|ignored| ignored.count)
    };
    for (name, count) in [("c", 2), ("h", 1), ("s", 1), ("p", 1), ("i", 2)] {
        assert_eq!(ignored(name), Some(count), "{name}");
        assert_eq!(ignored(name), None, "{name}: told once");
    }
    let h = [
        r#"h_bucket{le="1.0"} 0"#,
        r#"h_bucket{le="+Inf"} 0"#,
        "h_count 0",
        "h_sum 0",
    ];
    let rest = [
        "c_total 0",
        "s_count 0",
        "s_sum 0",
        r#"p{p="a"} 1"#,
        r#"i_info{ok="1"} 1"#,
    ];
    check(&registry, &[&h[..], &rest].concat());
}

#[test]
fn gauges_go_up_and_down() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    gauge.set(5);
    gauge.inc();
    gauge.dec();
    gauge.add(0.5);
    gauge.sub(2);
    {
        let _one = gauge.track_in_progress();
        let _two = gauge.track_in_progress();
        check(&registry, &["g 5.5"]);
    }
    check(&registry, &["g 3.5"]);
    gauge.set(f64::NEG_INFINITY);
    check(&registry, &["g -inf"]);
    gauge.set_to_current_time();
    let snapshot = registry.gather();
    let Value::Gauge(now) = snapshot
        .families()
        .next()
        .unwrap()
        .series()
        .next()
        .unwrap()
        .value()
    else {
        panic!("a gauge");
    };
    assert!((snapshot.timestamp().as_secs_f64() - now).abs() < 60.0);
}

#[test]
fn states_are_exclusive_until_told_otherwise() {
    let registry = Registry::new();
    let phase = StateSet::builder("p")
        .states(["a", "b", "c"])
        .register(&registry)
        .unwrap();
    check(
        &registry,
        &[r#"p{p="a"} 1"#, r#"p{p="b"} 0"#, r#"p{p="c"} 0"#],
    );
    phase.set("b");
    phase.enable("c");
    phase.disable("b");
    phase.enable("a");
    check(
        &registry,
        &[r#"p{p="a"} 1"#, r#"p{p="b"} 0"#, r#"p{p="c"} 1"#],
    );
}

#[test]
fn timers_record_however_they_end() {
    let registry = Registry::new();
    let histogram = Histogram::builder("h")
        .buckets([1000.0])
        .register(&registry)
        .unwrap();
    let summary = Summary::builder("s").register(&registry).unwrap();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    gauge.set(-1);
    assert_eq!(histogram.time(|| 42), 42);
    drop(histogram.start_timer());
    assert!(histogram.start_timer().stop() < Duration::from_secs(1000));
    histogram.start_timer().discard();
    let panicked = catch_unwind(AssertUnwindSafe(|| histogram.time(|| panic!("as asked"))));
    assert!(panicked.is_err());
    summary.time(|| gauge.time(|| ()));
    // A future counts from its first poll, and also when it is dropped before its end.
    drop(histogram.time_async(std::future::pending::<()>()));
    {
        let mut future = pin!(histogram.time_async(std::future::pending::<()>()));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(future.as_mut().poll(&mut context), Poll::Pending);
    }
    let mut numbers = Vec::new();
    for family in registry.gather().families() {
        for series in family.series() {
            match series.value() {
                Value::Histogram(histogram) => numbers.push(histogram.count()),
                Value::Summary { count, .. } => numbers.push(count),
                Value::Gauge(seconds) => assert!((0.0..1000.0).contains(&seconds)),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(numbers, [5, 1]);
}

#[test]
fn errors_and_panics_are_counted() {
    let registry = Registry::new();
    let errors = Counter::builder("errors").register(&registry).unwrap();
    assert_eq!(errors.count_errors(|| Ok::<_, ()>(1)), Ok(1));
    assert_eq!(errors.count_errors(|| Err::<(), _>(2)), Err(2));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        errors.count_errors(|| -> Result<(), ()> { panic!("as asked") })
    }));
    assert!(panicked.is_err());
    check(&registry, &["errors_total 2"]);
}
