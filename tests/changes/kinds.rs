//! Every kind of metric in a stream, from several threads.

use std::thread;

use ppc::{Gauge, Histogram, Info, Registry, StateSet, Summary};

use super::{Format, assert_same, numbers};
use crate::support::counts::dropped;
use crate::support::udp::Recorder;

#[test]
fn f07_buckets_of_eight_threads_rise_one_by_one() {
    const EACH: usize = 1_000;
    for format in [Format::Influx, Format::Gauges] {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let family = Histogram::builder("a")
            .unit("size")
            .label_names(["q"])
            .buckets([1, 2]);
        let histogram = family.register(&registry).unwrap().labels(("x",)).unwrap();
        (0..4).for_each(|n| histogram.observe(n));
        format.stream(&registry, &recorder).run(|| {
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| (0..EACH).for_each(|n| histogram.observe(n % 4)));
                }
            });
        });
        let lines = recorder.settled();
        let mut all = 0;
        for (le, before, times) in [
            (",le=1.0", 2, 2),
            (",le=2.0", 3, 3),
            (",le=+Inf", 4, 4),
            ("", 4, 4),
        ] {
            let name = if le.is_empty() {
                "a_size_count"
            } else {
                "a_size_bucket"
            };
            let found = format.sample(&lines, name, &format!(",q=x{le}"));
            let last = before + times * 2 * EACH;
            let mut expected = numbers(before..=last);
            expected.push(last.to_string());
            assert_same(&found, &expected);
            all += found.len();
        }
        let sums = format.sample(&lines, "a_size_sum", ",q=x");
        assert_eq!(
            (sums.len(), sums[0], sums[sums.len() - 1]),
            (8 * EACH + 2, "6", "12006")
        );
        assert_eq!(all + sums.len(), lines.len(), "nothing else came");
    }
}

#[test]
fn an_infinite_observation_is_in_the_last_bucket_and_what_is_no_number_in_none() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let histogram = Histogram::builder("a_size")
        .buckets([1])
        .register(&registry)
        .unwrap();
    Format::Gauges.stream(&registry, &recorder).run(|| {
        histogram.observe(f64::INFINITY);
        histogram.observe(1);
        histogram.observe(f64::NAN);
    });
    let lines = recorder.settled();
    let gathered = Recorder::start();
    Format::Gauges
        .stream(&registry, &gathered)
        .stream(false)
        .run(|| ());
    let gathered = gathered.settled();
    for le in ["1.0", "+Inf"] {
        let labels = format!(",le={le}");
        let found = Format::Gauges.sample(&lines, "a_size_bucket", &labels);
        let mut all: Vec<u32> = found.iter().map(|text| text.parse().unwrap()).collect();
        let is_rising = all.is_sorted_by(|a, b| a <= b && b - a <= 1);
        assert!(is_rising, "{all:?}");
        let last = Format::Gauges.sample(&gathered, "a_size_bucket", &labels);
        assert_eq!(last.last(), found.last());
        all.pop();
        // Without the changes, the last value would be another than the one before.
        assert_eq!(
            all.last().map(u32::to_string).as_deref(),
            found.last().copied()
        );
    }
}

#[test]
fn summaries_send_count_and_sum_and_their_quantiles_at_both_ends() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let summary = Summary::builder("a_size").quantiles([0.0, 1.0]);
    let summary = summary.register(&registry).unwrap();
    summary.observe(2);
    Format::Influx.stream(&registry, &recorder).run(|| {
        summary.observe(4);
        summary.observe(1);
    });
    let lines = recorder.settled();
    let sample = |name, labels| Format::Influx.sample(&lines, name, labels);
    assert_eq!(sample("a_size_count", ""), ["1", "2", "3", "3"]);
    assert_eq!(sample("a_size_sum", ""), ["2", "6", "7", "7"]);
    // The one at the start may know of what came in between.
    let (least, most) = (
        sample("a_size", ",quantile=0.0"),
        sample("a_size", ",quantile=1.0"),
    );
    assert_eq!((least.len(), most.len()), (2, 2));
    assert_eq!((least[1], most[1]), ("1", "4"));
}

#[test]
fn states_send_what_changed_and_facts_what_they_are() {
    for format in [Format::Influx, Format::Gauges, Format::Native] {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let phase = StateSet::builder("a_phase").states(["one", "two", "three"]);
        let phase = phase.register(&registry).unwrap();
        let build = Info::builder("a_build").register(&registry).unwrap();
        phase.set("one");
        build.set([("v", "1")]);
        let guard = format.stream(&registry, &recorder).start();
        recorder.expect(&["v=1"]);
        phase.set("two");
        phase.enable("three");
        phase.enable("three");
        phase.disable("two");
        build.set([("v", "2")]);
        recorder.expect(&["v=2"]);
        guard.stop();
        let lines = recorder.settled();
        let state = |state| format.sample(&lines, "a_phase", &format!(",a_phase={state}"));
        assert_eq!(state("one"), ["1", "0", "0"], "{format:?}");
        assert_eq!(state("two"), ["0", "1", "0", "0"], "{format:?}");
        assert_eq!(state("three"), ["0", "1", "1"], "{format:?}");
        assert_eq!(format.sample(&lines, "a_build_info", ",v=1"), ["1"]);
        assert_eq!(format.sample(&lines, "a_build_info", ",v=2"), ["1", "1"]);
    }
}

#[test]
fn what_is_no_number_is_left_out_and_counted() {
    let before = dropped("not_a_number");
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let level = Gauge::builder("a_level").register(&registry).unwrap();
        format.stream(&registry, &recorder).run(|| {
            for value in [1.0, f64::NAN, f64::NAN, 2.0] {
                level.set(value);
            }
        });
        let lines = recorder.settled();
        assert_eq!(format.sample(&lines, "a_level", ""), ["0", "1", "2", "2"]);
    }
    assert!(dropped("not_a_number") - before >= 6.0);
}
