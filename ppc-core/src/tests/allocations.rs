//! What takes heap memory, and how much: nothing that is known already does.

use allocation_counter::{AllocationInfo, measure};

use crate::generated::{
    Call, Declaration, Declared, Function, LabelDeclaration, Nothing, Outcome, Parts, Typed,
};
use crate::{
    Counter, FamilySnapshot, Gauge, Histogram, LabelValue, Labelled, Registry, Scratch, Snapshot,
    Summary, unix_time,
};

/// What a second run of the same takes.
fn second(mut run: impl FnMut()) -> AllocationInfo {
    run();
    measure(run)
}

#[track_caller]
fn check_none(what: &str, run: impl FnMut()) {
    let info = second(run);
    assert_eq!(info.count_total, 0, "{what}: {info:?}");
}

#[test]
fn recording_takes_no_memory() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let histogram = Histogram::builder("h").register(&registry).unwrap();
    let summary = Summary::builder("s").register(&registry).unwrap();
    check_none("a record", || {
        // Beyond what makes a series worth words of its own.
        for _ in 0..100 {
            counter.inc();
            counter.inc_by(0.5);
            gauge.set(1);
            gauge.add(2.5);
            histogram.observe(0.3);
            summary.observe(7);
        }
    });
}

#[test]
fn a_measured_call_takes_no_memory() {
    static FUNCTION: Function = Function::new("m", "f", Some(|| &REGISTRY));
    static REGISTRY: Registry = Registry::new();
    check_none("its own metrics", || {
        Call::start(FUNCTION.handles()).finish(Outcome::Ok);
        drop(Call::start_async(FUNCTION.handles()));
    });
    let names = |name| Counter::builder(name).label_names(["a"]);
    let calls = names("calls").register(&REGISTRY).unwrap();
    let errors = names("errors").register(&REGISTRY).unwrap();
    let busy = Gauge::builder("busy").register(&REGISTRY).unwrap();
    check_none("metrics that are given", || {
        let parts = Parts {
            time: busy.handle(),
            calls: calls.labels(("a",)).ok(),
            errors: errors.labels(("a",)).unwrap(),
            cancelled: Nothing,
            in_progress: &busy,
        };
        Call::start(parts).finish(Outcome::Error);
    });
}

#[test]
fn quantiles_take_memory_for_their_sketches_alone() {
    let registry = Registry::new();
    let summary = Summary::builder("s")
        .quantiles([0.5, 0.99])
        .register(&registry)
        .unwrap();
    // Milliseconds to seconds.
    let observe = || (1..10_000).for_each(|n| summary.observe(f64::from(n) / 1e3));
    let first = measure(observe);
    assert!(first.bytes_current <= 8_000, "a part of it: {first:?}");
    check_none("an observation", observe);
    let mut snapshot = Snapshot::new();
    let gather = second(|| {
        snapshot.start(unix_time());
        registry.gather_into(&mut snapshot);
    });
    // Where the parts are added up.
    assert_eq!(gather.count_current, 0, "{gather:?}");
    assert!(gather.count_total <= 1, "{gather:?}");
}

#[test]
fn a_look_up_of_a_known_series_takes_no_memory() {
    let registry = Registry::new();
    let builder = Counter::builder("c").label_names(["a", "b", "c"]);
    let family = builder.default_label("a", "1").register(&registry).unwrap();
    let long = "x".repeat(80);
    check_none("by position", || {
        family.labels(("login", &long, 7)).unwrap().inc();
        family.labels(["x", "y"]).unwrap().inc();
        family.remove(("none", "of", "these")).unwrap();
    });
    check_none("by name", || {
        family.with([("c", &long[..]), ("b", "2")]).unwrap().inc();
    });
}

/// Three labels: text, an integer, and one of a fixed set.
static DECLARED: Declared<Counter> = Declared::new(Declaration {
    name: "allocations",
    labels: &[
        LabelDeclaration::named("a"),
        LabelDeclaration::named("b"),
        LabelDeclaration::named("c"),
    ],
    ..Declaration::DEFAULT
});

#[test]
fn a_typed_look_up_takes_no_memory() {
    let text = "a text that is not short, but not so very long either".to_owned();
    check_none("typed", || {
        for n in 0..200_u64 {
            let slots = (
                Typed::<_, 0>(&text),
                (Typed::<_, 0>(n % 2), (Typed::<_, 0>(n % 3 == 0), ())),
            );
            Labelled::new(&DECLARED, slots).inc();
        }
    });
}

#[test]
fn a_formatted_label_takes_its_text_alone() {
    struct Shard(u32);
    impl LabelValue for Shard {
        fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str {
            scratch.format(format_args!("shard-{}", self.0))
        }
    }
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["shard"])
        .register(&registry)
        .unwrap();
    let info = second(|| family.labels((Shard(3),)).unwrap().inc());
    assert_eq!(info.count_current, 0, "{info:?}");
    assert!(info.count_total <= 2, "{info:?}");
}

#[test]
fn a_gather_of_known_series_takes_no_memory() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let histograms = Histogram::builder("h")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in 0..1_000 {
        family.labels((n,)).unwrap().inc_by(0.5);
        histograms.labels((n,)).unwrap().observe(0.3);
    }
    let mut snapshot = Snapshot::new();
    check_none("a gather", || {
        snapshot.start(unix_time());
        registry.gather_into(&mut snapshot);
        assert_eq!(snapshot.series_count(), 2_000);
    });
}

#[test]
fn a_gather_shares_exemplars() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for n in 0..100 {
        let counter = family.labels((n,)).unwrap();
        counter.inc_with_exemplar([("trace_id", n)]);
    }
    let mut snapshot = Snapshot::new();
    check_none("a gather", || {
        snapshot.start(unix_time());
        registry.gather_into(&mut snapshot);
        let mut series = snapshot.families().flat_map(FamilySnapshot::series);
        assert!(series.all(|series| series.exemplar().is_some()));
    });
    let counter = family.labels((1,)).unwrap();
    let info = second(|| counter.inc_with_exemplar([("trace_id", "abc"), ("span_id", "def")]));
    assert_eq!(info.count_current, 0, "{info:?}");
}

/// Heap bytes a series beyond its text: at the end, and at the most.
fn heap_of(series: usize) -> (u64, u64) {
    let registry = Registry::new();
    let family = Counter::builder("events")
        .label_names(["account", "host", "event_type"])
        .register(&registry)
        .unwrap();
    let mut text = 0;
    let info = measure(|| {
        for n in 0..series {
            let (account, host) = (format!("account-{n}"), format!("host-{}", n % 50));
            text += account.len() + host.len() + "login".len();
            family.labels((&account, &host, "login")).unwrap().inc();
        }
    });
    let beyond = |bytes: u64| (bytes - text as u64) / series as u64;
    (
        beyond(info.bytes_current.unsigned_abs()),
        beyond(info.bytes_max),
    )
}

#[test]
fn a_series_takes_little_memory() {
    let (end, _) = heap_of(100_000);
    assert!(end <= 64, "{end} bytes a series");
    // At the worst: the series for which the table has just grown, and those around it.
    let worst = [26_213, 52_428, 52_429, 53_000].map(|series| heap_of(series).1);
    let worst = worst.into_iter().max().unwrap();
    assert!(worst <= 80, "{worst} bytes a series while the table grows");
}

#[test]
fn removed_series_give_their_memory_back() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let mut snapshot = Snapshot::new();
    let mut round = |from: usize| {
        for n in from..from + 1_000 {
            family.labels((n,)).unwrap().inc();
        }
        // Several times: what a snapshot still lists is kept until it lists something else.
        for _ in 0..3 {
            snapshot.start(unix_time());
            registry.gather_into(&mut snapshot);
            family.clear();
        }
    };
    for n in 0..3 {
        round(n * 1_000);
    }
    let info = measure(|| {
        for n in 3..20 {
            round(n * 1_000);
        }
        // Look-ups of other tests may be under way, and what they might see is freed after them.
        for _ in 0..200 {
            registry.gather();
            std::thread::yield_now();
        }
    });
    assert!(info.bytes_current <= 1_000, "{info:?}");
}
