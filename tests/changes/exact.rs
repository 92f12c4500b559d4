//! As many lines as changes, each thread's in its order, and totals that match.

use std::thread;

use ppc::{Counter, Gauge, Histogram, InfluxUdp, Registry, StatsdUdp};

use super::{stream, values};
use crate::support::udp::Recorder;

const N: usize = 20_000;

/// The numbers from a first to a last one.
fn numbers(numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

/// Says where two lists differ first, not what is in them.
#[track_caller]
fn assert_same(found: &[&str], expected: &[String]) {
    let differ = found.iter().zip(expected).position(|(a, b)| a != b);
    let at = differ.unwrap_or(found.len().min(expected.len()));
    assert_eq!(
        (found.get(at).copied(), found.len()),
        (expected.get(at).map(|text| &**text), expected.len()),
        "at {at}"
    );
}

#[test]
fn k02_each_increment_is_a_line_with_the_total_after_it() {
    for threads in [1, 8] {
        for is_influx in [true, false] {
            let recorder = Recorder::start();
            let registry = Registry::new();
            let counter = Counter::builder("jobs").register(&registry).unwrap();
            counter.inc_by(5);
            let push = if is_influx {
                stream(&registry, InfluxUdp::new(recorder.address()))
            } else {
                stream(&registry, StatsdUdp::new(recorder.address()))
            };
            push.run(|| {
                thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| (0..N / threads).for_each(|_| counter.inc()));
                    }
                });
            });
            let lines = recorder.settled();
            let found = if is_influx {
                values(&lines, "jobs total=", "")
            } else {
                values(&lines, "jobs_total:", "|g")
            };
            // Before the first change, after each, and at the end.
            let mut expected = numbers(5..=N + 5);
            expected.push((N + 5).to_string());
            assert_same(&found, &expected);
        }
    }
}

#[test]
fn gauges_are_sent_as_they_are_set() {
    let recorder = Recorder::start();
    let registry = Registry::new();
    let gauge = Gauge::builder("level").register(&registry).unwrap();
    stream(&registry, StatsdUdp::new(recorder.address())).run(|| {
        for _ in 0..100 {
            gauge.set(3);
            gauge.sub(1);
        }
    });
    let mut expected = vec!["0"];
    expected.extend(["3", "2"].repeat(100));
    expected.push("2");
    assert_eq!(values(&recorder.settled(), "level:", "|g"), expected);
}

#[test]
fn f07_an_observation_sends_what_it_changed_and_no_more() {
    let recorder = Recorder::start();
    let registry = Registry::new();
    let family = Histogram::builder("h")
        .label_names(["n"])
        .buckets([1, 2, 3])
        .register(&registry)
        .unwrap();
    let (one, other) = (family.labels((1,)).unwrap(), family.labels((2,)).unwrap());
    other.observe(1);
    let push = stream(&registry, InfluxUdp::new(recorder.address()));
    let guard = push.start();
    recorder.expect(&["h,n=2 sum=1"]);
    let before = recorder.settled().len();
    one.observe(1.5);
    recorder.expect(&["h,n=1 sum=1.5"]);
    let lines = recorder.settled().split_off(before);
    let expected = [
        "h,n=1,le=2.0 bucket=1",
        "h,n=1,le=3.0 bucket=1",
        "h,n=1,le=+Inf bucket=1",
        "h,n=1 count=1",
        "h,n=1 sum=1.5",
    ];
    assert_eq!(lines, expected);
    guard.stop();
}
