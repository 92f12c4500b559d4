//! Differences, added up by a model of the gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use ppc::{
    Counter, Family, Gauge, Histogram, Info, LabelSet, Registry, Snapshot, StateSet, Summary,
    Timestamps,
};
use ppc_transports::{Cut, DeltaExposition, Encoder, Exposition, Format, Gauges, Packer};
use proptest::prelude::*;

use super::read::read;

/// What a job does, and what becomes of its pushes. Amounts are in quarters, which add up exactly.
#[derive(Clone, Copy, Debug)]
enum Step {
    Inc(u8, u8),
    Observe(u8, i8),
    Set(u8, i8),
    Facts(u8),
    State(u8),
    Clear(u8),
    /// A bit for each payload: whether it arrives.
    Push(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..3_u8, 0..200_u8).prop_map(|(series, amount)| Step::Inc(series, amount)),
        (0..3_u8, -20..80_i8).prop_map(|(series, amount)| Step::Observe(series, amount)),
        (0..3_u8, -20..20_i8).prop_map(|(series, value)| Step::Set(series, value)),
        (0..3_u8).prop_map(Step::Facts),
        (0..2_u8).prop_map(Step::State),
        (0..5_u8).prop_map(Step::Clear),
        prop_oneof![Just(0), Just(u8::MAX), any::<u8>()].prop_map(Step::Push),
    ]
}

/// Numbers by the lines that they stand in.
type Sums = BTreeMap<String, f64>;

struct Job {
    registry: Registry,
    /// Used again, as the engine does; the series in it are held.
    snapshot: Snapshot,
    counters: Family<Counter>,
    histograms: Family<Histogram>,
    summaries: Family<Summary>,
    gauges: Family<Gauge>,
    infos: Family<Info>,
    states: Family<StateSet>,
    delta: DeltaExposition,
    gateway: Sums,
    /// What the gateway had of totals when they began from zero again.
    before: Sums,
}

impl Job {
    fn new() -> Self {
        let registry = Registry::new();
        Self {
            counters: Counter::builder("c")
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            histograms: Histogram::builder("h")
                .buckets([1, 5])
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            summaries: Summary::builder("s")
                .quantiles([0.5])
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            gauges: Gauge::builder("g")
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            infos: Info::builder("i")
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            states: StateSet::builder("p")
                .states(["x", "y"])
                .label_names(["a"])
                .register(&registry)
                .unwrap(),
            registry,
            snapshot: Snapshot::new(),
            delta: DeltaExposition::new(Gauges::Delta),
            gateway: Sums::new(),
            before: Sums::new(),
        }
    }

    fn take(&mut self, step: Step) {
        let quarters = |amount: i8| f64::from(amount) / 4.0;
        match step {
            Step::Inc(series, amount) => {
                self.counters
                    .labels((series,))
                    .unwrap()
                    .inc_by(f64::from(amount) / 4.0);
            }
            Step::Observe(series, amount) => {
                self.histograms
                    .labels((series,))
                    .unwrap()
                    .observe(quarters(amount));
                self.summaries
                    .labels((series,))
                    .unwrap()
                    .observe(quarters(amount));
            }
            Step::Set(series, value) => {
                self.gauges.labels((series,)).unwrap().set(quarters(value));
            }
            Step::Facts(version) => {
                self.infos.labels((0,)).unwrap().set([("version", version)]);
            }
            Step::State(state) => {
                self.states
                    .labels((0,))
                    .unwrap()
                    .set(["x", "y"][usize::from(state)]);
            }
            Step::Clear(family) => self.clear(family),
            Step::Push(arriving) => self.push(arriving),
        }
    }

    fn clear(&mut self, family: u8) {
        let name = match family {
            0 => {
                self.counters.clear();
                "c_"
            }
            1 => {
                self.histograms.clear();
                "h_"
            }
            2 => {
                self.gauges.clear();
                return;
            }
            3 => {
                self.states.clear();
                return;
            }
            _ => {
                self.summaries.clear();
                "s_"
            }
        };
        let lines = self
            .gateway
            .iter()
            .filter(|(line, _)| line.starts_with(name));
        self.before
            .extend(lines.map(|(line, sum)| (line.clone(), *sum)));
    }

    fn push(&mut self, arriving: u8) {
        self.snapshot.start(Duration::ZERO);
        self.registry.gather_into(&mut self.snapshot);
        let mut lines = Vec::new();
        let labels = LabelSet::new();
        self.delta.encode(&self.snapshot, &labels, &mut lines);
        let packer = Packer::new(60).cut(Cut::Families);
        for (n, payload) in packer.payloads(&lines).enumerate() {
            if arriving >> (n % 8) & 1 == 1 {
                for (line, difference) in numbers(&lines[payload.clone()]) {
                    *self.gateway.entry(line).or_default() += difference;
                }
                self.delta.delivered(payload);
            }
        }
        if arriving == u8::MAX {
            self.check(1.0);
        }
    }

    /// The gateway has every total, and of the rest what there is times `levels`.
    fn check(&self, levels: f64) {
        let mut plain = Exposition::new(Format::Text, Timestamps::Server).without_quantiles();
        let mut lines = Vec::new();
        plain.encode(&self.registry.gather(), &LabelSet::new(), &mut lines);
        let plain = numbers(&lines);
        for line in plain.keys() {
            assert!(self.gateway.contains_key(line), "{line} is missing");
        }
        for (line, sum) in &self.gateway {
            let now = plain.get(line).unwrap_or(&0.0);
            let expected = if line.starts_with(['c', 'h', 's']) {
                self.before.get(line).unwrap_or(&0.0) + now
            } else {
                now * levels
            };
            assert_eq!(*sum, expected, "{line}");
        }
    }
}

fn numbers(lines: &[u8]) -> Sums {
    let mut text = String::from_utf8(lines.to_vec()).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let families = read(Format::Text, &text);
    let samples = families.values().flat_map(|family| &family.samples);
    samples
        .map(|sample| {
            (
                format!("{}{:?}", sample.name, sample.labels),
                sample.value.0,
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f11_differences_add_up_to_what_was_recorded(
        steps in proptest::collection::vec(step(), 0..60),
        last in proptest::collection::vec(any::<u8>(), 0..3),
    ) {
        let mut job = Job::new();
        for step in steps {
            job.take(step);
        }
        job.push(u8::MAX);
        job.delta.begin_last();
        for arriving in last {
            if arriving != u8::MAX {
                job.push(arriving);
            }
        }
        // In a last push that arrives.
        job.push(u8::MAX - 1);
        job.push(1);
        job.check(0.0);
    }
}
