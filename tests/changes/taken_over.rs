//! Of clients with the same place, source and labels one tells what a server adds up, for all; then
//! the next one goes on, from where it ended.

use std::thread;
use std::time::Duration;

use ppc::{Counter, Registry};

use super::Format;
use crate::support::udp::Recorder;

/// All that was told of a counter.
fn told(recorder: &Recorder, name: &str, labels: &str) -> f64 {
    let lines = recorder.settled();
    let found = Format::Native.sample(&lines, name, labels);
    found.iter().map(|text| text.parse::<f64>().unwrap()).sum()
}

#[test]
fn f11_what_the_stream_before_told_is_not_told_again() {
    for is_stream in [true, false] {
        for round in 0..10 {
            let (recorder, registry) = (Recorder::start(), Registry::new());
            let jobs = Counter::builder("jobs").register(&registry).unwrap();
            let family = Counter::builder("runs").label_names(["n"]);
            let family = family.register(&registry).unwrap();
            let push = || Format::Native.stream(&registry, &recorder);
            let first = push().stream(is_stream).start();
            // Until it has begun, and tells for both.
            jobs.inc();
            thread::sleep(Duration::from_millis(20));
            let second = push().flush_timeout(4).start();
            if round % 2 == 0 {
                thread::sleep(Duration::from_millis(20));
            }
            // Made when both were there.
            let runs = family.labels((1,)).unwrap();
            (0..100).for_each(|_| runs.inc());
            (0..100).for_each(|_| jobs.inc());
            first.stop();
            jobs.inc();
            runs.inc();
            thread::sleep(Duration::from_millis(20));
            jobs.inc();
            runs.inc();
            second.stop();
            let all = (
                told(&recorder, "jobs_total", ""),
                told(&recorder, "runs_total", ",n=1"),
            );
            assert_eq!(all, (103.0, 102.0), "{is_stream}");
        }
    }
}
