//! Streams over every transport: as many lines as changes, none torn, and totals that match.

use std::thread;

use ppc::{Counter, Gauge, Histogram, Registry};

use super::{Format, assert_same, numbers, stream};
use crate::support::socket::{Kind, Socket};
use crate::support::udp::bare;

const N: usize = 4_000;

const KINDS: [Kind; 4] = [Kind::Udp, Kind::Tcp, Kind::UnixDatagram, Kind::UnixStream];

/// Streams what so many threads count, set and observe, and returns the lines.
fn run(format: Format, kind: Kind, threads: usize) -> Vec<String> {
    let socket = Socket::start(kind);
    let registry = Registry::new();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    let sizes = Histogram::builder("a_size").buckets([0, 1, 2]);
    let sizes = sizes.register(&registry).unwrap();
    let levels = Gauge::builder("a_level").label_names(["t"]);
    let levels = levels.register(&registry).unwrap();
    stream(&registry, format.to(socket.place())).run(|| {
        thread::scope(|scope| {
            for thread in 0..threads {
                let level = levels.labels((thread,)).unwrap();
                let (jobs, sizes) = (&jobs, &sizes);
                scope.spawn(move || {
                    for n in 1..=N / threads {
                        jobs.inc();
                        sizes.observe(n % 4);
                        level.set(n);
                    }
                });
            }
        });
    });
    let parts = socket.finish();
    let mut lines = Vec::new();
    for part in parts {
        let text = String::from_utf8(part).unwrap();
        assert_eq!(text.ends_with('\n'), !kind.is_datagram(), "no line is torn");
        lines.extend(text.lines().map(bare));
    }
    lines
}

#[test]
fn k02_every_change_arrives_over_every_transport() {
    for format in Format::ALL {
        for kind in KINDS {
            for threads in [1, 8] {
                let lines = run(format, kind, threads);
                let jobs = format.sample(&lines, "jobs_total", "");
                assert_same(&jobs, &format.increments(0, N));
                for thread in 0..threads {
                    let levels = format.sample(&lines, "a_level", &format!(",t={thread}"));
                    let mut expected = numbers(1..=N / threads);
                    expected.push((N / threads).to_string());
                    // Its first value, 0, is told where it was there when the stream began.
                    let from = levels.len() - expected.len().min(levels.len());
                    assert_same(&levels[from..], &expected);
                    assert!(levels[..from].iter().all(|level| *level == "0"));
                }
                assert_observed(format, &lines);
            }
        }
    }
}

/// Each observation changes the buckets from its own on, the count and the sum.
#[track_caller]
fn assert_observed(format: Format, lines: &[String]) {
    if format == Format::Native {
        let found = format.sample(lines, "a_size", "");
        let of = |size: &str| found.iter().filter(|found| **found == size).count();
        assert_eq!(["0", "1", "2", "3"].map(of), [N / 4; 4]);
        assert_eq!(found.len(), N);
        return;
    }
    let twice_at_the_end = |last: usize| {
        let mut expected = numbers(0..=last);
        expected.push(last.to_string());
        expected
    };
    for (le, part) in [("0.0", 1), ("1.0", 2), ("2.0", 3), ("+Inf", 4)] {
        let found = format.sample(lines, "a_size_bucket", &format!(",le={le}"));
        assert_same(&found, &twice_at_the_end(N / 4 * part));
    }
    assert_same(
        &format.sample(lines, "a_size_count", ""),
        &twice_at_the_end(N),
    );
    let sums = format.sample(lines, "a_size_sum", "");
    let sums: Vec<u64> = sums.iter().map(|sum| sum.parse().unwrap()).collect();
    assert!(sums.is_sorted_by(|a, b| a <= b && b - a <= 3));
    assert_eq!(
        (sums.len(), sums.last()),
        (N + 2, Some(&(6 * N as u64 / 4)))
    );
}
