//! Series that come and go while they are streamed.

use std::time::{Duration, Instant};

use ppc::{Counter, Gauge, Registry};

use super::Format;
use crate::support::counts::dropped;
use crate::support::udp::Recorder;

#[test]
fn metrics_and_series_that_are_made_meanwhile_are_streamed_from_zero() {
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let family = Counter::builder("jobs").label_names(["q"]);
        let family = family.register(&registry).unwrap();
        family.labels(("a",)).unwrap().inc();
        format.stream(&registry, &recorder).run(|| {
            for q in ["a", "b", "c"] {
                for _ in 0..100 {
                    family.labels((q,)).unwrap().inc();
                }
            }
            let level = Gauge::builder("a_level").register(&registry).unwrap();
            (1..=100).for_each(|n| level.set(n));
        });
        let lines = recorder.settled();
        assert_eq!(
            format.sample(&lines, "jobs_total", ",q=a"),
            format.increments(1, 100)
        );
        for q in ["b", "c"] {
            let found = format.sample(&lines, "jobs_total", &format!(",q={q}"));
            // It was not there when the stream began, unless that was later.
            let expected = format.increments(0, 100);
            assert!(
                found == expected || found == expected[1..],
                "{format:?}: {found:?}"
            );
        }
        let found = format.sample(&lines, "a_level", "");
        let mut expected = super::numbers(1..=100);
        expected.push("100".to_owned());
        let from = usize::from(found.first() == Some(&"0"));
        super::assert_same(&found[from..], &expected);
    }
}

#[test]
fn f06_what_was_removed_and_comes_again_begins_from_zero() {
    for format in [Format::Influx, Format::Gauges] {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let family = Counter::builder("jobs").label_names(["q"]);
        let family = family.register(&registry).unwrap();
        // One that is held lives on, hidden; one that is not is another series.
        let held = family.labels(("held",)).unwrap();
        let guard = format.stream(&registry, &recorder).start();
        let record = |round: usize| {
            for _ in 0..3 {
                held.inc();
                family.labels(("free",)).unwrap().inc();
            }
            let threes = |lines: &[String], q| {
                let found = format.sample(lines, "jobs_total", q);
                found.iter().filter(|value| **value == "3").count()
            };
            recorder.wait_for(|lines| {
                [",q=held", ",q=free"]
                    .iter()
                    .all(|q| threes(lines, q) == round)
            });
        };
        record(1);
        assert!(family.remove(("held",)).unwrap());
        assert!(family.remove(("free",)).unwrap());
        record(2);
        family.clear();
        record(3);
        guard.stop();
        let lines = recorder.settled();
        for q in ["held", "free"] {
            let found = format.sample(&lines, "jobs_total", &format!(",q={q}"));
            let found = found.strip_prefix(&["0"]).unwrap_or(&found);
            let expected = ["1", "2", "3"].repeat(3);
            assert_eq!(found[..9], expected, "{format:?} {q}");
            assert_eq!(found[9..], ["3"], "{format:?} {q}");
        }
    }
}

#[test]
fn f11_native_counters_add_up_though_their_series_are_removed() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Counter::builder("jobs").label_names(["q"]);
    let family = family.register(&registry).unwrap();
    let held = family.labels(("held",)).unwrap();
    let guard = Format::Native.stream(&registry, &recorder).start();
    for round in 1..=5_u32 {
        for _ in 0..20 {
            held.inc();
            family.labels(("free",)).unwrap().inc();
        }
        // What goes before it was seen is another matter.
        recorder.wait_for(|lines| {
            let sum = |q| -> u32 {
                let found = Format::Native.sample(lines, "jobs_total", q);
                found.iter().map(|text| text.parse::<u32>().unwrap()).sum()
            };
            let sums = [",q=held", ",q=free"].map(sum);
            assert!(sums.iter().all(|sum| *sum <= 20 * round), "{sums:?}");
            sums == [20 * round; 2]
        });
        family.clear();
    }
    guard.stop();
    let lines = recorder.settled();
    let last = Format::Native.sample(&lines, "jobs_total", ",q=held");
    assert!(
        last.iter().all(|amount| ["0", "1"].contains(amount)),
        "{last:?}"
    );
}

#[test]
fn what_expired_and_comes_again_begins_from_zero() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Counter::builder("jobs").label_names(["q"]);
    let family = family
        .expire(Duration::from_millis(30))
        .register(&registry)
        .unwrap();
    let guard = Format::Influx.stream(&registry, &recorder).start();
    let record = |up_to: u32| {
        (0..up_to).for_each(|_| family.labels(("a",)).unwrap().inc());
        recorder.expect(&[&format!("jobs,q=a total={up_to}")]);
    };
    record(3);
    // Whoever gathers notices what is idle.
    let start = Instant::now();
    while registry.gather().series_count() > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it does not expire"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    record(2);
    guard.stop();
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "jobs_total", ",q=a");
    let found = found.strip_prefix(&["0"]).unwrap_or(&found);
    assert!(found.starts_with(&["1", "2", "3", "1", "2"]), "{found:?}");
    assert!(found[5..].iter().all(|value| *value == "2"), "{found:?}");
}

#[test]
fn what_is_beyond_max_series_goes_to_one_of_its_own() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Counter::builder("jobs").label_names(["q"]).max_series(2);
    let family = family.register(&registry).unwrap();
    let before = dropped("overflow");
    Format::Influx.stream(&registry, &recorder).run(|| {
        for q in 0..12 {
            family.labels((q,)).unwrap().inc();
        }
    });
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "jobs_total", ",q=__overflow__");
    let found = found.strip_prefix(&["0"]).unwrap_or(&found);
    let mut expected = super::numbers(1..=10);
    expected.push("10".to_owned());
    assert_eq!(found, expected);
    assert!(dropped("overflow") - before >= 10.0);
}

#[test]
fn f06_what_was_removed_at_once_and_comes_again_begins_from_zero() {
    for format in [Format::Influx, Format::Gauges] {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let family = Counter::builder("jobs").label_names(["q"]);
        let family = family.register(&registry).unwrap();
        let held = family.labels(("held",)).unwrap();
        let guard = format.stream(&registry, &recorder).start();
        let record = || (0..3).for_each(|_| held.inc());
        record();
        assert!(family.remove(("held",)).unwrap());
        record();
        family.clear();
        record();
        guard.stop();
        let lines = recorder.settled();
        let found = format.sample(&lines, "jobs_total", ",q=held");
        let found = found.strip_prefix(&["0"]).unwrap_or(&found);
        let expected = ["1", "2", "3", "1", "2", "3", "1", "2", "3", "3"];
        assert_eq!(found, expected, "{format:?}");
    }
}

#[test]
fn f11_native_counters_add_up_though_their_series_are_removed_at_once() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Counter::builder("jobs").label_names(["q"]);
    let family = family.register(&registry).unwrap();
    let held = family.labels(("held",)).unwrap();
    Format::Native.stream(&registry, &recorder).run(|| {
        for _ in 0..50 {
            for _ in 0..20 {
                held.inc();
            }
            family.clear();
        }
    });
    let lines = recorder.settled();
    let found = Format::Native.sample(&lines, "jobs_total", ",q=held");
    let sum: f64 = found.iter().map(|text| text.parse::<f64>().unwrap()).sum();
    assert_eq!(sum, 1000.0);
}
