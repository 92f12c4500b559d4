//! What records for the job, in streams: timers, tallies, measured functions, and the labels that
//! the client adds.

use std::time::Duration;

use futures_executor::block_on;
use ppc::{Counter, Gauge, Histogram, Registry, Summary, measure, metric};

use super::{Format, numbers};
use crate::support::udp::Recorder;

#[test]
fn timers_send_one_observation_each() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let histogram = Histogram::builder("a")
        .unit("seconds")
        .register(&registry)
        .unwrap();
    let summary = Summary::builder("b")
        .unit("seconds")
        .register(&registry)
        .unwrap();
    let gauge = Gauge::builder("c_seconds").register(&registry).unwrap();
    let pause = || std::thread::sleep(Duration::from_millis(1));
    Format::Influx.stream(&registry, &recorder).run(|| {
        histogram.time(pause);
        drop(histogram.start_timer());
        summary.time(pause);
        summary.start_timer().stop();
        summary.start_timer().discard();
        block_on(summary.time_async(async { pause() }));
        gauge.time(pause);
    });
    let lines = recorder.settled();
    let sample = |name| Format::Influx.sample(&lines, name, "");
    assert_eq!(sample("a_seconds_count"), ["0", "1", "2", "2"]);
    assert_eq!(sample("b_seconds_count"), ["0", "1", "2", "3", "3"]);
    let sums: Vec<f64> = sample("a_seconds_sum")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert!(sums.is_sorted() && sums[1] >= 0.001, "{sums:?}");
    let levels: Vec<f64> = sample("c_seconds")
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    assert!(levels.len() == 3 && levels[0] == 0.0, "{levels:?}");
    assert!(levels[1] >= 0.001 && levels[1] == levels[2], "{levels:?}");
}

#[test]
fn tallies_send_each_step() {
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let errors = Counter::builder("errors").register(&registry).unwrap();
        let busy = Gauge::builder("a_busy").register(&registry).unwrap();
        format.stream(&registry, &recorder).run(|| {
            for n in 0..4 {
                let _outer = busy.track_in_progress();
                let _inner = busy.track_in_progress();
                let result = errors.count_errors(|| if n % 2 == 0 { Ok(()) } else { Err(n) });
                assert_eq!(result.is_err(), n % 2 == 1);
            }
        });
        let lines = recorder.settled();
        let mut expected = vec!["0"];
        expected.extend(["1", "2", "1", "0"].repeat(4));
        expected.push("0");
        assert_eq!(format.sample(&lines, "a_busy", ""), expected, "{format:?}");
        assert_eq!(
            format.sample(&lines, "errors_total", ""),
            format.increments(0, 2)
        );
    }
}

static REGISTRY: Registry = Registry::new();

metric! {
    /// How long.
    static TIME: Histogram { name: "stream_seconds", labels: [f], registry: REGISTRY }
    /// How many.
    static CALLS: Counter { name: "stream_calls", labels: [f], registry: REGISTRY }
    /// How many failed.
    static FAILED: Counter { name: "stream_failed", labels: [f], registry: REGISTRY }
    /// How many are under way.
    static BUSY: Gauge { name: "stream_busy", labels: [f], registry: REGISTRY }
}

#[measure(time = TIME.f(f), calls = CALLS.f(f), errors = FAILED.f(f), in_progress = BUSY.f(f))]
fn measured(f: &str, n: u32) -> Result<u32, String> {
    if n.is_multiple_of(3) {
        Err("as asked".to_owned())
    } else {
        Ok(n)
    }
}

#[measure(time = TIME.f(f), calls = CALLS.f(f), errors = FAILED.f(f), in_progress = BUSY.f(f))]
async fn measured_async(f: &str, n: u32) -> Result<u32, String> {
    measured_by_nobody(n)
}

fn measured_by_nobody(n: u32) -> Result<u32, String> {
    if n.is_multiple_of(3) {
        Err("as asked".to_owned())
    } else {
        Ok(n)
    }
}

/// Decorators and streams of other libraries do not go together: one loses what the other records.
#[test]
fn measured_functions_are_streamed_whole() {
    const N: u32 = 300;
    let recorder = Recorder::start();
    Format::Influx.stream(&REGISTRY, &recorder).run(|| {
        for n in 0..N {
            assert_eq!(measured("sync", n).is_err(), n % 3 == 0);
            assert_eq!(block_on(measured_async("async", n)).is_err(), n % 3 == 0);
        }
    });
    let lines = recorder.settled();
    for f in [",f=sync", ",f=async"] {
        let sample = |name| {
            let found = Format::Influx.sample(&lines, name, f);
            // At the start the series may not have been there.
            let from = usize::from(found.first() == Some(&"0"));
            found[from..]
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        let twice_at_the_end = |last: u32| {
            let mut expected = numbers(1..=last as usize);
            expected.push(last.to_string());
            expected
        };
        assert_eq!(sample("stream_calls_total"), twice_at_the_end(N), "{f}");
        assert_eq!(
            sample("stream_failed_total"),
            twice_at_the_end(N / 3),
            "{f}"
        );
        assert_eq!(sample("stream_seconds_count"), twice_at_the_end(N), "{f}");
        let busy = sample("stream_busy");
        let mut expected = ["1", "0"].repeat(N as usize);
        expected.push("0");
        assert_eq!(busy, expected, "{f}");
    }
}

#[test]
fn labels_of_the_client_are_in_every_line() {
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let jobs = Counter::builder("jobs").label_names(["q"]);
        let jobs = jobs.register(&registry).unwrap().labels(("a",)).unwrap();
        let push = format
            .stream(&registry, &recorder)
            .label("host", "h")
            .label("q", "other");
        push.job("nightly").run(|| (0..10).for_each(|_| jobs.inc()));
        let lines = recorder.settled();
        // A label of the series wins, and those of the client follow.
        let labels = [",q=a,host=h,job=nightly", ",q=a,job=nightly,host=h"];
        let found = labels
            .map(|labels| format.sample(&lines, "jobs_total", labels))
            .concat();
        assert_eq!(found, format.increments(0, 10), "{lines:#?}");
        let runs = lines
            .iter()
            .filter(|line| line.contains("outcome=ok") && line.contains("host=h"));
        let runs: Vec<_> = runs.collect();
        assert!(
            runs.last().is_some_and(|line| line.contains("job=nightly")),
            "{lines:#?}"
        );
        let all = if format == Format::Native { 1 } else { 2 };
        assert!(runs.len() >= all, "before and after: {runs:?}");
    }
}

/// Series that are made by many threads, at the very moment in which others are looked at.
#[test]
fn what_is_in_progress_is_never_less_than_nothing() {
    const SERIES: usize = 40;
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let family = Gauge::builder("a_busy").label_names(["t", "n"]);
    let family = family.register(&registry).unwrap();
    Format::Influx.stream(&registry, &recorder).run(|| {
        std::thread::scope(|scope| {
            for t in 0..4 {
                let family = &family;
                scope.spawn(move || {
                    for n in 0..SERIES {
                        let _one = family.labels((t, n)).unwrap().track_in_progress();
                        std::thread::sleep(Duration::from_micros(500));
                    }
                });
            }
        });
    });
    let lines = recorder.settled();
    for t in 0..4 {
        for n in 0..SERIES {
            let found = Format::Influx.sample(&lines, "a_busy", &format!(",t={t},n={n}"));
            let found = found.strip_prefix(&["0"]).unwrap_or(&found);
            assert_eq!(found, ["1", "0", "0"], "{t} {n}");
        }
    }
}
