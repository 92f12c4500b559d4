//! Counters as counters, `types = "native"`: what the server has added up is what was counted.

use std::sync::Barrier;
use std::time::Duration;

use ppc::{
    Counter, Gauge, Histogram, Push, Registry, StatsdTcp, StatsdUdp, Summary, metric, push_metrics,
};

use super::{map, wait_for};
use crate::support::statsd_server::{Names, Server};

/// A push that is due all the time, to either transport.
fn push(server: &Server, registry: &Registry, is_tcp: bool) -> Push {
    let address = server.address().to_string();
    let push = if is_tcp {
        Push::to(StatsdTcp::new(address).types("native"))
    } else {
        Push::to(StatsdUdp::new(address).types("native"))
    };
    push.registry(registry).period(0.005).job_metrics(false)
}

/// Counts, a bit at a time, while it is pushed; binary fractions, whose sums are exact.
fn work(registry: &Registry) {
    let jobs = Counter::builder("jobs").label_names(["queue"]);
    let jobs = jobs.register(registry).unwrap();
    let bytes = Counter::builder("bytes").register(registry).unwrap();
    let latency = Histogram::builder("latency").buckets([0.5, 2.0]);
    let latency = latency.register(registry).unwrap();
    let size = Summary::builder("size").register(registry).unwrap();
    let level = Gauge::builder("level").register(registry).unwrap();
    for nth in 0..100 {
        jobs.labels(("a",)).unwrap().inc();
        jobs.labels(("b",)).unwrap().inc_by(2);
        bytes.inc_by(0.25);
        latency.observe(f64::from(nth % 4) + 0.125);
        // What is negative makes the sum fall.
        size.observe(f64::from(nth % 3) * 0.5 - 0.75);
        level.set(nth - 50);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What so many times of that make.
fn totals(times: f64) -> Vec<(&'static str, f64)> {
    vec![
        ("jobs_total,queue=a", 100.0 * times),
        ("jobs_total,queue=b", 200.0 * times),
        ("bytes_total", 25.0 * times),
        ("latency_bucket,le=0.5", 25.0 * times),
        ("latency_bucket,le=2.0", 50.0 * times),
        ("latency_bucket,le=+Inf", 100.0 * times),
        ("latency_count", 100.0 * times),
        ("latency_sum", 162.5 * times),
        ("size_count", 100.0 * times),
        ("size_sum", -25.5 * times),
    ]
}

#[test]
fn f11_sums_are_exact_over_many_pushes_and_several_runs() {
    for is_tcp in [false, true] {
        let (server, registry) = (Server::start_with(Names::AsSent), Registry::new());
        for run in 1..=3 {
            push(&server, &registry, is_tcp).run(|| work(&registry));
            let expected = map(&totals(run.into()));
            wait_for(&server, Server::counters, &expected);
        }
        // Nothing was told again, not even at the start of a run in which nothing happens.
        let lines = server.lines();
        push(&server, &registry, is_tcp).run(|| ());
        server.wait_for_lines(lines + 1, Duration::from_secs(20));
        wait_for(&server, Server::counters, &map(&totals(3.0)));
        assert_eq!(server.gauges(), map(&[("level", 49.0)]));
    }
}

#[test]
fn f11_clients_at_once_tell_a_registry_once() {
    let (server, registry) = (Server::start_with(Names::AsSent), Registry::new());
    let counter = Counter::builder("jobs").register(&registry).unwrap();
    let all = Barrier::new(4);
    std::thread::scope(|scope| {
        for nth in 0..4 {
            let (server, registry, counter, all) = (&server, &registry, &counter, &all);
            scope.spawn(move || {
                // Two for each transport, which are clients of their own because they differ in a
                // setting.
                let push = push(server, registry, nth % 2 == 0).flush_timeout(5 + nth);
                push.label("to", nth % 2).run(|| {
                    for _ in 0..50 {
                        counter.inc();
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    // Nobody counts any more when the first of them ends.
                    all.wait();
                });
            });
        }
    });
    // Either of the two was told everything once, by whichever of its clients.
    let totals = [("jobs_total,to=0", 200.0), ("jobs_total,to=1", 200.0)];
    wait_for(&server, Server::counters, &map(&totals));
}

static REGISTRY: Registry = Registry::new();

metric! {
    /// Rows.
    static ROWS: Counter { name: "statsd_rows", registry: REGISTRY }
}

#[test]
fn f11_an_annotated_job_counts_on_where_it_ended() {
    #[push_metrics(statsd_udp = server.address(), types = "native", registry = REGISTRY, period = 0.01)]
    fn udp(server: &Server) {
        ROWS.inc_by(2.5);
    }
    #[push_metrics(
        statsd_tcp = server.address(), types = "native", dialect = "dogstatsd",
        registry = REGISTRY, job = "rows",
    )]
    fn tcp(server: &Server) {
        ROWS.inc();
    }
    let rows = |server: &Server| server.counters().get("statsd_rows_total").copied();
    let server = Server::start();
    (0..4).for_each(|_| udp(&server));
    wait_for(&server, rows, &Some(10.0));
    let server = Server::start_with(Names::AsSent);
    (0..4).for_each(|_| tcp(&server));
    let expected = map(&[
        ("job_runs_total;outcome=ok;job=rows", 4.0),
        ("job_runs_total;outcome=error;job=rows", 0.0),
        ("job_runs_total;outcome=panic;job=rows", 0.0),
        ("job_runs_total;outcome=cancelled;job=rows", 0.0),
        ("statsd_rows_total;job=rows", 14.0),
    ]);
    wait_for(&server, Server::counters, &expected);
}
