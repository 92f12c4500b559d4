//! How streams end, and that nothing of them stays.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Registry};

use super::{Format, assert_same};
use crate::support::udp::Recorder;

#[test]
fn f06_streams_that_begin_and_end_again_and_again_send_each_change_once() {
    const TIMES: usize = 50;
    for format in Format::ALL {
        let (recorder, registry) = (Recorder::start(), Registry::new());
        let jobs = Counter::builder("jobs").register(&registry).unwrap();
        let mut expected = Vec::new();
        for nth in 0..TIMES {
            format
                .stream(&registry, &recorder)
                .run(|| (0..10).for_each(|_| jobs.inc()));
            let mut run = format.increments(10 * nth, 10);
            if format == Format::Native && nth > 0 {
                // What was there before was told by the stream before.
                run.remove(0);
            }
            expected.extend(run);
        }
        let lines = recorder.settled();
        assert_same(&format.sample(&lines, "jobs_total", ""), &expected);
    }
}

#[test]
fn f06_nothing_comes_after_the_stop() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let guard = Format::Influx.stream(&registry, &recorder).start();
    jobs.inc();
    guard.stop();
    let before = recorder.settled().len();
    // From threads that a stream had told of changes as well as from others.
    (0..1000).for_each(|_| jobs.inc());
    thread::scope(|scope| drop(scope.spawn(|| (0..1000).for_each(|_| jobs.inc()))));
    assert_eq!(recorder.settled().len(), before);
    let plain = Recorder::start();
    Format::Influx
        .stream(&registry, &plain)
        .stream(false)
        .run(|| ());
    assert_eq!(
        plain.settled().last().unwrap(),
        "jobs total=2001",
        "all was recorded"
    );
}

/// A stop does not wait for those who go on recording either.
#[test]
fn streams_begin_and_end_while_others_record() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let is_over = AtomicBool::new(false);
    let push = || {
        Format::Influx
            .stream(&registry, &recorder)
            .flush_timeout(40)
    };
    let total: usize = thread::scope(|scope| {
        let count = || {
            let mut count = 0;
            while !is_over.load(Relaxed) {
                (0..64).for_each(|_| jobs.inc());
                count += 64;
                thread::sleep(Duration::from_micros(200));
            }
            count
        };
        let counting = [(); 3].map(|()| scope.spawn(count));
        let start = Instant::now();
        (0..10).for_each(|_| push().run(|| ()));
        // Half of its flush_timeout each, if it waited for a pause in what is recorded.
        assert!(start.elapsed() < Duration::from_mins(1));
        is_over.store(true, Relaxed);
        counting.map(|thread| thread.join().unwrap()).iter().sum()
    });
    push().run(|| ());
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "jobs_total", "");
    let totals: Vec<usize> = found.iter().map(|text| text.parse().unwrap()).collect();
    assert!(totals.is_sorted(), "no total falls");
    assert_eq!(totals.last(), Some(&total));
}

#[test]
fn k05_a_panic_ends_it_with_the_final_values() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        Format::Influx
            .stream(&registry, &recorder)
            .job("nightly")
            .run(|| {
                (0..100).for_each(|_| jobs.inc());
                panic!("as asked");
            });
    }));
    assert!(panicked.is_err());
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "jobs_total", ",job=nightly");
    assert_same(&found, &Format::Influx.increments(0, 100));
    let ended = Format::Influx.sample(&lines, "job_runs_total", ",outcome=panic,job=nightly");
    assert_eq!(ended.last(), Some(&"1"), "{lines:#?}");
}

#[test]
fn k05_a_future_that_is_dropped_ends_it_with_the_final_values() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    {
        let work = async {
            (0..100).for_each(|_| jobs.inc());
            pending::<()>().await;
        };
        let mut job = pin!(Format::Influx.stream(&registry, &recorder).run_async(work));
        let mut context = Context::from_waker(Waker::noop());
        assert!(job.as_mut().poll(&mut context).is_pending());
    }
    let lines = recorder.settled();
    let found = Format::Influx.sample(&lines, "jobs_total", "");
    assert_same(&found, &Format::Influx.increments(0, 100));
}

#[test]
fn an_empty_registry_sends_nothing_until_there_is_something() {
    let (recorder, registry) = (Recorder::start(), Registry::new());
    Format::Influx.stream(&registry, &recorder).run(|| ());
    assert!(recorder.settled().is_empty());
    Format::Influx.stream(&registry, &recorder).run(|| {
        Counter::builder("jobs").register(&registry).unwrap().inc();
    });
    let lines = recorder.settled();
    assert_eq!(lines.last().unwrap(), "jobs total=1");
}
