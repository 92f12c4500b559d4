//! Streams: what the server has added up, and its gauges and timers, are what was recorded.

use std::thread;

use ppc::{Counter, Gauge, Histogram, Push, Registry, StatsdTcp, StatsdUdp, Summary};

use super::{map, wait_for};
use crate::support::statsd_server::{Names, Server};

const EACH: usize = 1_000;

fn stream(server: &Server, registry: &Registry, types: &str, dialect: &str, is_tcp: bool) -> Push {
    let address = server.address().to_string();
    let push = if is_tcp {
        Push::to(StatsdTcp::new(address).types(types).dialect(dialect))
    } else {
        Push::to(StatsdUdp::new(address).types(types).dialect(dialect))
    };
    push.registry(registry).environment(false).stream(true)
}

#[test]
fn k02_native_counters_add_up_and_observations_are_timers() {
    for is_tcp in [false, true] {
        let (server, registry) = (Server::start_with(Names::AsSent), Registry::new());
        let jobs = Counter::builder("jobs").label_names(["q"]);
        let jobs = jobs.register(&registry).unwrap();
        let latency = Histogram::builder("latency").unit("seconds");
        let latency = latency.register(&registry).unwrap();
        let size = Summary::builder("size").register(&registry).unwrap();
        let level = Gauge::builder("level").register(&registry).unwrap();
        for run in 1..=2 {
            stream(&server, &registry, "native", "graphite", is_tcp).run(|| {
                thread::scope(|scope| {
                    for q in ["a", "b"] {
                        let (jobs, latency) = (jobs.labels((q,)).unwrap(), &latency);
                        scope.spawn(move || {
                            for _ in 0..EACH {
                                jobs.inc_by(0.25);
                                latency.observe(0.5);
                            }
                        });
                    }
                });
                size.observe(7);
                level.set(-run);
            });
            let total = 0.25 * (EACH * usize::try_from(run).unwrap()) as f64;
            let totals = map(&[("jobs_total.q.a", total), ("jobs_total.q.b", total)]);
            wait_for(&server, Server::counters, &totals);
            wait_for(&server, Server::gauges, &map(&[("level", f64::from(-run))]));
        }
        let timers = server.timers();
        assert_eq!(timers["latency_seconds"], vec![500.0; 4 * EACH]);
        assert_eq!(timers["size"], [7.0; 2]);
    }
}

#[test]
fn k02_gauges_are_what_they_were_at_last() {
    let (server, registry) = (Server::start_with(Names::AsSent), Registry::new());
    let level = Gauge::builder("level").register(&registry).unwrap();
    let jobs = Counter::builder("jobs").register(&registry).unwrap();
    stream(&server, &registry, "gauges", "plain", false).run(|| {
        for _ in 0..EACH {
            level.dec();
            jobs.inc();
        }
        for _ in 0..EACH / 2 {
            level.add(0.5);
        }
    });
    let each = EACH as f64;
    let expected = map(&[("level", each / 4.0 - each), ("jobs_total", each)]);
    wait_for(&server, Server::gauges, &expected);
    // At the start, each change, and at the end; a gauge below zero has its zero before it.
    let (changes, below) = (2 * EACH + EACH / 2, EACH + EACH / 2);
    let ends = 2 * 2 + 1;
    assert_eq!(server.lines(), (changes + below + ends) as u64);
}
