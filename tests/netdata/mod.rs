//! Against netdata, which adds up counters as whole numbers and drops labels.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Counter, Gauge, Histogram, Push, Registry, StatsdTcp, StatsdUdp};

use crate::support::netdata::Server;

const SOON: Duration = Duration::from_secs(20);

/// A push that is due all the time, to either transport.
fn push(server: &Server, registry: &Registry, dialect: &str, is_tcp: bool) -> Push {
    let address = server.address().to_string();
    let push = if is_tcp {
        Push::to(StatsdTcp::new(address).types("native").dialect(dialect))
    } else {
        Push::to(StatsdUdp::new(address).types("native").dialect(dialect))
    };
    push.registry(registry).period(0.01).job_metrics(false)
}

#[test]
fn f11_sums_are_exact_over_many_pushes_and_several_runs() {
    // Datadog's tags are dropped, and what differs by them alone is added up; a path is a name.
    for (dialect, is_tcp, jobs) in [
        ("dogstatsd", false, ["jobs_total"; 2]),
        ("plain", true, ["jobs_total"; 2]),
        (
            "graphite",
            true,
            ["jobs_total_queue_a", "jobs_total_queue_b"],
        ),
    ] {
        let (server, registry) = (Server::start(), Registry::new());
        let family = Counter::builder("jobs").label_names(["queue"]);
        let family = family.register(&registry).unwrap();
        let latency = Histogram::builder("latency").register(&registry).unwrap();
        let last = Counter::builder("last").register(&registry).unwrap();
        for run in 1..=3 {
            push(&server, &registry, dialect, is_tcp).run(|| {
                for _ in 0..60 {
                    family.labels(("a",)).unwrap().inc();
                    family.labels(("b",)).unwrap().inc_by(1000);
                    latency.observe(2);
                    thread::sleep(Duration::from_millis(3));
                }
                last.inc();
            });
            server.wait_for_counter("last.total", f64::from(run), SOON);
            // It shows the first `_` of a name as a point.
            let counters = server.counters().into_iter();
            let named = |(name, total): (String, f64)| (name.replace('.', "_"), total);
            let counters: BTreeMap<_, _> = counters.map(named).collect();
            let found = jobs.map(|name| counters[name]);
            let [a, b] = [60.0, 60_000.0].map(|once| once * f64::from(run));
            let expected = if jobs[0] == jobs[1] {
                [a + b; 2]
            } else {
                [a, b]
            };
            assert_eq!(found, expected, "{dialect}: {counters:?}");
            let of_latency = ["latency_count", "latency_sum"].map(|name| counters[name]);
            assert_eq!(of_latency, [a, 2.0 * a], "{dialect}: {counters:?}");
        }
    }
}

#[test]
fn k02_a_stream_adds_up_exactly() {
    for is_tcp in [false, true] {
        let (server, registry) = (Server::start(), Registry::new());
        let jobs = Counter::builder("jobs").register(&registry).unwrap();
        let last = Counter::builder("last").register(&registry).unwrap();
        for run in 1..=2 {
            let address = server.address().to_string();
            let stream = if is_tcp {
                Push::to(StatsdTcp::new(address).types("native"))
            } else {
                Push::to(StatsdUdp::new(address).types("native"))
            };
            stream.registry(&registry).stream(true).run(|| {
                (0..3_000).for_each(|_| jobs.inc());
                last.inc();
            });
            server.wait_for_counter("last.total", f64::from(run), SOON);
            server.wait_for_counter("jobs.total", 3_000.0 * f64::from(run), SOON);
            assert_eq!(server.counters()["jobs.total"], 3_000.0 * f64::from(run));
        }
    }
}

#[test]
fn f16_gauges_below_zero_are_what_they_are_however_often_they_are_pushed() {
    for is_tcp in [false, true] {
        let (server, registry) = (Server::start(), Registry::new());
        let level = Gauge::builder("level").register(&registry).unwrap();
        let guard = push(&server, &registry, "influx", is_tcp).start();
        for value in [-5.5, 7.25, -0.125, -7.0] {
            level.set(value);
            let started = Instant::now();
            let is_there = || server.gauges().get("level") == Some(&value);
            while !is_there() && started.elapsed() < SOON {
                thread::sleep(Duration::from_millis(20));
            }
            // Pushed many times meanwhile.
            thread::sleep(Duration::from_millis(100));
            assert_eq!(server.gauges()["level"], value);
        }
        guard.stop();
    }
}
