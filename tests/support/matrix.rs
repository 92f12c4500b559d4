//! One registry with all six kinds and everything awkward, pushed by a process of its own to
//! whatever place, and what is to be read there.

use std::collections::BTreeMap;

use super::awkward::{NUMBERS, TEXTS};
use super::job::{Ended, Job};
use super::series::{self, Labels};

/// A sample as Prometheus has it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
}

impl Sample {
    fn new(name: &str, labels: &[(&str, &str)], value: f64) -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            name: name.to_owned(),
            labels: labels.iter().map(pair).collect(),
            value,
        }
    }

    /// The same without labels that are empty, which are none to most servers.
    pub(crate) fn without_empty_labels(mut self) -> Self {
        self.labels.retain(|_, value| !value.is_empty());
        self
    }

    /// The same with every text as a place has it.
    pub(crate) fn map_texts(mut self, map: impl Fn(&str) -> String) -> Self {
        for value in self.labels.values_mut() {
            *value = map(value);
        }
        self
    }
}

/// How the job's pushing went.
#[derive(Debug)]
pub(crate) struct Pushed {
    /// `ppc_dropped_total` by reason.
    pub(crate) dropped: BTreeMap<String, u64>,
    /// How many there were, whatever became of them.
    pub(crate) pushes: u64,
    /// Of the job.
    pub(crate) ended: Ended,
}

/// Has a process push all of it to a destination, by its URL form.
#[track_caller]
pub(crate) fn push(url: &str) -> Pushed {
    run(url, "matrix-all", &[])
}

/// The same with `matrix-one`, `matrix-empty`, and more in the environment.
#[track_caller]
pub(crate) fn run(url: &str, what: &str, environment: &[(&str, &str)]) -> Pushed {
    let ended = Job::start_at(url, "", what, 0.0, environment).wait();
    assert!(ended.status.success(), "{ended:?}");
    let counted = |name: &'static str| {
        let lines = ended.stdout.lines();
        lines.filter_map(move |line| {
            let (labels, count) = line.strip_prefix(name)?.rsplit_once(' ')?;
            Some((labels.to_owned(), count.parse::<u64>().ok()?))
        })
    };
    Pushed {
        dropped: counted("ppc_dropped ").collect(),
        pushes: counted("ppc_pushes ").map(|(_, count)| count).sum(),
        ended,
    }
}

/// Every sample of the job's registry, changed or dropped as a place does so.
pub(crate) fn expected(change: impl Fn(Sample) -> Option<Sample>) -> BTreeMap<String, f64> {
    let samples: Vec<Sample> = samples().into_iter().filter_map(change).collect();
    let keys = samples
        .iter()
        .map(|sample| series::key(&sample.name, &sample.labels));
    let expected: BTreeMap<String, f64> = keys
        .zip(&samples)
        .map(|(key, sample)| (key, sample.value))
        .collect();
    assert_eq!(expected.len(), samples.len(), "no two become one");
    expected
}

/// All samples.
pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut add = |name: &str, labels: &[(&str, &str)], value| {
        samples.push(Sample::new(name, labels, value));
    };
    for (n, text) in TEXTS.into_iter().enumerate() {
        add("matrix_jobs_total", &[("text", text)], n as f64);
    }
    for (name, number) in NUMBERS {
        add("matrix_numbers", &[("number", name)], number);
    }
    add("temperature", &[], -3.0);
    add("matrix_large_total", &[], u64::MAX as f64);
    let text = ("text", "a b,\"c\"\n");
    for (le, count) in [("0.1", 1.0), ("1.0", 2.0), ("1e+06", 3.0), ("+Inf", 4.0)] {
        add("matrix_latency_seconds_bucket", &[text, ("le", le)], count);
    }
    add("matrix_latency_seconds_count", &[text], 4.0);
    add("matrix_latency_seconds_sum", &[text], 10_000_005.55);
    for (quantile, value) in [("0.0", 7.0), ("1.0", 8.0)] {
        add("matrix_size_bytes", &[("quantile", quantile)], value);
    }
    add("matrix_size_bytes_count", &[], 2.0);
    add("matrix_size_bytes_sum", &[], 15.0);
    add("matrix_idle", &[("quantile", "0.5")], f64::NAN);
    add("matrix_idle_count", &[], 0.0);
    add("matrix_idle_sum", &[], 0.0);
    let facts = [("version", "1 \"2\""), ("commit", "")];
    add("matrix_build_info", &facts, 1.0);
    for (state, value) in [("in flight", 1.0), ("a,b=\"c\"", 0.0)] {
        add("matrix_phase", &[("matrix_phase", state)], value);
    }
    samples
}

/// Compares all keys and values; a server that keeps fewer digits may say how many it does.
#[track_caller]
pub(crate) fn assert_same(
    found: &BTreeMap<String, f64>,
    expected: &BTreeMap<String, f64>,
    error: f64,
) {
    let same =
        |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || ((a - b) / b).abs() <= error;
    let mut differences = Vec::new();
    for (key, value) in expected {
        match found.get(key) {
            Some(other) if same(*other, *value) => {}
            other => differences.push(format!("{key} is {other:?} for {value:?}")),
        }
    }
    let more = found.keys().filter(|key| !expected.contains_key(*key));
    differences.extend(more.map(|key| format!("{key} is more than was expected")));
    assert!(differences.is_empty(), "{differences:#?}");
}
