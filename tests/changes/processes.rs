//! Streams of processes: their ends, and what their environment says.

use std::os::unix::process::ExitStatusExt;

use super::{Format, assert_same};
use crate::support::job::{Ended, Job};
use crate::support::receiver::Folder;
use crate::support::script::Server;
use crate::support::udp::Recorder;

const N: usize = 1_000;

/// Every change of the job's is there.
#[track_caller]
fn check(format: Format, recorder: &Recorder) {
    let lines = recorder.settled();
    let found = format.sample(&lines, "jobs_total", "");
    assert_same(&found, &format.increments(0, N));
}

fn url(format: Format, recorder: &Recorder) -> String {
    let address = recorder.address();
    match format {
        Format::Influx => format!("influx+udp://{address}"),
        Format::Gauges => format!("statsd+udp://{address}"),
        Format::Native => format!("statsd+udp://{address}?types=native"),
    }
}

#[test]
fn k05_exit_sends_all_changes_and_the_final_values() {
    for format in Format::ALL {
        let recorder = Recorder::start();
        let ended = Job::start_at(&url(format, &recorder), "", "streamed-exit", 0.0, &[]).wait();
        assert_eq!((ended.status.code(), &*ended.stderr), (Some(7), ""));
        check(format, &recorder);
    }
}

#[test]
fn f08_sigterm_sends_all_changes_and_the_final_values() {
    let recorder = Recorder::start();
    let job = Job::start_at(
        &url(Format::Influx, &recorder),
        "",
        "streamed-signal",
        0.0,
        &[],
    );
    job.signal("TERM");
    let ended = job.wait();
    assert_eq!((ended.status.signal(), &*ended.stderr), (Some(15), ""));
    check(Format::Influx, &recorder);
}

/// Runs a job that streams, in this environment.
#[track_caller]
fn run(own: &str, seconds: f64, environment: &[(&str, &str)]) -> Ended {
    let ended = Job::start_at(own, "", "streamed-plain", seconds, environment).wait();
    assert!(ended.status.success(), "{ended:?}");
    ended
}

#[test]
fn ppc_push_gives_a_stream_another_destination() {
    let (own, other) = (Recorder::start(), Recorder::start());
    for format in Format::ALL {
        let (own, other) = (Recorder::start(), Recorder::start());
        let place = url(format, &other);
        let ended = run(&url(Format::Influx, &own), 0.0, &[("PPC_PUSH", &place)]);
        assert_eq!(ended.stderr, "");
        assert!(own.lines().is_empty());
        check(format, &other);
    }
    // A program without a destination streams to that of its environment.
    let place = url(Format::Gauges, &other);
    assert_eq!(
        run("-", 0.0, &[("PPC_PUSH", &place), ("PPC_PERIOD", "1h")]).stderr,
        ""
    );
    check(Format::Gauges, &other);
    drop(own);
}

#[test]
fn ppc_push_off_switches_a_stream_off() {
    let own = Recorder::start();
    let ended = run(&url(Format::Influx, &own), 0.0, &[("PPC_PUSH", "off")]);
    assert_eq!(ended.stderr, "");
    assert!(own.settled().is_empty());
}

#[test]
fn what_cannot_be_streamed_to_is_pushed_every_period_and_that_is_logged() {
    let folder = Folder::create("streams");
    let file = folder.path().join("jobs.prom");
    let server = Server::answering(|_, _| 204.into());
    let http = format!("influx+http://{}", server.address());
    let textfile = format!("textfile://{}", file.display());
    for place in [http, textfile] {
        // By the program itself, and by the environment.
        for (own, environment) in [(&*place, vec![]), ("-", vec![("PPC_PUSH", &*place)])] {
            let environment = [&environment[..], &[("PPC_PERIOD", "0.05")]].concat();
            let ended = run(own, 0.3, &environment);
            let told: Vec<_> = ended.stderr.lines().collect();
            assert_eq!(told.len(), 1, "{told:#?}");
            let why = "single changes cannot be sent there; all values are, every 50ms";
            assert!(told[0].contains(why), "{told:?}");
            let pushes = ended.stdout.lines().filter_map(|line| {
                line.strip_prefix("ppc_pushes ")?
                    .rsplit_once(' ')?
                    .1
                    .parse::<u32>()
                    .ok()
            });
            let pushes: u32 = pushes.sum();
            assert!((2..50).contains(&pushes), "{pushes} for {place}");
        }
    }
    let last = server.requests().pop().unwrap().text();
    assert!(last.contains("jobs total=1000 "), "{last}");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("jobs_total 1000\n"), "{text}");
}

#[test]
fn a_stream_beside_a_push_of_every_period_is_one_client() {
    let recorder = Recorder::start();
    let server = Server::answering(|_, _| 204.into());
    let both = format!(
        "{} influx+http://{}",
        url(Format::Influx, &recorder),
        server.address()
    );
    let ended = run("-", 0.3, &[("PPC_PUSH", &both), ("PPC_PERIOD", "0.05")]);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    check(Format::Influx, &recorder);
    let requests = server.requests();
    assert!(
        (2..50).contains(&requests.len()),
        "{} requests",
        requests.len()
    );
    assert!(requests.last().unwrap().text().contains("jobs total=1000 "));
}
