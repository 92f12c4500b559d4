//! A hundred thousand series over UDP, to a server that reads a burst of a hundred datagrams at
//! a time at best: none is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, InfluxUdp, Push, Registry, Value};

use crate::support::victoria_metrics::Server;

const SERIES: u64 = 100_000;
const PUSHES: u64 = 3;

/// Series whose lines have about 100 bytes.
fn fill(registry: &Registry) {
    let family = Counter::builder("many_series")
        .label_names(["account", "host", "event_type"])
        .register(registry)
        .unwrap();
    for n in 0..SERIES {
        let labels = (
            100_000_000 + n,
            format!("host-{:04}.example.org", n % 1000),
            "login",
        );
        family.labels(labels).unwrap().inc_by(n);
    }
}

/// How many pushes to this destination went well so far.
fn pushes(address: &str) -> f64 {
    let snapshot = ppc::client_metrics().gather();
    let mut total = 0.0;
    for family in snapshot
        .families()
        .filter(|f| f.descriptor().names().family() == "ppc_pushes")
    {
        for series in family.series() {
            let labels: Vec<_> = series.labels().map(|(_, value)| value).collect();
            if labels == [format!("influx+udp://{address}").as_str(), "ok"]
                && let Value::Counter(value) = series.value()
            {
                total += value;
            }
        }
    }
    total
}

fn push_three_times() {
    let server = Server::start();
    let address = server.influx_address().to_string();
    let registry = Registry::new();
    fill(&registry);
    let push = Push::to(InfluxUdp::new(&address))
        .registry(&registry)
        .period(3)
        .flush_timeout(60);
    let guard = push.start();
    let start = Instant::now();
    while pushes(&address) < (PUSHES - 1) as f64 {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "{} pushes",
            pushes(&address)
        );
        thread::sleep(Duration::from_millis(20));
    }
    guard.stop();
    assert_eq!(pushes(&address), PUSHES as f64);
    server.wait_for_rows(SERIES * PUSHES, Duration::from_secs(10));
    assert_eq!(server.inserted_rows(), SERIES * PUSHES, "each once");
    assert_eq!(server.invalid_rows(), 0);
}

#[test]
fn none_of_100_000_series_is_lost_in_three_pushes() {
    for _ in 0..5 {
        push_three_times();
    }
}

#[test]
fn none_of_100_000_series_is_lost_beside_busy_loops() {
    let busy = Arc::new(AtomicBool::new(true));
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let busy = Arc::clone(&busy);
            thread::spawn(move || while busy.load(Ordering::Relaxed) {})
        })
        .collect();
    let result = std::panic::catch_unwind(|| {
        for _ in 0..5 {
            push_three_times();
        }
    });
    busy.store(false, Ordering::Relaxed);
    for busy_loop in loops {
        busy_loop.join().unwrap();
    }
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}
