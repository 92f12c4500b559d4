//! Against a real carbon, Graphite's store.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::carbon::Server;
use crate::support::documented::{self, graphite_rules};
use crate::support::job::Job;
use crate::support::matrix::{self, Sample};

/// As the job has them.
const SERIES: u32 = 1000;

/// Sorted by labels, as it keeps them; in the path of a file a slash is a folder.
fn key(sample: &Sample) -> String {
    let labels = sample.labels.iter();
    let labels = labels.map(|(name, value)| format!("{name}={}", value.replace('/', ".")));
    let parts: Vec<String> = [sample.name.clone()].into_iter().chain(labels).collect();
    parts.join(";")
}

/// Waits until these are the last values, of which it stores those of a second about once in one.
#[track_caller]
fn assert_values(server: &Server, expected: &BTreeMap<String, f64>) {
    let started = Instant::now();
    while server.last_values() != *expected && started.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(100));
    }
    matrix::assert_same(&server.last_values(), expected, 0.0);
    assert_eq!(server.bad_lines(), 0, "{}", server.log());
}

#[test]
fn f14_everything_arrives_as_documented() {
    let documented = documented::kept(graphite_rules());
    for url in ["graphite+tcp://", "graphite+udp://"] {
        for rest in ["", "?timestamps=server"] {
            let server = Server::start();
            let pushed = matrix::push(&format!("{url}{}{rest}", server.address()));
            assert_values(&server, &documented.values(key));
            assert_eq!(pushed.dropped, documented.dropped(pushed.pushes), "{url}");
        }
    }
}

/// A job of a thousand series, which ends after 99 pushes and a last one.
fn start(server: &Server, buffer: &str) -> Job {
    let url = format!("graphite+tcp://{}", server.address());
    let settings = [
        ("PPC_PERIOD", "0.02"),
        ("PPC_FLUSH_TIMEOUT", "40"),
        ("PPC_BUFFER", buffer),
    ];
    Job::start_at(&url, "", "matrix-often", 0.0, &settings)
}

/// Their own number, and one that was added at the end.
fn finals() -> BTreeMap<String, f64> {
    let finals = (0..SERIES).map(|n| (format!("often_total;n={n}"), f64::from(n) + 1.0));
    finals.collect()
}

#[test]
fn every_line_of_100_000_arrives_over_tcp() {
    let server = Server::start();
    // What is kept is sent together; here each push has as many lines.
    let ended = start(&server, "0").wait();
    assert!(
        ended.status.success() && ended.stderr.is_empty(),
        "{ended:?}"
    );
    let pushes = ended.stdout.lines().filter_map(|line| {
        let count = line.strip_prefix("ppc_pushes ")?.rsplit_once(" ok ")?.1;
        count.parse::<f64>().ok()
    });
    let lines = pushes.sum::<f64>() * f64::from(SERIES);
    assert!(lines >= 100_000.0, "{ended:?}");
    server.wait_for_received(lines, Duration::from_secs(20));
    assert_eq!(server.received(), lines, "none twice");
    assert_values(&server, &finals());
    assert!(!ended.stdout.contains("ppc_dropped"), "{ended:?}");
}

#[test]
fn the_last_values_arrive_though_the_server_is_restarted_meanwhile() {
    let mut server = Server::start();
    let job = start(&server, "1GiB");
    server.wait_for_received(f64::from(SERIES), Duration::from_secs(20));
    server.terminate();
    server.start_again();
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    assert_values(&server, &finals());
    assert!(!ended.stdout.contains("ppc_dropped"), "{ended:?}");
}
