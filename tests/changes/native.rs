//! StatsD's own types: counters as what they rise by, observations one by one.

use std::thread;

use ppc::{Counter, Gauge, Histogram, Registry, StatsdUdp, Summary};

use super::{Format, assert_same, stream};
use crate::support::udp::Recorder;

/// What each dialect calls an observation, and what half a second is in it.
const DIALECTS: [(&str, &str, &str); 6] = [
    ("influx", "h", "0.5"),
    ("librato", "h", "0.5"),
    ("signalfx", "h", "0.5"),
    ("dogstatsd", "d", "0.5"),
    ("graphite", "ms", "500"),
    ("plain", "ms", "500"),
];

#[test]
fn k02_observations_are_sent_one_by_one_in_each_dialects_type() {
    for (dialect, letters, half) in DIALECTS {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let latency = Histogram::builder("latency").unit("seconds");
        let latency = latency.register(&registry).unwrap();
        let size = Summary::builder("size").unit("bytes");
        let size = size.register(&registry).unwrap();
        // What was observed before is told by nobody.
        latency.observe(7);
        let to = StatsdUdp::new(recorder.address())
            .types("native")
            .dialect(dialect);
        stream(&registry, to).run(|| {
            latency.observe(0.5);
            size.observe(0.5);
            latency.observe(0.25);
            latency.observe(0);
            size.observe(-1.5);
        });
        let quarter = if half == "500" { "250" } else { "0.25" };
        let mut expected = vec![
            format!("latency_seconds:{half}|{letters}"),
            format!("size_bytes:0.5|{letters}"),
            format!("latency_seconds:{quarter}|{letters}"),
            format!("latency_seconds:0|{letters}"),
        ];
        // A time below zero is none; and what has a sign would be taken as such.
        expected.push(format!("size_bytes:-1.5|{letters}"));
        assert_eq!(recorder.settled(), expected, "{dialect}");
    }
}

#[test]
fn k02_observations_of_eight_threads_are_all_there_each_threads_in_its_order() {
    const EACH: usize = 2_500;
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Histogram::builder("a_size").label_names(["t"]);
    let family = family.register(&registry).unwrap();
    Format::Native.stream(&registry, &recorder).run(|| {
        thread::scope(|scope| {
            for thread in 0..8 {
                let histogram = family.labels((thread,)).unwrap();
                scope.spawn(move || (1..=EACH).for_each(|n| histogram.observe(n)));
            }
        });
    });
    let lines = recorder.settled();
    for thread in 0..8 {
        let found = Format::Native.sample(&lines, "a_size", &format!(",t={thread}"));
        assert_same(&found, &super::numbers(1..=EACH));
    }
    assert_eq!(lines.len(), 8 * EACH, "no buckets, no sums");
}

#[test]
fn counters_are_sent_as_the_amounts_and_gauges_as_they_are() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let bytes = Counter::builder("bytes").register(&registry).unwrap();
    let level = Gauge::builder("a_level").register(&registry).unwrap();
    bytes.inc_by(2.5);
    Format::Native.stream(&registry, &recorder).run(|| {
        bytes.inc_by(0.25);
        level.inc();
        bytes.inc_by(1000);
        level.add(1.5);
        bytes.inc();
        level.dec();
    });
    let lines = recorder.settled();
    assert_eq!(
        Format::Native.sample(&lines, "bytes_total", ""),
        ["2.5", "0.25", "1000", "1"]
    );
    assert_eq!(
        Format::Native.sample(&lines, "a_level", ""),
        ["0", "1", "2.5", "1.5", "1.5"]
    );
}

/// What one stream has sent is not told again by the next, nor by a push of every period.
#[test]
fn f11_totals_go_on_where_the_stream_before_ended() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let push = || Format::Native.stream(&registry, &recorder);
    push().run(|| jobs.inc_by(3));
    jobs.inc_by(4);
    push().run(|| jobs.inc());
    push().run(|| ());
    jobs.inc_by(5);
    push().stream(false).run(|| ());
    push().run(|| jobs.inc());
    let lines = recorder.settled();
    let found: Vec<f64> = Format::Native
        .sample(&lines, "jobs_total", "")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert_eq!(found.iter().sum::<f64>(), 14.0, "{found:?}");
}
