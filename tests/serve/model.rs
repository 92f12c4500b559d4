//! Whatever comes and goes between two scrapes: what is served, from lines that are kept, is what a
//! new encoder writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use ppc::expose::choose_encoder;
use ppc::{Counter, Family, Gauge, Histogram, Info, Registry, Snapshot, Source, StateSet, Summary};
use proptest::prelude::*;

use super::local;
use crate::support::http::request;

/// One registry with a family of each kind, two labels where it has any.
struct Families {
    registry: Registry,
    counter: Family<Counter>,
    gauge: Family<Gauge>,
    histogram: Family<Histogram>,
    summary: Family<Summary>,
    states: Family<StateSet>,
    info: Info,
}

impl Families {
    fn new(prefix: &str) -> Self {
        let registry = Registry::new();
        let name = |kind: &str| format!("{prefix}_{kind}");
        let labels = ["a", "b"];
        let counter = Counter::builder(&name("counter")).label_names(labels);
        let gauge = Gauge::builder(&name("gauge")).label_names(labels);
        let histogram = Histogram::builder(&name("histogram")).buckets([1.0, 2.0]);
        let summary = Summary::builder(&name("summary")).label_names(labels);
        let states = StateSet::builder(&name("states")).states(["on", "off"]);
        Self {
            counter: counter.max_series(3).register(&registry).unwrap(),
            gauge: gauge.register(&registry).unwrap(),
            histogram: histogram.label_names(labels).register(&registry).unwrap(),
            summary: summary.register(&registry).unwrap(),
            states: states.label_names(labels).register(&registry).unwrap(),
            info: Info::builder(&name("info")).register(&registry).unwrap(),
            registry,
        }
    }

    /// Records in one family, and removes where there is nothing to record.
    fn change(&self, family: u8, labels: (&str, &str), value: Option<u32>) {
        macro_rules! change {
            ($family:ident, $record:expr) => {
                match value {
                    Some(value) => $record(self.$family.labels(labels).unwrap(), value),
                    None if labels.0.is_empty() => self.$family.clear(),
                    None => drop(self.$family.remove(labels).unwrap()),
                }
            };
        }
        match family {
            0 => change!(counter, |counter: Counter, value| counter.inc_by(value)),
            1 => change!(gauge, |gauge: Gauge, value| gauge.set(value)),
            2 => change!(histogram, |histogram: Histogram, value| histogram
                .observe(value)),
            3 => change!(summary, |summary: Summary, value| summary.observe(value)),
            4 => change!(states, |states: StateSet, value| {
                states.set(if value % 2 == 0 { "on" } else { "off" });
            }),
            _ => self
                .info
                .set([("fact", labels.0), (["x", "y"][labels.1.len() % 2], "z")]),
        }
    }
}

/// Shows one or the other first, and of both what the mask lets through.
struct Shown {
    parts: Arc<[Families; 2]>,
    mask: Arc<AtomicU32>,
}

impl Source for Shown {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mask = self.mask.load(Relaxed);
        let [one, two] = &*self.parts;
        let (first, second) = if mask & 1 == 0 {
            (one, two)
        } else {
            (two, one)
        };
        for (families, bits) in [(first, mask >> 1), (second, mask >> 4)] {
            let lets_through = move |name: &str| bits >> (name.len() % 3) & 1 == 0;
            let view = families.registry.clone();
            view.filter(move |family| lets_through(family.names().family()))
                .gather_into(snapshot);
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(u8, u8, String, String, Option<u32>)>> {
    let text = || "[ab\"\\\\\n{]{0,2}";
    let value = proptest::option::weighted(0.7, 0..4_u32);
    proptest::collection::vec((0..8_u8, 0..6_u8, text(), text(), value), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_kept_is_what_is_there(steps in steps()) {
        let parts = Arc::new([Families::new("one"), Families::new("two")]);
        let mask = Arc::new(AtomicU32::new(0));
        let shown = || Shown { parts: Arc::clone(&parts), mask: Arc::clone(&mask) };
        let server = local().source(shown()).start().unwrap();
        for (what, family, a, b, value) in steps {
            match what {
                0 => mask.store(value.unwrap_or(0) * 37 + u32::from(family), Relaxed),
                1..5 => parts[0].change(family, (&a, &b), value),
                _ => parts[1].change(family, (&a, &b), value),
            }
            for accept in ["text/plain", "application/openmetrics-text;version=1.0.0;escaping=dots"] {
                let headers = [("accept", accept)];
                let body = request(server.local_addr(), "GET", "/", &headers, b"").unwrap().text();
                let fresh = choose_encoder(accept).0.generate(&shown());
                prop_assert_eq!(body, String::from_utf8(fresh).unwrap());
            }
        }
    }
}
