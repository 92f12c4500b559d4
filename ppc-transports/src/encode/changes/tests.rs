//! Changes as they are told, against what a gather says.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use ppc_core::feed::{Feed, Watch};
use ppc_core::{
    Counter, Family, FamilySnapshot, Gauge, Histogram, LabelSet, Registry, StateSet, Summary,
};
use proptest::prelude::*;

use super::*;
use crate::encode::{Encoder, Influx, Names, Omitted, Timestamps};

/// What is recorded on one thread: other tests record on others, and every feed is told of all.
struct Told(Mutex<Vec<Event>>, ThreadId);

impl Feed for Told {
    fn changed(&self, series: u64, change: Change) {
        if thread::current().id() == self.1 {
            self.0.lock().unwrap().push(Event { series, change });
        }
    }
}

/// A stream without a clock, threads or a server.
struct Stream {
    registry: Registry,
    told: Arc<Told>,
    _watch: Watch,
    encoder: Influx,
    lines: Lines,
    labels: LabelSet,
}

impl Stream {
    fn new(registry: Registry) -> Self {
        let before = registry.gather();
        let told = Arc::new(Told(Mutex::default(), thread::current().id()));
        let watch = Watch::new(Arc::clone(&told) as _, vec![registry.clone()]);
        let mut stream = Self {
            lines: Lines {
                told_from: watch.told_from(),
                ..Lines::default()
            },
            registry,
            told,
            _watch: watch,
            encoder: Influx::new(Names::Prometheus, Timestamps::Server),
            labels: LabelSet::new(),
        };
        stream.learn(
            &[],
            When::Start {
                before: &before,
                is_whole: true,
            },
        );
        stream
    }

    fn learn(&mut self, held: &[Event], when: When<'_>) {
        let held = held.to_vec();
        let snapshot = self.registry.gather();
        let changes = self.encoder.changes().unwrap();
        changes.learn((&snapshot, &self.labels), &held, when, &mut self.lines);
    }

    /// Encodes what was told, `count` changes at most before a gather where one is wanted.
    fn go_on(&mut self, gathers: bool) {
        let events = mem::take(&mut *self.told.0.lock().unwrap());
        let changes = self.encoder.changes().unwrap();
        let mut at = if gathers {
            0
        } else {
            changes.encode_changes(&events, &mut self.lines)
        };
        if gathers || at < events.len() {
            self.learn(&events[at..], When::Between);
            let changes = self.encoder.changes().unwrap();
            at += changes.encode_changes(&events[at..], &mut self.lines);
            changes.catch_up(true, &mut self.lines);
        }
        assert_eq!(at, events.len());
    }

    /// The lines since this was last asked: what is before the number, and the number.
    fn take(&mut self) -> Vec<(String, f64)> {
        let bytes = mem::take(&mut self.lines.bytes);
        let text = String::from_utf8(bytes).unwrap();
        let split = |line: &str| {
            let (name, number) = line.rsplit_once('=').unwrap();
            (name.to_owned(), number.parse().unwrap())
        };
        text.lines().map(split).collect()
    }

    fn end(&mut self) -> Vec<(String, f64)> {
        self.learn(&[], When::End);
        self.take()
    }
}

fn lines(lines: &[(&str, f64)]) -> Vec<(String, f64)> {
    let owned = lines
        .iter()
        .map(|(name, number)| ((*name).to_owned(), *number));
    owned.collect()
}

#[test]
fn what_was_there_before_is_said_first() {
    let registry = Registry::new();
    let counter = Counter::builder("a_b").register(&registry).unwrap();
    counter.inc_by(9);
    let mut stream = Stream::new(registry);
    assert_eq!(stream.take(), lines(&[("a_b total", 9.0)]));
    counter.inc();
    counter.inc_by(90);
    counter.inc_by(0.5);
    stream.go_on(false);
    let expected = [10.0, 100.0, 100.5].map(|total| ("a_b total", total));
    assert_eq!(stream.take(), lines(&expected));
    assert_eq!(stream.end(), lines(&[("a_b total", 100.5)]));
}

#[test]
fn a_total_is_counted_up_digit_by_digit() {
    let registry = Registry::new();
    let counter = Counter::builder("a_b").register(&registry).unwrap();
    let mut stream = Stream::new(registry);
    stream.take();
    for first in [8, 97, 998, 123_999_998, 9_007_199_254_740_000_u64] {
        counter.inc_by(first);
        (0..4).for_each(|_| counter.inc());
    }
    stream.go_on(false);
    let (mut total, mut expected) = (0, Vec::new());
    for first in [8, 97, 998, 123_999_998, 9_007_199_254_740_000_u64] {
        for more in [first, 1, 1, 1, 1] {
            total += more;
            expected.push(("a_b total", total as f64));
        }
    }
    assert_eq!(stream.take(), lines(&expected));
}

#[test]
fn what_was_removed_keeps_its_name_for_the_changes_before() {
    for gathers in [false, true] {
        let registry = Registry::new();
        let family = Counter::builder("a_b")
            .label_names(["n"])
            .register(&registry)
            .unwrap();
        let held = family.labels((1,)).unwrap();
        let mut stream = Stream::new(registry);
        stream.take();
        held.inc();
        held.inc();
        family.clear();
        held.inc();
        stream.go_on(gathers);
        let expected = [1.0, 2.0, 1.0].map(|total| ("a_b,n=1 total", total));
        assert_eq!(stream.take(), lines(&expected), "{gathers}");
    }
}

#[test]
fn what_is_removed_before_it_was_seen_is_counted() {
    let registry = Registry::new();
    let mut stream = Stream::new(registry.clone());
    let family = Counter::builder("a_b").label_names(["n"]);
    let family = family.register(&registry).unwrap();
    family.labels((1,)).unwrap().inc();
    family.labels((1,)).unwrap().inc();
    family.clear();
    // One gather may have been too early, two are not.
    let events = mem::take(&mut *stream.told.0.lock().unwrap());
    for _ in 0..2 {
        let changes = stream.encoder.changes().unwrap();
        assert_eq!(changes.encode_changes(&events, &mut stream.lines), 0);
        stream.learn(&events, When::Between);
    }
    let changes = stream.encoder.changes().unwrap();
    assert_eq!(changes.encode_changes(&events, &mut stream.lines), 3);
    assert_eq!((stream.lines.nameless, stream.take()), (2, vec![]));
}

#[test]
fn the_first_change_of_a_new_state_set_says_all_its_states() {
    let registry = Registry::new();
    let mut stream = Stream::new(registry.clone());
    let states = StateSet::builder("s")
        .states(["a", "b", "c"])
        .register(&registry)
        .unwrap();
    states.set("b");
    states.set("c");
    stream.go_on(false);
    let expected = [
        (",s=a s", 0.0),
        (",s=b s", 1.0),
        (",s=c s", 0.0),
        (",s=b s", 0.0),
        (",s=c s", 1.0),
    ];
    assert_eq!(stream.take(), lines(&expected));
}

#[test]
fn what_was_not_told_is_made_good() {
    let registry = Registry::new();
    let counter = Counter::builder("a_b").register(&registry).unwrap();
    let histogram = Histogram::builder("h_x")
        .buckets([1])
        .register(&registry)
        .unwrap();
    let gauge = Gauge::builder("g_x").register(&registry).unwrap();
    let mut stream = Stream::new(registry);
    stream.take();
    let record = || {
        counter.inc();
        histogram.observe(0.5);
        gauge.add(3);
    };
    record();
    stream.told.0.lock().unwrap().clear(); // lost
    record();
    stream.go_on(true);
    let last: HashMap<_, _> = stream.take().into_iter().collect();
    let expected = [
        ("a_b total", 2.0),
        ("h_x,le=1.0 bucket", 2.0),
        ("h_x,le=+Inf bucket", 2.0),
        ("h_x count", 2.0),
        ("h_x sum", 1.0),
        // It changed after what was lost, which a gather cannot tell from what is under way.
        ("g x", 3.0),
    ];
    assert_eq!(last, lines(&expected).into_iter().collect());
    stream.go_on(true);
    assert_eq!(stream.take(), lines(&[("g x", 6.0)]));
}

#[test]
fn a_large_whole_total_is_exact() {
    let registry = Registry::new();
    let counter = Counter::builder("a_b").register(&registry).unwrap();
    counter.inc_by(4_000_000_000_000_u64);
    let mut stream = Stream::new(registry);
    stream.take();
    counter.inc();
    stream.told.0.lock().unwrap().clear(); // lost
    stream.go_on(true);
    assert_eq!(stream.take(), lines(&[("a_b total", 4_000_000_000_001.0)]));
    counter.inc();
    stream.told.0.lock().unwrap().clear();
    assert_eq!(stream.end(), lines(&[("a_b total", 4_000_000_000_002.0)]));
}

#[test]
fn many_series_of_others_do_not_hold_a_stream_up() {
    let registry = Registry::new();
    let counter = Counter::builder("a_b").register(&registry).unwrap();
    let mut stream = Stream::new(registry);
    stream.take();
    let strange = |series| Event {
        series,
        change: Change::Added(1.0.into()),
    };
    let mut events: Vec<_> = (1 << 40..).take(MANY_STRANGERS + 10).map(strange).collect();
    counter.inc();
    events.append(&mut stream.told.0.lock().unwrap());
    let mut at = 0;
    for _ in 0..3 {
        let changes = stream.encoder.changes().unwrap();
        at += changes.encode_changes(&events[at..], &mut stream.lines);
        stream.learn(&events[at..], When::Between);
    }
    assert_eq!(at, events.len());
    assert_eq!(stream.take(), lines(&[("a_b total", 1.0)]));
}

#[test]
fn a_stranger_that_came_to_be_known_and_back_is_none() {
    let registry = Registry::new();
    let counters = Counter::builder("a_b")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let mut stream = Stream::new(registry);
    stream.take();
    let counter = counters.labels((1,)).unwrap();
    // Made while values were gathered: it is not in the snapshot.
    let snapshot = stream.registry.gather();
    counter.inc();
    let held = mem::take(&mut *stream.told.0.lock().unwrap());
    let changes = stream.encoder.changes().unwrap();
    let values = (&Snapshot::new(), &stream.labels);
    changes.learn(values, &held, When::Between, &mut stream.lines);
    drop(snapshot);
    stream.told.0.lock().unwrap().extend(held);
    stream.go_on(false);
    assert_eq!(stream.take(), lines(&[("a_b,n=1 total", 1.0)]));
    // Somebody holds it, so it comes back as it is.
    assert!(counters.remove((1,)).unwrap());
    stream.go_on(true);
    counter.inc();
    stream.go_on(false);
    assert_eq!(stream.take(), lines(&[("a_b,n=1 total", 1.0)]));
}

/// One of what a program may do.
#[derive(Clone, Debug)]
enum Act {
    Inc(u8, f64),
    Observe(u8, f64),
    Summarise(f64),
    Set(f64),
    Add(f64),
    State(usize),
    Remove(u8),
    Look(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let amount = || prop_oneof![Just(1.0), 0.0..9.0_f64, (0..99_u32).prop_map(f64::from)];
    prop_oneof![
        4 => (0..3_u8, amount()).prop_map(|(n, amount)| Act::Inc(n, amount)),
        4 => (0..3_u8, amount()).prop_map(|(n, value)| Act::Observe(n, value)),
        1 => amount().prop_map(Act::Summarise),
        1 => (-9.0..9.0_f64).prop_map(Act::Set),
        1 => (-9.0..9.0_f64).prop_map(Act::Add),
        1 => (0..3_usize).prop_map(Act::State),
        1 => (0..6_u8).prop_map(Act::Remove),
        2 => any::<bool>().prop_map(Act::Look),
    ]
}

proptest! {
    #[test]
    fn as_many_lines_as_changes_and_the_values_of_a_gather(
        acts in proptest::collection::vec(act(), 0..120),
    ) {
        let registry = Registry::new();
        let counters = Counter::builder("c_x").label_names(["n"]).register(&registry).unwrap();
        let histograms: Family<Histogram> =
            Histogram::builder("h_x").label_names(["n"]).buckets([1, 5]).register(&registry).unwrap();
        let summary = Summary::builder("s_x").register(&registry).unwrap();
        let gauge = Gauge::builder("g_x").register(&registry).unwrap();
        let states = StateSet::builder("t_x").states(["a", "b", "c"]).register(&registry).unwrap();
        let mut stream = Stream::new(registry.clone());
        let mut said: HashMap<String, f64> = stream.take().into_iter().collect();
        let mut lines = Vec::new();
        let (mut expected, mut removed) = (0, false);
        for act in acts {
            match act {
                Act::Inc(n, amount) => {
                    counters.labels((n,)).unwrap().inc_by(amount);
                    expected += 1;
                }
                Act::Observe(n, value) => {
                    histograms.labels((n,)).unwrap().observe(value);
                    // Those from its bucket on, the count and the sum.
                    expected += 2 + 3 - [1.0, 5.0].iter().filter(|bound| value > **bound).count();
                }
                Act::Summarise(value) => {
                    summary.observe(value);
                    expected += 2;
                }
                Act::Set(level) => {
                    gauge.set(level);
                    expected += 1;
                }
                Act::Add(amount) => {
                    gauge.add(amount);
                    expected += 1;
                }
                Act::State(index) => {
                    let before = registry.gather();
                    states.set(["a", "b", "c"][index]);
                    let bits = |snapshot: &Snapshot| {
                        let mut series = snapshot.families().flat_map(FamilySnapshot::series);
                        // It was registered last.
                        series.by_ref().last().map_or(0, |states| states.words()[0])
                    };
                    expected += (bits(&before) ^ bits(&registry.gather())).count_ones() as usize;
                }
                Act::Remove(n) => {
                    // What nobody has looked at yet has no name any more.
                    stream.go_on(false);
                    removed |= counters.remove((n,)).unwrap() | histograms.remove((n,)).unwrap();
                }
                Act::Look(gathers) => stream.go_on(gathers),
            }
        }
        stream.go_on(false);
        lines.extend(stream.take());
        prop_assert_eq!(lines.len(), expected);
        for (name, value) in &lines {
            let before = said.insert(name.clone(), *value).unwrap_or(0.0);
            let is_total = !name.starts_with("g x") && !name.starts_with("t_x") && !name.starts_with("t,");
            prop_assert!(!is_total || removed || *value >= before, "{} {} {}", name, before, value);
        }
        for (name, value) in stream.end() {
            // Of a series that comes again from zero, what is 0 is not said before the end.
            if removed && value == 0.0 {
                continue;
            }
            let last = said.get(&name).copied().unwrap_or(0.0);
            prop_assert!((last - value).abs() <= 1e-12 * value.abs(), "{} {} {}", name, last, value);
        }
        prop_assert_eq!(&stream.lines.omitted, &Omitted::default());
        prop_assert!(stream.lines.time < Duration::from_secs(1));
    }
}
