//! What the store asks of a server: few round trips, and nothing that keeps it busy for long.

use std::collections::BTreeSet;

use ppc::{Counter, Destination, Histogram, Push, Registry, Source, store};

use crate::support::redis::{Options, Server};

/// A registry of many families, each with a few series.
struct Many {
    registry: Registry,
    counters: Vec<ppc::Family<Counter>>,
    histograms: Vec<Histogram>,
}

impl Many {
    fn new() -> Self {
        let registry = Registry::new();
        let counter = |n| {
            let counter = Counter::builder(&format!("c{n}")).label_names(["k"]);
            counter.register(&registry).unwrap()
        };
        let histogram = |n| {
            Histogram::builder(&format!("h{n}"))
                .register(&registry)
                .unwrap()
        };
        let (counters, histograms) = (
            (0..20).map(counter).collect(),
            (0..20).map(histogram).collect(),
        );
        Self {
            registry,
            counters,
            histograms,
        }
    }

    fn record(&self) {
        for (counter, histogram) in self.counters.iter().zip(&self.histograms) {
            for key in 0..10 {
                counter.labels((key,)).unwrap().inc();
                histogram.observe(key);
            }
        }
    }
}

#[test]
fn f23_a_period_takes_one_round_trip_whatever_it_brings() {
    let server = Server::start(&Options::default());
    let many = Many::new();
    many.record();
    let destination: Destination = server.url().parse().unwrap();
    let guard = Push::to(destination)
        .registry(&many.registry)
        .period("1h")
        .start();
    // Until the first push has arrived, with all that a connection takes.
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while server.command_count("exec") == 0 {
        assert!(std::time::Instant::now() < until);
    }
    server.reset_counts();
    for _ in 0..100 {
        many.record();
    }
    guard.stop();
    let counts = server.command_counts();
    let of = |name: &str| counts.get(name).copied().unwrap_or_default();
    // One transaction is one round trip: a command a family, and none a series or an observation.
    assert_eq!(
        (of("multi"), of("exec"), of("evalsha")),
        (1, 1, 40),
        "{counts:?}"
    );
    assert_eq!(of("zadd"), 0, "it is listed: {counts:?}");

    // One observation is one command in one transaction, of which the original takes 36.
    let registry = Registry::new();
    let time = Histogram::builder("h0").register(&registry).unwrap();
    let destination: Destination = server.url().parse().unwrap();
    let guard = Push::to(destination)
        .registry(&registry)
        .period("1h")
        .start();
    time.observe(0.3);
    server.reset_counts();
    guard.stop();
    assert_eq!(server.command_count("evalsha"), 1);
}

#[test]
fn f24_reading_changes_nothing_and_takes_no_command_over_everything() {
    let server = Server::start(&Options::default());
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .label_names(["id"])
        .register(&registry)
        .unwrap();
    for id in 0..3000 {
        jobs.labels((id,)).unwrap().inc();
    }
    let destination: Destination = server.url().parse().unwrap();
    Push::to(destination).registry(&registry).run(|| ());
    let lifetimes = || {
        let keys = ["{ppc/jobs}/series", "{ppc/jobs}/declared"];
        keys.map(|key| server.command(&["PEXPIRETIME", key]))
    };
    let before = lifetimes();
    assert!(
        before.iter().all(|until| until.number() > 0.0),
        "{before:?}"
    );
    server.reset_counts();
    let store = store::open(server.url()).unwrap();
    for _ in 0..3 {
        assert_eq!(store.gather().series_count(), 3000);
    }
    let counts = server.command_counts();
    assert!(counts["hscan"] >= 3 * 2, "page by page: {counts:?}");
    let of_others = ["auth", "info", "config|resetstat", "pexpiretime"];
    let of_connecting = ["select", "client|setinfo", "script|load", "hello", "client"];
    let expected = ["zrangebyscore", "hmget", "hscan", "eval", "time"];
    let known: BTreeSet<&str> = of_others
        .into_iter()
        .chain(of_connecting)
        .chain(expected)
        .collect();
    let other: Vec<&String> = counts
        .keys()
        .filter(|name| !known.contains(&***name))
        .collect();
    assert!(other.is_empty(), "{other:?}");
    assert_eq!(lifetimes(), before);
}
