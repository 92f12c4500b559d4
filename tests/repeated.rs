//! Annotated functions called again and again, at once and recursively: no thread, socket or
//! memory stays behind.

use crate::support::job::Job;
use crate::support::udp::Recorder;

#[track_caller]
fn check(how: &str) {
    let recorder = Recorder::start();
    let job = Job::start_at(
        &recorder.address(),
        "run",
        &format!("repeated-{how}"),
        0.0,
        &[],
    );
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.stderr, "");
    let numbers: Vec<Vec<i64>> = ended
        .stdout
        .lines()
        .map(|line| {
            line.split(' ')
                .map(|number| number.parse().unwrap())
                .collect()
        })
        .collect();
    let [before, after] = &numbers[..] else {
        panic!("{}", ended.stdout)
    };
    assert_eq!(
        before[..2],
        after[..2],
        "threads, descriptors: {}",
        ended.stdout
    );
    assert!(after[2] - before[2] < 2_000, "kilobytes: {}", ended.stdout);
    let calls = recorder
        .settled()
        .iter()
        .filter_map(|line| calls(line))
        .fold(0.0, f64::max);
    assert_eq!(calls, 1000.0, "the final value arrived");
}

/// The value of the counter, where the line is of it.
fn calls(line: &str) -> Option<f64> {
    line.strip_prefix("repeated_calls")?
        .split("total=")
        .nth(1)?
        .parse()
        .ok()
}

#[test]
fn f01_a_thousand_times_in_a_row() {
    check("in_a_row");
}

#[test]
fn f01_a_thousand_streams_in_a_row() {
    check("streamed");
}

#[test]
fn k03_recursively() {
    check("recursively");
}

#[test]
fn k03_a_hundred_at_once() {
    check("at_once");
}

#[test]
fn k03_a_hundred_clients_at_once() {
    check("apart");
}

#[test]
fn k03_a_thousand_tasks() {
    check("as_tasks");
}
