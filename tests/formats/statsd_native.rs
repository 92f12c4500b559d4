//! StatsD with its own types, added up by a model of the server.

use std::collections::BTreeMap;
use std::time::Duration;

use ppc::{
    Counter, Dialect, Family, Gauge, Histogram, LabelSet, Registry, Snapshot, Summary, Types,
};
use ppc_transports::{Cut, Encoder, Packer, Statsd};
use proptest::prelude::*;

use crate::support::series;
use crate::support::statsd_lines::{Reader, read};

/// What a job does, and what becomes of its pushes. Amounts are in quarters, which add up exactly.
#[derive(Clone, Copy, Debug)]
enum Step {
    Inc(u8, u8),
    Observe(u8, i8),
    Set(i8),
    Remove(u8),
    /// A bit for each datagram, whether it arrives, and how long one may be.
    Push(u16, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_u8, 0..200_u8).prop_map(|(series, amount)| Step::Inc(series, amount)),
        (0..3_u8, -20..80_i8).prop_map(|(series, amount)| Step::Observe(series, amount)),
        (-20..20_i8).prop_map(Step::Set),
        (0..3_u8).prop_map(Step::Remove),
        (
            prop_oneof![Just(0), Just(u16::MAX), any::<u16>()],
            1..200_usize
        )
            .prop_map(|(arriving, limit)| Step::Push(arriving, limit)),
    ]
}

/// Numbers by name and labels.
type Sums = BTreeMap<String, f64>;

struct Job {
    registry: Registry,
    /// Used again, as the engine does; the series in it are held.
    snapshot: Snapshot,
    counters: Family<Counter>,
    histograms: Family<Histogram>,
    summaries: Family<Summary>,
    gauge: Family<Gauge>,
    statsd: Statsd,
    server: Sums,
    /// What the server had of totals when they began from zero again.
    before: Sums,
}

impl Job {
    fn new() -> Self {
        let registry = Registry::new();
        let counters = Counter::builder("c").label_names(["a"]);
        let histograms = Histogram::builder("h").buckets([1, 5]).label_names(["a"]);
        let summaries = Summary::builder("s").label_names(["a"]);
        let gauge = Gauge::builder("g").label_names(["a"]);
        Self {
            counters: counters.register(&registry).unwrap(),
            histograms: histograms.register(&registry).unwrap(),
            summaries: summaries.register(&registry).unwrap(),
            gauge: gauge.register(&registry).unwrap(),
            registry,
            snapshot: Snapshot::new(),
            statsd: Statsd::new(Dialect::Influx, Types::Native),
            server: Sums::new(),
            before: Sums::new(),
        }
    }

    fn take(&mut self, step: Step) {
        let quarters = |amount: i8| f64::from(amount) / 4.0;
        match step {
            Step::Inc(series, amount) => {
                let counter = self.counters.labels((series,)).unwrap();
                counter.inc_by(f64::from(amount) / 4.0);
            }
            Step::Observe(series, amount) => {
                let amount = quarters(amount);
                self.histograms.labels((series,)).unwrap().observe(amount);
                self.summaries.labels((series,)).unwrap().observe(amount);
            }
            Step::Set(value) => self.gauge.labels(("x",)).unwrap().set(quarters(value)),
            Step::Remove(series) => self.remove(series),
            Step::Push(arriving, limit) => self.push(arriving, limit),
        }
    }

    fn remove(&mut self, series: u8) {
        self.counters.remove((series,)).unwrap();
        self.histograms.remove((series,)).unwrap();
        self.summaries.remove((series,)).unwrap();
        let label = format!("a=\"{series}\"");
        let gone = self.server.iter().filter(|(key, _)| key.contains(&label));
        self.before
            .extend(gone.map(|(key, sum)| (key.clone(), *sum)));
    }

    fn gather(&mut self) {
        self.snapshot.start(Duration::ZERO);
        self.registry.gather_into(&mut self.snapshot);
    }

    fn push(&mut self, arriving: u16, limit: usize) {
        self.gather();
        let mut lines = Vec::new();
        self.statsd
            .encode(&self.snapshot, &LabelSet::new(), &mut lines);
        let packer = Packer::new(limit).cut(Cut::Samples);
        for (n, payload) in packer.payloads(&lines).enumerate() {
            if arriving >> (n % 16) & 1 == 1 {
                add(&lines[payload.clone()], &mut self.server);
                self.statsd.delivered(payload);
            }
        }
        if arriving == u16::MAX {
            self.check();
        }
    }

    /// The server has every total, and the gauge.
    fn check(&mut self) {
        self.gather();
        let (mut lines, mut now) = (Vec::new(), Sums::new());
        let mut plain = Statsd::new(Dialect::Influx, Types::Gauges);
        plain.encode(&self.snapshot, &LabelSet::new(), &mut lines);
        add(&lines, &mut now);
        for key in now.keys() {
            assert!(self.server.contains_key(key), "{key} is missing");
        }
        for (key, sum) in &self.server {
            let before = self.before.get(key).unwrap_or(&0.0);
            assert_eq!(*sum, before + now.get(key).unwrap_or(&0.0), "{key}");
        }
    }
}

/// What a server does with a datagram.
fn add(lines: &[u8], sums: &mut Sums) {
    for line in str::from_utf8(lines).unwrap().lines() {
        let found = read(Reader::Influx, line).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
        let sum = sums
            .entry(series::key(&found.name, &found.labels))
            .or_default();
        if found.letter == "g" && !found.is_relative {
            *sum = found.value;
        } else {
            *sum += found.value;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn differences_add_up_to_what_was_recorded(steps in proptest::collection::vec(step(), 0..80)) {
        let mut job = Job::new();
        for step in steps {
            job.take(step);
        }
        job.push(u16::MAX, 1432);
        job.push(0, 1);
        job.check();
    }
}
