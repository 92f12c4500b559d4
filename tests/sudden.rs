//! Ends of real processes while something is in the way: a slow or hanging receiver, another end
//! under way, nothing left to push with.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use crate::support::job::Job;
use crate::support::script::{Answer, Server};
use crate::support::udp::Recorder;

#[test]
fn f08_a_second_signal_gives_up_on_a_receiver_that_hangs() {
    let server = Server::answering(|_, _| Answer::Hang);
    let url = format!("influx+http://{}", server.address());
    let environment = [("PPC_PUSH", url.as_str()), ("PPC_FLUSH_TIMEOUT", "50")];
    let job = Job::start_at("127.0.0.1:9", "run", "sudden-early_stay", 0.0, &environment);
    job.signal("TERM");
    // The last push is under way, beside or in place of the first.
    server.wait_for(|requests| requests.iter().any(|request| is_last(&request.text())));
    job.signal("TERM");
    let ended = job.wait();
    assert_eq!(ended.status.signal(), Some(15), "{ended:?}");
    assert!(ended.took < Duration::from_secs(40), "{ended:?}");
}

fn is_last(lines: &str) -> bool {
    let counted = |line: &str| line.contains("outcome=cancelled") && line.contains(" total=1");
    lines.lines().any(counted)
}

#[test]
fn k05_an_abort_waits_for_its_last_push_no_longer_than_flush_timeout() {
    for ending in ["abort_while_slow", "abort_while_a_gather_hangs"] {
        let recorder = Recorder::start();
        let ending = format!("sudden-{ending}");
        let ended = Job::start_at(&recorder.address(), "run", &ending, 0.0, &[]).wait();
        assert_eq!(ended.status.signal(), Some(6), "{ending}: {ended:?}");
        assert!(ended.took < Duration::from_secs(30), "{ending}: {ended:?}");
    }
}

#[test]
fn k05_an_abort_during_the_last_push_of_a_signal_lets_it_come_to_its_end() {
    let recorder = Recorder::start();
    let job = Job::start_at(
        &recorder.address(),
        "run",
        "sudden-stay_while_slow",
        0.0,
        &[],
    );
    job.signal("TERM");
    recorder.wait_for(|lines| lines.len() >= 2);
    job.signal("ABRT");
    let ended = job.wait();
    assert_eq!(ended.status.signal(), Some(6), "{ended:?}");
    let lines = recorder.settled();
    let cancelled =
        |line: &&String| line.contains("outcome=cancelled") && line.ends_with("total=1");
    assert_eq!(lines.iter().filter(cancelled).count(), 1, "{lines:#?}");
    let last = lines
        .iter()
        .filter(|line| line.contains("outcome="))
        .count();
    assert!(last >= 4, "all of them: {lines:#?}");
}

#[test]
fn k05_a_signal_ends_a_job_that_drains_or_lingers() {
    for ending in ["while_draining", "while_lingering"] {
        let recorder = Recorder::start();
        let way = format!("sudden-{ending}");
        let job = Job::start_at(&recorder.address(), "run", &way, 0.0, &[]);
        job.signal("TERM");
        let ended = job.wait();
        assert_eq!(ended.status.signal(), Some(15), "{ending}: {ended:?}");
        assert!(
            ended.took < Duration::from_secs(25),
            "it was not waited for: {ended:?}"
        );
        let lines = recorder.settled();
        let well = |line: &String| line.contains("outcome=ok") && line.ends_with("total=1");
        assert!(lines.iter().any(well), "{ending}: {lines:#?}");
    }
}

#[test]
fn k05_what_can_be_delivered_is_when_descriptors_or_threads_are_exhausted() {
    for (ending, signal, code) in [
        ("descriptors_until_the_end", None, Some(0)),
        ("descriptors_until_a_signal", Some("TERM"), None),
        ("descriptors_once_it_runs", None, Some(0)),
        ("threads_throughout", None, Some(0)),
        ("threads_at_the_end_of_a_future", None, Some(0)),
        ("threads_once_it_runs", None, Some(0)),
        ("threads_at_exit", None, Some(7)),
        ("threads_at_abort", None, None),
    ] {
        let recorder = Recorder::start();
        let way = format!("exhausted-{ending}");
        let job = Job::start_at(&recorder.address(), "run", &way, 0.0, &[]);
        if let Some(signal) = signal {
            job.signal(signal);
        }
        let ended = job.wait();
        assert_eq!(ended.status.code(), code, "{ending}: {ended:?}");
        let lines = recorder.settled();
        let last = |line: &String| line.contains("Account=7") && line.ends_with("total=3");
        assert!(lines.iter().any(last), "{ending}: {ended:?} {lines:#?}");
    }
    // Where nothing can be, nothing happens to the job.
    let recorder = Recorder::start();
    let way = "exhausted-descriptors_throughout";
    let ended = Job::start_at(&recorder.address(), "run", way, 0.0, &[]).wait();
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}
