//! Removals by hand, as those read them who repeat them elsewhere. In a process of its own: once
//! they are wanted they take memory, which other tests count.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::Duration;

use ppc_core::removals::{Removed, want};
use ppc_core::{
    Counter, Family, FamilySnapshot, Gauge, Histogram, Info, Metric, Registry, Snapshot, StateSet,
};

/// A removal, in one's own memory.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Series(u64, String, u64),
    All(u64, u64),
}

/// What was removed in the only family of a snapshot after this number, which is that of the last
/// one afterwards.
fn told(snapshot: &Snapshot, number: &mut u64) -> Vec<Told> {
    let mut told = Vec::new();
    let family = snapshot.families().next().unwrap();
    *number = family.removals_since(*number, &mut |removal| {
        let number = removal.number;
        told.push(match removal.what {
            Removed::Series { values, life } => Told::Series(number, values.join(","), life),
            Removed::All { up_to_life } => Told::All(number, up_to_life),
            Removed::Missed(count) => panic!("missed {count}"),
        });
    });
    told
}

/// The lives that a snapshot shows, by their labels.
fn lives(snapshot: &Snapshot) -> HashMap<String, u64> {
    let series = snapshot.families().flat_map(FamilySnapshot::series);
    let texts = |values: Vec<(&str, &str)>| values.iter().map(|(_, value)| *value).collect();
    series
        .map(|series| (texts(series.labels().collect()), series.life()))
        .collect()
}

/// A series is removed, comes back and is removed again, held and not held.
#[track_caller]
fn check<M: Metric>(registry: &Registry, family: &Family<M>, record: impl Fn(&M)) {
    want();
    let mut number = 0;
    for round in 0..6 {
        let held = family.labels(("a",)).unwrap();
        record(&held);
        let held = (round % 2 == 0).then_some(held);
        let life = lives(&registry.gather())["a"];
        assert!(family.remove(("a",)).unwrap());
        let gone = registry.gather();
        assert_eq!(lives(&gone), HashMap::new());
        let removal = Told::Series(round + 1, "a".into(), life);
        assert_eq!(told(&gone, &mut number), [removal]);
        if let Some(held) = held {
            record(&held);
        } else {
            record(&family.labels(("a",)).unwrap());
        }
        let back = registry.gather();
        assert!(lives(&back)["a"] > life, "{round}");
        assert_eq!(told(&back, &mut number), []);
    }
    assert_eq!(told(&registry.gather(), &mut 0).len(), 6);
}

#[test]
fn what_comes_back_is_in_a_higher_life_than_was_removed() {
    let (counters, gauges, histograms) = (Registry::new(), Registry::new(), Registry::new());
    let (infos, sets) = (Registry::new(), Registry::new());
    let family = Counter::builder("c").label_names(["n"]);
    check(&counters, &family.register(&counters).unwrap(), |one| {
        one.inc();
    });
    let family = Gauge::builder("g").label_names(["n"]);
    check(&gauges, &family.register(&gauges).unwrap(), |one| {
        one.set(5);
    });
    let family = Histogram::builder("h").label_names(["n"]);
    let family = family.register(&histograms).unwrap();
    check(&histograms, &family, |one| one.observe(5));
    let family = Info::builder("i").label_names(["n"]);
    check(&infos, &family.register(&infos).unwrap(), |one| {
        one.set([("a", "b")]);
    });
    let family = StateSet::builder("s")
        .states(["on", "off"])
        .label_names(["n"]);
    check(&sets, &family.register(&sets).unwrap(), |one| {
        one.set("off");
    });
}

#[test]
fn clearing_removes_every_life_before_it_and_none_after() {
    want();
    let registry = Registry::new();
    let family = Gauge::builder("g").label_names(["n"]);
    let family = family.register(&registry).unwrap();
    let held = family.labels(("held",)).unwrap();
    let hidden = family.labels(("hidden",)).unwrap();
    held.set(1);
    hidden.set(1);
    family.labels(("loose",)).unwrap().set(1);
    family.remove(("hidden",)).unwrap();
    let before = lives(&registry.gather());
    let mut number = 1; // that of the removal above
    family.clear();
    let snapshot = registry.gather();
    assert_eq!(lives(&snapshot), HashMap::new());
    let [Told::All(2, up_to)] = *told(&snapshot, &mut number) else {
        panic!("one removal of all");
    };
    assert!(before.values().all(|life| *life <= up_to), "{before:?}");
    held.set(2);
    hidden.set(2); // its life was numbered when it was removed
    family.labels(("loose",)).unwrap().set(2);
    let after = lives(&registry.gather());
    assert_eq!(after.len(), 3);
    assert!(
        after.values().all(|life| *life > up_to),
        "{after:?} {up_to}"
    );
}

#[test]
fn what_others_may_have_is_told_though_it_is_not_here() {
    want();
    let registry = Registry::new();
    let family = Counter::builder("c").label_names(["n"]);
    let family = family.register(&registry).unwrap();
    let mut number = 0;
    assert!(!family.remove(("a",)).unwrap());
    let [Told::Series(1, _, first)] = &told(&registry.gather(), &mut number)[..] else {
        panic!("one removal");
    };
    let held = family.labels(("a",)).unwrap();
    held.inc();
    let life = lives(&registry.gather())["a"];
    assert!(life > *first);
    assert!(family.remove(("a",)).unwrap());
    assert!(!family.remove(("a",)).unwrap()); // hidden, as somebody holds it
    let twice = told(&registry.gather(), &mut number);
    let [Told::Series(2, _, second), Told::Series(3, _, third)] = &twice[..] else {
        panic!("{twice:?}");
    };
    assert!(*second == life && *third >= life);
    held.inc();
    assert!(lives(&registry.gather())["a"] > *third);
    family.clear();
    assert!(matches!(
        told(&registry.gather(), &mut number)[..],
        [Told::All(4, _)]
    ));
}

#[test]
fn what_expires_is_not_told() {
    want();
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .expire(Duration::from_millis(1));
    let family = family.register(&registry).unwrap();
    family.labels(("a",)).unwrap().inc();
    for _ in 0..3 {
        registry.gather();
        thread::sleep(Duration::from_millis(5));
    }
    let snapshot = registry.gather();
    assert_eq!(snapshot.series_count(), 0);
    assert_eq!(told(&snapshot, &mut 0), []);
}

/// A thread removes, another records, and two gather and read: what is gone by then is told, what
/// is told is gone or in a higher life, and each hears of every removal once.
#[test]
fn removals_are_told_once_to_each_reader_whatever_else_goes_on() {
    const REMOVALS: u64 = 2_000;
    want();
    let registry = Registry::new();
    let family = Gauge::builder("g").label_names(["n"]);
    let family = family.register(&registry).unwrap();
    let held = family.labels(("0",)).unwrap();
    let is_done = AtomicBool::new(false);
    let read = || {
        let (mut number, mut all) = (0, Vec::new());
        loop {
            let done = is_done.load(SeqCst);
            let mut before = number;
            told(&registry.gather(), &mut before);
            let snapshot = registry.gather();
            let lives = lives(&snapshot);
            let new = told(&snapshot, &mut number);
            let known =
                |told: &&Told| matches!(told, Told::Series(number, ..) if *number <= before);
            for told in new.iter().filter(known) {
                // Told before the gather began, so that it cannot show that life.
                let Told::Series(_, values, life) = told else {
                    continue;
                };
                assert!(lives.get(values).is_none_or(|now| now > life), "{told:?}");
            }
            all.extend(new);
            if done {
                return all;
            }
        }
    };
    let (first, second) = thread::scope(|scope| {
        let readers = [scope.spawn(read), scope.spawn(read)];
        let recorder = scope.spawn(|| {
            while !is_done.load(SeqCst) {
                held.add(1);
                for n in 1..4 {
                    family.labels((n,)).unwrap().set(n);
                }
            }
        });
        for removal in 0..REMOVALS {
            family.remove((removal % 4,)).unwrap();
        }
        is_done.store(true, SeqCst);
        recorder.join().unwrap();
        let [first, second] = readers.map(|reader| reader.join().unwrap());
        (first, second)
    });
    assert_eq!(first, second);
    let numbers = first.iter().map(|told| match told {
        Told::Series(number, values, _) => (*number, values.clone()),
        Told::All(..) => panic!("nothing was cleared"),
    });
    let expected = (0..REMOVALS).map(|n| (n + 1, (n % 4).to_string()));
    assert!(numbers.eq(expected));
}
