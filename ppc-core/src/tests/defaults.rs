//! Defaults that record, which may be to their own metric.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::check;
use crate::family::{Declaration, Declared, LabelDeclaration, Labelled};
use crate::label::Defaulted;
use crate::{Counter, Declare, Registry};

type One = (Defaulted, ());
type Two = (Defaulted, (Defaulted, ()));
const ONE: One = (Defaulted::NEW, ());

const fn declaration(
    name: &'static str,
    labels: &'static [LabelDeclaration],
    registry: fn() -> &'static Registry,
) -> Declaration {
    Declaration {
        name,
        labels,
        registry: Some(registry),
        ..Declaration::DEFAULT
    }
}

const fn label(name: &'static str, default: fn() -> String) -> LabelDeclaration {
    LabelDeclaration {
        default: Some(default),
        ..LabelDeclaration::named(name)
    }
}

/// Runs it on a thread of its own, and does not wait for it for ever.
fn in_time(run: impl FnOnce() + Send + 'static) {
    let (done, finished) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        run();
        drop(done);
    });
    let waited = finished.recv_timeout(Duration::from_secs(20));
    assert_eq!(waited, Err(mpsc::RecvTimeoutError::Disconnected));
    thread.join().unwrap();
}

static ALONE_REGISTRY: Registry = Registry::new();
static ALONE_DECLARED: Declared<Counter> = Declared::new(declaration(
    "alone",
    &[label("host", || {
        ALONE.inc();
        ALONE.handle().inc();
        ALONE.inc();
        "h".to_owned()
    })],
    || &ALONE_REGISTRY,
));
static ALONE: Labelled<Counter, One> = Labelled::new(&ALONE_DECLARED, ONE);

#[test]
fn a_default_records_its_own_metric_without_that_label() {
    in_time(|| {
        ALONE.inc();
        ALONE.inc();
    });
    check(
        &ALONE_REGISTRY,
        &[r#"alone_total{host=""} 3"#, r#"alone_total{host="h"} 2"#],
    );
}

static BOTH_REGISTRY: Registry = Registry::new();
static BOTH_DECLARED: Declared<Counter> = Declared::new(declaration(
    "both",
    &[
        label("l1", || {
            BOTH.inc();
            "a".to_owned()
        }),
        label("l2", || {
            BOTH.inc();
            "b".to_owned()
        }),
    ],
    || &BOTH_REGISTRY,
));
static BOTH: Labelled<Counter, Two> = Labelled::new(&BOTH_DECLARED, (Defaulted::NEW, ONE));

#[test]
fn each_of_two_defaults_is_left_out_while_it_is_computed() {
    in_time(|| {
        BOTH.inc();
        BOTH.inc();
    });
    check(
        &BOTH_REGISTRY,
        &[
            r#"both_total{l1="",l2=""} 1"#,
            r#"both_total{l1="",l2="b"} 1"#,
            r#"both_total{l1="a",l2="b"} 2"#,
        ],
    );
}

static MUTUAL_REGISTRY: Registry = Registry::new();
static THERE_DECLARED: Declared<Counter> = Declared::new(declaration(
    "there",
    &[label("host", || {
        BACK.inc();
        "t".to_owned()
    })],
    || &MUTUAL_REGISTRY,
));
static BACK_DECLARED: Declared<Counter> = Declared::new(declaration(
    "back",
    &[label("host", || {
        THERE.inc();
        "b".to_owned()
    })],
    || &MUTUAL_REGISTRY,
));
static THERE: Labelled<Counter, One> = Labelled::new(&THERE_DECLARED, ONE);
static BACK: Labelled<Counter, One> = Labelled::new(&BACK_DECLARED, ONE);

#[test]
fn defaults_may_record_each_others_metrics() {
    in_time(|| {
        THERE.inc();
        BACK.inc();
    });
    check(
        &MUTUAL_REGISTRY,
        &[
            r#"back_total{host="b"} 2"#,
            r#"there_total{host=""} 1"#,
            r#"there_total{host="t"} 1"#,
        ],
    );
}

static CROSSED_REGISTRY: Registry = Registry::new();
static BOTH_UNDER_WAY: Barrier = Barrier::new(2);
static MET: AtomicUsize = AtomicUsize::new(0);
static LEFT_DECLARED: Declared<Counter> = Declared::new(declaration(
    "left",
    &[label("host", || {
        meet();
        RIGHT.inc();
        "l".to_owned()
    })],
    || &CROSSED_REGISTRY,
));
static RIGHT_DECLARED: Declared<Counter> = Declared::new(declaration(
    "right",
    &[label("host", || {
        meet();
        LEFT.inc();
        "r".to_owned()
    })],
    || &CROSSED_REGISTRY,
));
static LEFT: Labelled<Counter, One> = Labelled::new(&LEFT_DECLARED, ONE);
static RIGHT: Labelled<Counter, One> = Labelled::new(&RIGHT_DECLARED, ONE);

/// The first two to come wait for each other.
fn meet() {
    if MET.fetch_add(1, Ordering::Relaxed) < 2 {
        BOTH_UNDER_WAY.wait();
    }
}

#[test]
fn threads_whose_defaults_need_each_other_do_not_wait_for_ever() {
    in_time(|| {
        thread::scope(|scope| {
            scope.spawn(|| LEFT.inc());
            scope.spawn(|| RIGHT.inc());
        });
    });
    for labelled in [&LEFT, &RIGHT] {
        let handle = labelled.handle();
        handle.inc();
        assert!(format!("{handle:?}").contains("host"), "{handle:?}");
    }
}

static SLOW_REGISTRY: Registry = Registry::new();
static SLOW_RUNS: AtomicUsize = AtomicUsize::new(0);
static SLOW_DECLARED: Declared<Counter> = Declared::new(declaration(
    "slow",
    &[label("host", || {
        thread::sleep(Duration::from_millis(50));
        SLOW_RUNS.fetch_add(1, Ordering::Relaxed).to_string()
    })],
    || &SLOW_REGISTRY,
));
static SLOW: Labelled<Counter, One> = Labelled::new(&SLOW_DECLARED, ONE);

#[test]
fn other_threads_wait_for_the_one_that_computes_a_default() {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| SLOW.inc());
        }
    });
    check(&SLOW_REGISTRY, &[r#"slow_total{host="0"} 4"#]);
}

static PANICS_REGISTRY: Registry = Registry::new();
static PANICS_RUNS: AtomicUsize = AtomicUsize::new(0);
static PANICS_DECLARED: Declared<Counter> = Declared::new(declaration(
    "panics",
    &[label("host", || {
        assert_ne!(PANICS_RUNS.fetch_add(1, Ordering::Relaxed), 0, "as asked");
        "h".to_owned()
    })],
    || &PANICS_REGISTRY,
));
static PANICS: Labelled<Counter, One> = Labelled::new(&PANICS_DECLARED, ONE);

#[test]
fn a_default_that_panicked_is_computed_at_the_next_use() {
    assert!(std::panic::catch_unwind(|| PANICS.inc()).is_err());
    PANICS.inc();
    check(&PANICS_REGISTRY, &[r#"panics_total{host="h"} 1"#]);
}

static LONG_REGISTRY: Registry = Registry::new();
static LONG_DECLARED: Declared<Counter> = Declared::new(declaration(
    "long",
    &[label("host", || "x".repeat((1 << 24) + 1))],
    || &LONG_REGISTRY,
));
static LONG: Labelled<Counter, One> = Labelled::new(&LONG_DECLARED, ONE);

#[test]
fn a_series_starts_with_the_texts_it_is_recorded_with() {
    LONG.declare();
    check(&LONG_REGISTRY, &[r#"long_total{host=""} 0"#]);
    LONG.inc();
    check(&LONG_REGISTRY, &[r#"long_total{host=""} 1"#]);
}
