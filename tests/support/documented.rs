//! What is documented of formats that can escape nothing: which samples of the matrix arrive, with
//! which labels, and how many are left out for which reason.

use std::collections::{BTreeMap, BTreeSet};

use super::matrix::{self, Sample};
use super::series;
use super::statsd_lines::Reader;

/// What a format does to metrics.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    /// What becomes of a label's value; nothing where there are no labels.
    pub(crate) value: Option<fn(&str) -> String>,
    /// Whether infinities can be said.
    pub(crate) has_infinities: bool,
    /// Whether the server adds up totals that differ by labels which are not there.
    pub(crate) adds_up: bool,
}

/// What is there in the end.
#[derive(Debug)]
pub(crate) struct Documented {
    pub(crate) samples: Vec<Sample>,
    /// How many samples each push leaves out, by reason.
    pub(crate) omitted: BTreeMap<String, u64>,
}

impl Documented {
    /// The values by what `key` makes of a sample.
    pub(crate) fn values(&self, key: impl Fn(&Sample) -> String) -> BTreeMap<String, f64> {
        let samples = self.samples.iter();
        samples.map(|sample| (key(sample), sample.value)).collect()
    }

    /// What so many pushes count as dropped.
    pub(crate) fn dropped(&self, pushes: u64) -> BTreeMap<String, u64> {
        let omitted = self.omitted.iter();
        omitted
            .map(|(reason, count)| (reason.clone(), count * pushes))
            .collect()
    }
}

/// Counters, and what histograms and summaries count.
pub(crate) fn is_total(name: &str) -> bool {
    let ends = ["_total", "_count", "_sum", "_bucket"];
    ends.iter().any(|end| name.ends_with(end))
}

/// What becomes of all metrics of `matrix`.
pub(crate) fn kept(rules: Rules) -> Documented {
    let (mut samples, mut omitted) = (Vec::new(), BTreeMap::new());
    let mut omit = |reason: &str| *omitted.entry(reason.to_owned()).or_default() += 1;
    let mut taken = BTreeSet::new();
    for mut sample in in_order(rules) {
        // Of an empty window there is nothing to say.
        if sample.value.is_nan() && sample.name == "matrix_idle" {
            continue;
        }
        let own = ["le", "quantile", "version", "matrix_phase"];
        let has_own = own.iter().any(|label| sample.labels.contains_key(*label));
        if rules.value.is_none() && has_own {
            omit("no_labels");
            continue;
        }
        let is_summed = rules.adds_up && rules.value.is_none() && is_total(&sample.name);
        sample.labels = labels(&sample, rules);
        let key = series::key(&sample.name, &sample.labels);
        if !taken.insert(key) {
            if is_summed {
                let same = |other: &&mut Sample| other.name == sample.name;
                let first = samples.iter_mut().find(same).expect("it was taken");
                first.value += sample.value;
            } else {
                omit("collided");
            }
        } else if sample.value.is_nan() {
            omit("not_a_number");
        } else if sample.value.is_infinite() && !rules.has_infinities {
            omit("infinite");
        } else {
            samples.push(sample);
        }
    }
    Documented { samples, omitted }
}

/// Of samples that become one the first is sent: one in which nothing is replaced, else the oldest.
fn in_order(rules: Rules) -> Vec<Sample> {
    let mut samples = matrix::samples();
    let is_changed = |sample: &Sample| {
        let mut values = sample.labels.values();
        values.any(|value| rules.value.is_some_and(|replace| replace(value) != *value))
    };
    samples.sort_by_key(is_changed);
    samples
}

/// Empty ones are left out.
fn labels(sample: &Sample, rules: Rules) -> series::Labels {
    let Some(replace) = rules.value else {
        return series::Labels::new();
    };
    let labels = sample.labels.iter().filter(|(_, value)| !value.is_empty());
    labels
        .map(|(name, value)| (name.clone(), replace(value)))
        .collect()
}

/// What Graphite's lines cannot say.
pub(crate) fn graphite_rules() -> Rules {
    Rules {
        value: Some(|value| {
            let is_taken = |c: char| c == ';' || c.is_whitespace() || c.is_control();
            let mut kept = value.replace(is_taken, "_");
            if kept.starts_with('~') {
                kept.replace_range(..1, "_");
            }
            match kept.strip_suffix("\"}") {
                Some(start) => format!("{start}\"_"),
                None => kept,
            }
        }),
        has_infinities: true,
        adds_up: false,
    }
}

/// What each dialect of StatsD replaces in labels.
pub(crate) fn statsd_rules(reader: Reader, is_native: bool) -> Rules {
    let value: Option<fn(&str) -> String> = match reader {
        Reader::DogStatsd => Some(|value| replaced(value, |c| ",|".contains(c))),
        Reader::Graphite => {
            Some(|value| replaced(value, |c| !c.is_ascii_alphanumeric() && !"_-".contains(c)))
        }
        Reader::Plain => None,
        _ => Some(|value| replaced(value, |c| ",=:|[]".contains(c))),
    };
    Rules {
        value,
        has_infinities: false,
        adds_up: is_native,
    }
}

fn replaced(value: &str, is_taken: impl Fn(char) -> bool) -> String {
    let replace = |c: char| {
        if is_taken(c) || c.is_control() {
            '_'
        } else {
            c
        }
    };
    value.chars().map(replace).collect()
}
