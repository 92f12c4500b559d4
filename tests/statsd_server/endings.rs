//! Ways a job can end, as real processes: what was counted is at the server, and once.

use std::thread;

use super::{map, wait_for};
use crate::support::job::Job;
use crate::support::statsd_server::{Names, Server};

/// How the run is counted, and with which code the process ends, unless a signal ends it.
const ENDINGS: [(&str, &str, Option<i32>); 12] = [
    ("sync-return", "ok", Some(0)),
    ("sync-error", "error", Some(3)),
    ("sync-panic", "panic", Some(101)),
    ("sync-exit", "cancelled", Some(7)),
    ("sync-exit_elsewhere", "cancelled", Some(8)),
    ("sync-main_returns", "cancelled", Some(9)),
    ("sync-signal", "cancelled", None),
    ("async-return", "ok", Some(0)),
    ("async-cancelled", "cancelled", Some(5)),
    ("async-runtime_dropped", "cancelled", Some(6)),
    ("task-return", "ok", Some(0)),
    ("task-aborted", "cancelled", Some(5)),
];

#[track_caller]
fn check(transport: &str, (ending, outcome, code): (&str, &str, Option<i32>)) {
    let server = Server::start_with(Names::AsSent);
    let url = format!(
        "statsd+{transport}://{}?types=native&dialect=dogstatsd",
        server.address()
    );
    let settings = [("PPC_PUSH", url.as_str())];
    let job = Job::start_at("127.0.0.1:9", "run", ending, 0.05, &settings);
    if code.is_none() {
        job.signal("TERM");
    }
    let ended = job.wait();
    assert_eq!(ended.status.code(), code, "{ending}: {ended:?}");
    assert!(!ended.stderr.contains("ppc: warning"), "{ended:?}");
    let runs = |of: &str| f64::from(u8::from(of == outcome));
    let expected = [
        (
            "known_events_total;Account=7;event_type=a b_c=d;outcome=ok",
            3.0,
        ),
        (
            "known_events_total;Account=8;event_type=login;outcome=failed",
            0.5,
        ),
        ("known_latency_seconds_bucket;service=db;le=0.1", 1.0),
        ("known_latency_seconds_bucket;service=db;le=1.0", 2.0),
        ("known_latency_seconds_bucket;service=db;le=10.0", 3.0),
        ("known_latency_seconds_bucket;service=db;le=+Inf", 4.0),
        ("known_latency_seconds_count;service=db", 4.0),
        ("known_latency_seconds_sum;service=db", 55.55),
        ("known_size_bytes_count", 2.0),
        ("known_size_bytes_sum", 128.0),
        ("known_retries_total", 0.0),
        ("job_runs_total;outcome=ok", runs("ok")),
        ("job_runs_total;outcome=error", runs("error")),
        ("job_runs_total;outcome=panic", runs("panic")),
        ("job_runs_total;outcome=cancelled", runs("cancelled")),
    ];
    // Without the labels that all of them have, in whichever order they stand.
    let bare = |server: &Server| {
        let counters = server.counters().into_iter();
        let bare = |key: String| {
            let parts = key.split(';');
            let parts: Vec<_> = parts
                .filter(|part| !["job=known", "run=run"].contains(part))
                .collect();
            let own = parts.iter().find(|part| part.starts_with("le=")).copied();
            let mut others: Vec<_> = parts
                .iter()
                .copied()
                .filter(|part| !part.starts_with("le="))
                .collect();
            others.extend(own);
            others.join(";")
        };
        counters.map(|(key, value)| (bare(key), value)).collect()
    };
    wait_for(&server, bare, &map(&expected));
    let gauge = |server: &Server| {
        let gauges = server.gauges();
        let mut found = gauges
            .iter()
            .filter(|(key, _)| key.starts_with("known_temperature"));
        found.next().map(|(_, value)| *value)
    };
    wait_for(&server, gauge, &Some(-2.5));
}

#[test]
fn k05_every_ending_counts_once() {
    for transport in ["udp", "tcp"] {
        for endings in ENDINGS.chunks(3) {
            thread::scope(|scope| {
                for ending in endings {
                    scope.spawn(|| check(transport, *ending));
                }
            });
        }
    }
}
