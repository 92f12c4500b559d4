//! Metrics of every kind with whatever labels, and what a format that can escape nothing makes of
//! them: which samples there are, which of them are one, and which of those is sent.

use std::collections::{BTreeMap, BTreeSet};

use ppc::{Counter, Gauge, Histogram, Info, LabelSet, Registry, StateSet, Summary};
use ppc_transports::Omitted;
use proptest::prelude::*;

use crate::support::series::{self, Labels};

/// Some metrics: series with these label values, of each kind.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    name: String,
    label_names: BTreeSet<String>,
    /// A text for each label, one for a fact, and a number.
    series: Vec<(Vec<String>, String, f64)>,
    states: BTreeSet<String>,
    client: String,
}

/// Texts: anything, what has a meaning in a format, and what becomes the same often.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        ".{0,8}",
        "[ ,=:|#\\[\\];~.\"{}\n\r\t\0\u{85}\u{a0}\u{2028}_a]{0,6}",
        "[a:_;|~]{1,2}",
        Just("{\"a\"}".to_owned()),
    ]
}

/// Numbers of all sizes.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::ANY,
        (-1000..1000_i32).prop_map(f64::from),
        prop_oneof![
            Just(1e300),
            Just(-1e-300),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY)
        ],
    ]
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let label_names = proptest::collection::btree_set("l[a-df-zA-Z0-9_]{0,3}", 0..3);
    let parts = ("[a-zA-Z:][a-zA-Z0-9_:]{0,8}", label_names);
    parts.prop_flat_map(|(name, label_names)| {
        let texts = proptest::collection::vec(text(), label_names.len());
        let series = proptest::collection::vec((texts, text(), number()), 1..5);
        let states = proptest::collection::btree_set(text(), 1..4);
        (series, states, text()).prop_map(move |(series, states, client)| {
            let mut met = BTreeSet::new();
            let series = series
                .into_iter()
                .filter(|(texts, ..)| met.insert(texts.clone()));
            Case {
                name: name.clone(),
                label_names: label_names.clone(),
                series: series.collect(),
                states,
                client,
            }
        })
    })
}

/// One sample: its labels, the one that only this line of the series has, its number.
#[derive(Clone, Debug)]
struct Sample {
    name: String,
    series: usize,
    labels: Vec<(String, String)>,
    own: Option<(usize, String, String)>,
    value: f64,
}

/// What a place has in the end, by name and labels, and what is not there.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Expected {
    pub(crate) samples: BTreeMap<String, f64>,
    pub(crate) omitted: [u64; 4],
}

/// What is counted: not a number, infinite, the same as another, without labels.
pub(crate) fn counts(omitted: &Omitted) -> [u64; 4] {
    let numbers = [omitted.not_a_number, omitted.infinite];
    [numbers[0], numbers[1], omitted.collided, omitted.unlabelled]
}

/// What a format does to texts.
pub(crate) struct Rules<'a> {
    pub(crate) name: &'a dyn Fn(&str) -> String,
    /// Nothing where there are no labels.
    pub(crate) value: Option<&'a dyn Fn(&str) -> String>,
    pub(crate) has_infinities: bool,
}

impl Case {
    pub(crate) fn client(&self) -> LabelSet {
        let mut labels = LabelSet::new();
        labels.insert("client", &*self.client).unwrap();
        labels
    }

    /// The number that only rises, or is observed.
    fn amount(value: f64) -> f64 {
        if value.is_nan() { 1.0 } else { value }
    }

    fn state_set(&self) -> String {
        format!("p_{}", self.name.replace(':', ""))
    }

    pub(crate) fn fill(&self, registry: &Registry) {
        let (name, names) = (&self.name, || self.label_names.iter());
        let gauges = Gauge::builder(&format!("g_{name}")).label_names(names());
        let gauges = gauges.register(registry).unwrap();
        let counters = Counter::builder(&format!("c_{name}")).label_names(names());
        let counters = counters.register(registry).unwrap();
        let histograms = Histogram::builder(&format!("h_{name}")).label_names(names());
        let histograms = histograms.buckets([1.0, 1e6]).register(registry).unwrap();
        let summaries = Summary::builder(&format!("s_{name}")).label_names(names());
        let summaries = summaries.quantiles([1.0]).register(registry).unwrap();
        let infos = Info::builder(&format!("i_{name}")).label_names(names());
        let infos = infos.register(registry).unwrap();
        let states = StateSet::builder(&self.state_set()).label_names(names());
        let states = states.states(&self.states).register(registry).unwrap();
        for (series, (texts, fact, value)) in self.series.iter().enumerate() {
            let texts = &texts[..];
            gauges.labels(texts).unwrap().set(*value);
            counters
                .labels(texts)
                .unwrap()
                .inc_by(Self::amount(*value).abs());
            histograms
                .labels(texts)
                .unwrap()
                .observe(Self::amount(*value));
            summaries.labels(texts).unwrap().observe(series);
            infos.labels(texts).unwrap().set([("fact", fact)]);
            states
                .labels(texts)
                .unwrap()
                .set(self.states.first().unwrap());
        }
    }

    fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for (series, (texts, fact, value)) in self.series.iter().enumerate() {
            let labels: Vec<_> = self
                .label_names
                .iter()
                .cloned()
                .zip(texts.clone())
                .collect();
            let mut add = |name: String, own: Option<(usize, &str, &str)>, value: f64| {
                let own = own.map(|(place, name, text)| (place, name.to_owned(), text.to_owned()));
                samples.push(Sample {
                    name,
                    series,
                    labels: labels.clone(),
                    own,
                    value,
                });
            };
            let (name, amount) = (&self.name, Self::amount(*value));
            add(format!("g_{name}"), None, *value);
            add(format!("c_{name}_total"), None, amount.abs());
            let counts = [f64::from(amount <= 1.0), f64::from(amount <= 1e6), 1.0];
            for (place, le) in ["1.0", "1e+06", "+Inf"].into_iter().enumerate() {
                add(
                    format!("h_{name}_bucket"),
                    Some((place, "le", le)),
                    counts[place],
                );
            }
            add(format!("h_{name}_count"), None, 1.0);
            add(format!("h_{name}_sum"), None, amount);
            add(
                format!("s_{name}"),
                Some((0, "quantile", "1.0")),
                series as f64,
            );
            add(format!("s_{name}_count"), None, 1.0);
            add(format!("s_{name}_sum"), None, series as f64);
            let states = self.state_set();
            for (place, state) in self.states.iter().enumerate() {
                let holds = f64::from(place == 0);
                add(states.clone(), Some((place, &*states, state)), holds);
            }
            let mut labels = labels.clone();
            labels.push(("fact".to_owned(), fact.clone()));
            let name = format!("i_{name}_info");
            samples.push(Sample {
                name,
                series,
                labels,
                own: None,
                value: 1.0,
            });
        }
        samples
    }

    /// What a place with these rules has after a push.
    pub(crate) fn expected(&self, rules: &Rules<'_>) -> Expected {
        let mut expected = Expected::default();
        let mut same: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for sample in self.samples() {
            let Some(replace) = rules.value else {
                if sample.own.is_some() || sample.name.ends_with("_info") {
                    expected.omitted[3] += 1;
                    continue;
                }
                let key = series::key(&(rules.name)(&sample.name), &Labels::new());
                let order = (false, sample.series, false, 0);
                same.entry(key).or_default().push((order, sample.value));
                continue;
            };
            let is_changed = |text: &String| replace(text) != *text;
            let changed = sample.labels.iter().any(|(_, text)| is_changed(text));
            let own = sample.own.as_ref();
            let own_changed = own.is_some_and(|(_, _, text)| is_changed(text));
            let place = own.map_or(0, |(place, ..)| *place);
            let order = (changed, sample.series, own_changed, place);
            let mut labels = sample.labels;
            labels.push(("client".to_owned(), self.client.clone()));
            labels.extend(sample.own.map(|(_, name, text)| (name, text)));
            let labels = labels.into_iter().filter(|(_, text)| !text.is_empty());
            let labels = labels.map(|(name, text)| (name, replace(&text))).collect();
            let key = series::key(&(rules.name)(&sample.name), &labels);
            same.entry(key).or_default().push((order, sample.value));
        }
        for (key, mut samples) in same {
            samples.sort_by_key(|(order, _)| *order);
            expected.omitted[2] += samples.len() as u64 - 1;
            let value = samples[0].1;
            if value.is_nan() {
                expected.omitted[0] += 1;
            } else if value.is_infinite() && !rules.has_infinities {
                expected.omitted[1] += 1;
            } else {
                expected.samples.insert(key, value + 0.0);
            }
        }
        expected
    }
}
