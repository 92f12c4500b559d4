//! A hundred thousand series over UDP, to a server that reads a burst of a hundred datagrams at
//! a time at best: none is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::job::Job;
use crate::support::victoria_metrics::Server;

/// As the job has them.
const SERIES: u64 = 100_000;
const PUSHES: u64 = 3;

fn push_three_times() {
    let server = Server::start();
    let url = format!("influx+udp://{}", server.influx_address());
    let settings = [("PPC_PERIOD", "3"), ("PPC_FLUSH_TIMEOUT", "60")];
    // A process of its own, which knows when two pushes are over.
    let ended = Job::start_at(&url, "", "matrix-many", 0.0, &settings).wait();
    assert!(ended.status.success(), "{ended:?}");
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
