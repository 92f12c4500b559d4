//! The change feed: told of everything while somebody watches, and of nothing else.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex};
use std::thread;

use super::check;
use crate::feed::{Change, Feed, Real, Watch};
use crate::{Counter, Gauge, Histogram, Info, Registry, StateSet};

#[derive(Default)]
struct Told(Mutex<Vec<Change>>);

impl Feed for Told {
    fn changed(&self, _: u64, change: Change) {
        self.0.lock().unwrap().push(change);
    }
}

impl Told {
    fn take(&self) -> Vec<Change> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[test]
fn every_recording_is_told_while_it_is_watched() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    let info = Info::builder("i").register(&registry).unwrap();
    let record = |times: usize| {
        for _ in 0..times {
            counter.inc();
            gauge.set(3);
            gauge.sub(1);
            info.set([("a", "b")]);
        }
    };
    record(100); // has words of its own by now
    let told = Arc::new(Told::default());
    let watch = registry.watch(Arc::clone(&told) as _);
    record(1);
    let changes = [
        Change::Added(1.0.into()),
        Change::Set(3.0.into()),
        Change::Added(Real::from(-1.0)),
        Change::Replaced,
    ];
    assert_eq!(told.take(), changes);
    // A second feed is told as well, and the first one until its own end.
    let second = Arc::new(Told::default());
    let other = registry.watch(Arc::clone(&second) as _);
    record(1);
    drop(watch);
    record(1);
    assert_eq!(told.take(), changes);
    assert_eq!(second.take(), [changes, changes].concat());
    drop(other);
    record(1);
    assert_eq!((told.take(), second.take()), (vec![], vec![]));
    check(&registry, &["c_total 104", "g 2", r#"i_info{a="b"} 1"#]);
}

#[test]
fn what_is_made_or_hidden_meanwhile_is_watched_too() {
    let registry = Registry::new();
    let told = Arc::new(Told::default());
    let watch = registry.watch(Arc::clone(&told) as _);
    let family = Histogram::builder("h")
        .label_names(["n"])
        .buckets([1])
        .register(&registry)
        .unwrap();
    let states = StateSet::builder("s")
        .states(["a", "b"])
        .register(&registry)
        .unwrap();
    family.labels((1,)).unwrap().observe(0.5);
    states.set("b");
    let gauges = Gauge::builder("g")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let gauge = gauges.labels((1,)).unwrap();
    gauges.clear();
    gauge.set(2);
    let expected = [
        Change::Observed(0.5.into()),
        Change::States(2),
        Change::Removed,
        Change::Set(2.0.into()),
    ];
    assert_eq!(told.take(), expected);
    drop(watch);
    gauge.set(3);
    family.labels((1,)).unwrap().observe(0.5);
    assert_eq!(told.take(), []);
    check(
        &registry,
        &[
            r#"g{n="1"} 3"#,
            r#"h_bucket{n="1",le="1.0"} 2"#,
            r#"h_bucket{n="1",le="+Inf"} 2"#,
            r#"h_count{n="1"} 2"#,
            r#"h_sum{n="1"} 1"#,
            r#"s{s="a"} 0"#,
            r#"s{s="b"} 1"#,
        ],
    );
}

#[test]
fn watching_begins_and_ends_while_others_record() {
    const EACH: u64 = if cfg!(miri) { 50 } else { 50_000 };
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..EACH).for_each(|_| counter.inc()));
        }
        for _ in 0..20 {
            let told = Arc::new(Told::default());
            drop(registry.watch(Arc::clone(&told) as _));
            // Nobody holds it any more: whoever told it something has come back.
            assert_eq!(Arc::strong_count(&told), 1);
        }
    });
    check(&registry, &[&format!("c_total {}", 2 * EACH)]);
}

#[test]
fn a_feed_is_told_of_the_registries_it_watches_alone() {
    let (one, other) = (Registry::new(), Registry::new());
    let mine = Counter::builder("c").register(&one).unwrap();
    let others = Counter::builder("c").register(&other).unwrap();
    let (told, both) = (Arc::new(Told::default()), Arc::new(Told::default()));
    let watch = Watch::new(Arc::clone(&told) as _, vec![one.clone()]);
    let all = Watch::new(Arc::clone(&both) as _, vec![one.clone(), other.clone()]);
    let record = || {
        mine.inc();
        others.inc_by(2);
        // One that is new.
        Gauge::builder("g").register(&one).unwrap().set(3);
        Gauge::builder("g").register(&other).unwrap().set(4);
    };
    record();
    let mine_told = [Change::Added(1.0.into()), Change::Set(3.0.into())];
    assert_eq!(told.take(), mine_told);
    assert_eq!(both.take().len(), 4);
    drop(all);
    record();
    assert_eq!((told.take().len(), both.take().len()), (2, 0));
    drop(watch);
    record();
    assert_eq!(told.take(), []);
}

/// Has who records wait until it is let go.
#[derive(Default)]
struct Waits {
    holds: Mutex<()>,
    is_asked: AtomicBool,
}

impl Feed for Waits {
    fn changed(&self, _: u64, _: Change) {
        self.is_asked.store(true, Release);
        drop(self.holds.lock());
    }
}

#[test]
fn nobody_begins_or_ends_to_watch_later_because_another_feed_has_a_thread_wait() {
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let waits = Arc::new(Waits::default());
    let watch = registry.watch(Arc::clone(&waits) as _);
    thread::scope(|scope| {
        let held = waits.holds.lock().unwrap();
        let recorded = scope.spawn(|| counter.inc());
        while !waits.is_asked.load(Acquire) {
            thread::yield_now();
        }
        let told = Arc::new(Told::default());
        drop(Registry::new().watch(Arc::clone(&told) as _));
        assert!(!recorded.is_finished());
        drop(held);
        recorded.join().unwrap();
        // What the thread might have seen is freed by now, or by the next one who ends.
        drop(Registry::new().watch(Arc::<Told>::default() as _));
        assert_eq!(Arc::strong_count(&told), 1);
    });
    drop(watch);
}
