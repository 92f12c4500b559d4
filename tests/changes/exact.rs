//! As many lines as changes, each thread's in its order, and totals that match.

use std::thread;

use ppc::{Counter, Gauge, GraphiteUdp, Histogram, InfluxUdp, Registry, StatsdUdp};

use super::{Format, assert_same, numbers, stream, values};
use crate::support::udp::Recorder;

const N: usize = 20_000;

#[test]
fn k02_each_increment_is_a_line_with_the_total_after_it() {
    for threads in [1, 8] {
        for format in Format::ALL {
            let (recorder, registry) = (Recorder::start(), Registry::new());
            let counter = Counter::builder("jobs").register(&registry).unwrap();
            counter.inc_by(5);
            format.stream(&registry, &recorder).run(|| {
                thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| (0..N / threads).for_each(|_| counter.inc()));
                    }
                });
            });
            let lines = recorder.settled();
            let found = format.sample(&lines, "jobs_total", "");
            assert_same(&found, &format.increments(5, N));
            assert_eq!(found.len(), lines.len(), "{format:?}: nothing else came");
        }
    }
}

/// In nanoseconds, so that no two changes are at one time, and the final values last by a
/// millisecond: servers keep no more.
#[test]
fn k02_timestamps_of_influx_rise_with_each_change() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let counter = Counter::builder("jobs").register(&registry).unwrap();
    let before = std::time::SystemTime::now();
    Format::Influx.stream(&registry, &recorder).run(|| {
        (0..N).for_each(|_| counter.inc());
    });
    recorder.settled();
    let datagrams = recorder.datagrams();
    let lines = datagrams.iter().flat_map(|datagram| datagram.lines());
    let stamps = lines.map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap());
    let stamps: Vec<u64> = stamps.collect();
    assert_eq!(stamps.len(), N + 2);
    assert!(stamps.is_sorted_by(|one, next| one < next));
    let epoch = before.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(u128::from(stamps[0]) >= epoch.as_nanos());
    assert!(stamps[N + 1] - stamps[N] >= 1_000_000);
}

/// What comes of a thread keeps its order, whatever others do.
#[test]
fn k02_each_threads_changes_are_sent_in_their_order() {
    const EACH: usize = 2_000;
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let level = Gauge::builder("a_level").label_names(["t"]);
        let level = level.register(&registry).unwrap();
        let sums = Counter::builder("a").label_names(["t"]);
        let sums = sums.register(&registry).unwrap();
        for thread in 0..8 {
            level.labels((thread,)).unwrap();
            sums.labels((thread,)).unwrap();
        }
        format.stream(&registry, &recorder).run(|| {
            thread::scope(|scope| {
                for thread in 0..8 {
                    let (level, sum) = (level.labels((thread,)), sums.labels((thread,)));
                    let (level, sum) = (level.unwrap(), sum.unwrap());
                    scope.spawn(move || {
                        for n in 1..=EACH {
                            level.set(n);
                            sum.inc();
                        }
                    });
                }
            });
        });
        let lines = recorder.settled();
        for thread in 0..8 {
            let labels = format!(",t={thread}");
            let levels = format.sample(&lines, "a_level", &labels);
            let mut expected = numbers(0..=EACH);
            expected.push(EACH.to_string());
            assert_same(&levels, &expected);
            let totals = format.sample(&lines, "a_total", &labels);
            assert_same(&totals, &format.increments(0, EACH));
            if format == Format::Native {
                continue;
            }
            // Between the same two levels, the total is the one of that level.
            let own = lines.iter().filter(|line| line.contains(&labels));
            let number = |line: &String| {
                line.trim_end_matches("|g")
                    .rsplit(['=', ':'])
                    .next()
                    .map(str::to_owned)
            };
            let own: Vec<_> = own.filter_map(number).collect();
            let pairs = own[2..2 + 2 * EACH].chunks(2);
            assert!(
                pairs.into_iter().all(|pair| pair[0] == pair[1]),
                "{format:?} {thread}"
            );
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

/// A level that many change is told as each of them left it.
#[test]
fn k02_a_gauge_of_eight_threads_goes_by_single_steps() {
    const EACH: usize = 1_000;
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let busy = Gauge::builder("a_busy").register(&registry).unwrap();
        format.stream(&registry, &recorder).run(|| {
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        for _ in 0..EACH {
                            let _one = busy.track_in_progress();
                        }
                    });
                }
            });
        });
        let lines = recorder.settled();
        // Threads are sent one after the other, so a level may be none that there ever was.
        let found = format.sample(&lines, "a_busy", "");
        let levels: Vec<i32> = found.iter().map(|text| text.parse().unwrap()).collect();
        let (last, changes) = levels.split_last().unwrap();
        let steps = changes.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(steps.clone().all(|step| step.abs() == 1), "{format:?}");
        assert_eq!((steps.count(), *last), (16 * EACH, 0), "{format:?}");
    }
}

#[test]
fn k02_each_increment_is_a_line_of_graphite() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let counter = Counter::builder("jobs").label_names(["q"]);
    let counter = counter.register(&registry).unwrap().labels(("a",)).unwrap();
    stream(&registry, GraphiteUdp::new(recorder.address())).run(|| {
        (0..1000).for_each(|_| counter.inc());
    });
    let lines = recorder.settled();
    let found = values(&lines, "jobs_total;q=a ", "");
    assert_same(&found, &Format::Gauges.increments(0, 1000));
    assert_eq!(found.len(), lines.len());
}
