//! A hundred thousand lines over TCP, also to a server that is ended and started again meanwhile.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::job::{Ended, Job};
use crate::support::victoria_metrics::Server;

/// As the job has them.
const SERIES: usize = 100_000;
const PUSHES: u64 = 3;

/// The formats that the server reads over TCP.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Influx,
    Graphite,
}

impl Format {
    fn inserted(self, server: &Server) -> u64 {
        match self {
            Self::Influx => server.inserted_rows(),
            Self::Graphite => server.graphite_rows(),
        }
    }

    fn invalid(self, server: &Server) -> u64 {
        match self {
            Self::Influx => server.invalid_rows(),
            Self::Graphite => server.invalid_graphite_rows(),
        }
    }
}

/// A job of a hundred thousand series, which ends after two pushes and a last one.
fn start(server: &Server, format: Format) -> Job {
    let url = match format {
        Format::Influx => format!("influx+tcp://{}", server.influx_address()),
        Format::Graphite => format!("graphite+tcp://{}", server.graphite_address()),
    };
    let settings = [
        ("PPC_PERIOD", "1"),
        ("PPC_FLUSH_TIMEOUT", "40"),
        ("PPC_BUFFER", "1GiB"),
    ];
    Job::start_at(&url, "", "matrix-many", 0.0, &settings)
}

/// What was counted as lost, by its reason.
fn dropped(ended: &Ended) -> Vec<&str> {
    let lines = ended.stdout.lines();
    lines
        .filter(|line| line.starts_with("ppc_dropped "))
        .collect()
}

/// Every series is there, with its last value.
#[track_caller]
fn assert_all(server: &Server) {
    let values = server.last_values();
    assert_eq!(values.len(), SERIES);
    let account = |key: &str| {
        key.split('"')
            .nth(1)
            .and_then(|account| account.parse().ok())
    };
    for (key, value) in values {
        assert_eq!(account(&key), Some(value), "{key}");
    }
}

fn check_all(format: Format) {
    let server = Server::start();
    let ended = start(&server, format).wait();
    assert!(
        ended.status.success() && ended.stderr.is_empty(),
        "{ended:?}"
    );
    // It has read everything before the job ended.
    assert_eq!(format.inserted(&server), SERIES as u64 * PUSHES);
    assert_eq!((format.invalid(&server), dropped(&ended)), (0, vec![]));
    assert_all(&server);
}

fn check_death(format: Format) {
    let mut server = Server::start();
    // What fits into the buffers of a connection goes there, and no more.
    server.freeze();
    let job = start(&server, format);
    thread::sleep(Duration::from_secs(2));
    server.kill();
    server.start_again();
    let ended = job.wait();
    assert!(ended.status.success(), "{ended:?}");
    let told = &ended.stderr;
    assert!(
        told.contains("are sent again") && told.lines().count() <= 3,
        "{told}"
    );
    assert_eq!(dropped(&ended), [""; 0], "{told}");
    // Each of them once, and what was read beside the one that stood still.
    let inserted = format.inserted(&server);
    assert!(inserted >= SERIES as u64 * PUSHES, "{inserted}: {told}");
    assert_eq!(inserted % SERIES as u64, 0, "{told}");
    assert_eq!(
        format.invalid(&server),
        0,
        "no line was torn: {}",
        server.log()
    );
    assert_all(&server);
}

fn check_restarts(format: Format, times: usize) {
    for _ in 0..times {
        let mut server = Server::start();
        let job = start(&server, format);
        let started = Instant::now();
        while format.inserted(&server) == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "nothing comes");
        }
        server.terminate();
        server.start_again();
        let ended = job.wait();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(dropped(&ended), [""; 0], "{}", ended.stderr);
        assert_all(&server);
    }
}

#[test]
fn every_line_of_100_000_arrives_once_over_tcp() {
    check_all(Format::Influx);
}

#[test]
fn every_line_of_100_000_arrives_though_the_server_dies_in_the_middle() {
    check_death(Format::Influx);
}

#[test]
fn every_line_of_100_000_arrives_though_the_server_is_restarted_while_it_reads() {
    check_restarts(Format::Influx, 3);
}

#[test]
fn every_graphite_line_of_100_000_arrives_once_over_tcp() {
    check_all(Format::Graphite);
}

#[test]
fn every_graphite_line_of_100_000_arrives_though_the_server_dies_in_the_middle() {
    check_death(Format::Graphite);
}

#[test]
fn every_graphite_line_of_100_000_arrives_though_the_server_is_restarted_while_it_reads() {
    check_restarts(Format::Graphite, 1);
}
