//! Several streams at once, streams beside pushes of every period, and uses that share a client.

use std::thread;

use futures_executor::block_on;
use ppc::{Counter, Push, Registry, metric, push_metrics};

use super::{Format, assert_same, stream};
use crate::support::udp::Recorder;

const N: usize = 1_000;

#[test]
fn each_of_several_streams_sees_every_change() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let recorders = [(); 4].map(|()| Recorder::start());
    let [influx, gauges, native, late] = &recorders;
    let first = Format::Influx.stream(&registry, influx).start();
    let second = Format::Gauges.stream(&registry, gauges).start();
    let third = Format::Native.stream(&registry, native).start();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..N / 4).for_each(|_| jobs.inc()));
        }
    });
    second.stop();
    let fourth = Format::Influx.stream(&registry, late).start();
    (0..N).for_each(|_| jobs.inc());
    for guard in [first, third, fourth] {
        guard.stop();
    }
    let found = recorders.each_ref().map(Recorder::settled);
    let check = |format: Format, lines: &[String], before, times| {
        let found = format.sample(lines, "jobs_total", "");
        assert_same(&found, &format.increments(before, times));
    };
    check(Format::Influx, &found[0], 0, 2 * N);
    check(Format::Gauges, &found[1], 0, N);
    check(Format::Native, &found[2], 0, 2 * N);
    check(Format::Influx, &found[3], N, N);
}

#[test]
fn one_stream_to_several_destinations_serves_each() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let (one, other, native) = (Recorder::start(), Recorder::start(), Recorder::start());
    let to =
        |recorder: &Recorder, format: Format| format.to(&format!("udp://{}", recorder.address()));
    stream(&registry, to(&one, Format::Influx))
        .and_to(to(&other, Format::Gauges))
        .and_to(to(&native, Format::Native))
        .run(|| (0..N).for_each(|_| jobs.inc()));
    for (recorder, format) in [
        (one, Format::Influx),
        (other, Format::Gauges),
        (native, Format::Native),
    ] {
        let lines = recorder.settled();
        assert_same(
            &format.sample(&lines, "jobs_total", ""),
            &format.increments(0, N),
        );
    }
}

#[test]
fn streams_of_different_registries_know_nothing_of_each_other() {
    let registries = [Registry::new(), Registry::new()];
    let (together, alone) = (Recorder::start(), Recorder::start());
    let counters = registries
        .each_ref()
        .map(|registry| Counter::builder("jobs").register(registry).unwrap());
    let other = Counter::builder("other").register(&registries[1]).unwrap();
    let both = Format::Influx.stream(&registries[0], &together);
    // Of the second registry it takes what the first has no name for.
    let both = both
        .source([registries[0].clone(), registries[1].clone()])
        .start();
    let second = Format::Influx.stream(&registries[1], &alone).start();
    for _ in 0..N {
        counters[0].inc();
        counters[1].inc_by(10);
        other.inc();
    }
    second.stop();
    both.stop();
    let influx = Format::Influx;
    let lines = alone.settled();
    let totals: Vec<String> = (0..=N).chain([N]).map(|n| (10 * n).to_string()).collect();
    assert_same(&influx.sample(&lines, "jobs_total", ""), &totals);
    assert_same(
        &influx.sample(&lines, "other_total", ""),
        &influx.increments(0, N),
    );
    let lines = together.settled();
    assert_same(
        &influx.sample(&lines, "jobs_total", ""),
        &influx.increments(0, N),
    );
    assert_same(
        &influx.sample(&lines, "other_total", ""),
        &influx.increments(0, N),
    );
}

#[test]
fn a_stream_and_a_push_of_every_period_do_not_disturb_each_other() {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let (every, period) = (Recorder::start(), Recorder::start());
    let streaming = Format::Influx.stream(&registry, &every).start();
    let pushing = Format::Influx
        .stream(&registry, &period)
        .stream(false)
        .period(0.01)
        .start();
    period.expect(&["jobs total=0"]);
    (0..N).for_each(|_| jobs.inc());
    let last = format!("jobs total={N}");
    period.expect(&[&last]);
    streaming.stop();
    // It goes on, and is as exact as ever.
    jobs.inc();
    pushing.stop();
    let lines = every.settled();
    assert_same(
        &Format::Influx.sample(&lines, "jobs_total", ""),
        &Format::Influx.increments(0, N),
    );
    let lines = period.settled();
    assert!(lines.len() < N, "{} pushes", lines.len());
    assert_eq!(lines.last().unwrap(), &format!("jobs total={}", N + 1));
}

static REGISTRY: Registry = Registry::new();

metric! {
    /// Calls.
    static CALLS: Counter { name: "nested", labels: [of], registry: REGISTRY }
}

#[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream)]
fn nested(to: &Recorder, of: &str, depth: usize) {
    CALLS.of(of).inc();
    if depth > 1 {
        nested(to, of, depth - 1);
    }
    CALLS.of(of).inc();
}

/// Each change once, though many uses ran.
#[track_caller]
fn check_calls(to: &Recorder, of: &str, times: usize) {
    let lines = to.settled();
    let found = Format::Influx.sample(&lines, "nested_total", &format!(",of={of}"));
    assert_same(&found, &Format::Influx.increments(1, times));
}

#[test]
fn k03_recursive_calls_share_one_stream() {
    let recorder = Recorder::start();
    CALLS.of("recursive").inc();
    nested(&recorder, "recursive", 20);
    check_calls(&recorder, "recursive", 40);
}

#[test]
fn k03_calls_at_once_share_one_stream() {
    let recorder = Recorder::start();
    CALLS.of("at_once").inc();
    // So that there is a use all the while.
    let outer = stream(&REGISTRY, ppc::InfluxUdp::new(recorder.address()))
        .environment(true)
        .start();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10).for_each(|_| nested(&recorder, "at_once", 2)));
        }
    });
    outer.stop();
    check_calls(&recorder, "at_once", 8 * 10 * 4);
}

#[test]
fn k03_futures_at_once_share_one_stream() {
    #[push_metrics(influx_udp = to.address(), registry = REGISTRY, stream)]
    async fn count(to: &Recorder) {
        for _ in 0..N / 10 {
            CALLS.of("futures").inc();
        }
    }
    let recorder = Recorder::start();
    CALLS.of("futures").inc();
    block_on(async {
        let outer: Push = stream(&REGISTRY, ppc::InfluxUdp::new(recorder.address()));
        outer
            .run_async(async {
                for _ in 0..10 {
                    count(&recorder).await;
                }
            })
            .await;
    });
    check_calls(&recorder, "futures", N);
}
