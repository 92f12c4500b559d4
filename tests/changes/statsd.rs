//! What StatsD has no way to say, while it is streamed.

use ppc::{Counter, Gauge, Histogram, Registry, StateSet, StatsdUdp};

use super::{Format, numbers, stream, values};
use crate::support::counts::dropped;
use crate::support::udp::Recorder;

#[test]
fn f16_a_negative_gauge_is_never_apart_from_its_zero() {
    for types in ["gauges", "native"] {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let level = Gauge::builder("a_level").register(&registry).unwrap();
        let to = StatsdUdp::new(recorder.address())
            .types(types)
            .datagram_size(40);
        stream(&registry, to).run(|| {
            (0..500).for_each(|_| level.dec());
            (0..600).for_each(|_| level.inc());
        });
        recorder.settled();
        let mut levels = Vec::new();
        let datagrams = recorder.datagrams();
        for datagram in &datagrams {
            let mut lines = datagram.lines().peekable();
            while let Some(line) = lines.next() {
                let value = line
                    .strip_prefix("a_level:")
                    .unwrap()
                    .strip_suffix("|g")
                    .unwrap();
                assert!(
                    !value.starts_with('-'),
                    "{value} behind its zero in {datagram}"
                );
                let is_below = |line: &&str| line.starts_with("a_level:-");
                let value = lines
                    .next_if(is_below)
                    .map_or(value, |line| line.split([':', '|']).nth(1).unwrap());
                levels.push(value.parse::<i32>().unwrap());
            }
        }
        let mut expected: Vec<i32> = (-500..=0).rev().chain(-499..=100).collect();
        expected.push(100);
        assert_eq!(levels, expected, "{types}");
        assert!(datagrams.len() > 300, "they are full: {}", datagrams.len());
    }
}

#[test]
fn f14_series_that_become_one_in_statsd_do_not_overwrite_each_other() {
    let before = dropped("collided");
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Gauge::builder("a_level").label_names(["q"]);
    let family = family.register(&registry).unwrap();
    let (one, same) = (
        family.labels(("a_b",)).unwrap(),
        family.labels(("a:b",)).unwrap(),
    );
    stream(&registry, StatsdUdp::new(recorder.address())).run(|| {
        for n in 1..=10 {
            same.set(1000 + n);
            one.set(n);
        }
    });
    let lines = recorder.settled();
    let mut expected = numbers(0..=10);
    expected.push("10".to_owned());
    assert_eq!(Format::Gauges.sample(&lines, "a_level", ",q=a_b"), expected);
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    // At the start, at the end, and each change.
    assert!(dropped("collided") - before >= 12.0);
}

#[test]
fn the_plain_dialect_sends_one_series_of_each_metric_but_all_of_totals() {
    let before = dropped("no_labels");
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").label_names(["q"]);
    let jobs = jobs.register(&registry).unwrap();
    let levels = Gauge::builder("a_level").label_names(["q"]);
    let levels = levels.register(&registry).unwrap();
    let sizes = Histogram::builder("a_size").register(&registry).unwrap();
    let phase = StateSet::builder("a_phase").states(["one", "two"]);
    let phase = phase.register(&registry).unwrap();
    for q in 0..2 {
        jobs.labels((q,)).unwrap();
        levels.labels((q,)).unwrap();
    }
    let to = StatsdUdp::new(recorder.address())
        .dialect("plain")
        .types("native");
    stream(&registry, to).run(|| {
        for n in 1..=3 {
            jobs.labels((0,)).unwrap().inc();
            jobs.labels((1,)).unwrap().inc_by(10);
            levels.labels((0,)).unwrap().set(n);
            levels.labels((1,)).unwrap().set(100 + n);
            sizes.observe(n);
            phase.set("two");
        }
    });
    let lines = recorder.settled();
    let counted = values(&lines, "jobs_total:", "|c");
    let sum: u32 = counted
        .iter()
        .map(|text| text.parse::<u32>().unwrap())
        .sum();
    assert_eq!(sum, 33, "{counted:?}");
    assert_eq!(values(&lines, "a_level:", "|g"), ["0", "1", "2", "3", "3"]);
    assert_eq!(values(&lines, "a_size:", "|ms"), ["1", "2", "3"]);
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("a_phase"))
            .count(),
        0
    );
    assert!(dropped("no_labels") > before);
}
