//! The independent count: plain variables, in which the jobs count the same things once more.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ppc::FixedLabelValue;

use crate::extensions::Extension;
use crate::line::Series;
use crate::metrics::{EntryKind, Fault, LATENCIES, SIZES};

/// A file that was found.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// The bounds of the buckets as they should arrive: the text is part of a series' identity, and
/// the way Prometheus' Python client writes it.
const SIZES_LE: [&str; SIZES.len()] = ["64.0", "1024.0", "8192.0", "65536.0", "524288.0"];
const LATENCIES_LE: [&str; LATENCIES.len()] = [
    "2e-06", "5e-06", "1e-05", "2e-05", "5e-05", "0.0001", "0.001",
];

/// What the job `list` counted.
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) files: Vec<Found>,
    pub(crate) entries: [u64; EntryKind::VALUES.len()],
    pub(crate) errors: [u64; Fault::VALUES.len()],
    pub(crate) sizes: Observed,
    pub(crate) directory_seconds: Observed,
    pub(crate) waiting: usize,
    pub(crate) is_cut_short: bool,
}

/// What the job `read` counted.
pub(crate) struct ReadOut {
    pub(crate) extensions: Vec<ByExtension>,
    pub(crate) errors: [u64; Fault::VALUES.len()],
    pub(crate) latencies: Observed,
    pub(crate) left: usize,
}

/// What was read of the files of one extension.
pub(crate) struct ByExtension {
    pub(crate) name: String,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

/// Observations, as a histogram or a summary has them.
pub(crate) struct Observed {
    bounds: &'static [f64],
    le: &'static [&'static str],
    /// How many were at or below each bound.
    at_or_below: Vec<u64>,
    count: u64,
    sum: f64,
}

/// A number as it should arrive: the series, and its value.
pub(crate) type Expected = (Series, f64);

impl Listed {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            // A line break could not be had back: the protocol has no escape for it.
            path: root.to_string_lossy().replace('\n', "?"),
            files: Vec::new(),
            entries: [0; _],
            errors: [0; _],
            sizes: Observed::new(&SIZES, &SIZES_LE),
            directory_seconds: Observed::new(&[], &[]),
            waiting: 0,
            is_cut_short: false,
        }
    }

    /// Everything that the receiver should have, from this job.
    pub(crate) fn expected(&self) -> Vec<Expected> {
        let mut all = vec![one("tree_info", &[("path", &self.path)], 1.0)];
        all.extend(by_label::<EntryKind>(
            "entries_total",
            "kind",
            &self.entries,
        ));
        all.extend(by_label::<Fault>(
            "list_errors_total",
            "reason",
            &self.errors,
        ));
        all.push(one("directories_waiting", &[], self.waiting as f64));
        all.extend(self.directory_seconds.summary("directory_seconds"));
        all.extend(self.sizes.histogram("file_size_bytes"));
        of_job("quickstart-list", all)
    }
}

impl ReadOut {
    pub(crate) fn new<'a>(files: usize, extensions: impl Iterator<Item = &'a str>) -> Self {
        let extensions = extensions.map(|name| ByExtension {
            name: name.to_owned(),
            files: 0,
            bytes: 0,
            lines: 0,
        });
        Self {
            extensions: extensions.collect(),
            errors: [0; _],
            latencies: Observed::new(&LATENCIES, &LATENCIES_LE),
            left: files,
        }
    }

    pub(crate) fn of(&mut self, extension: &Extension) -> &mut ByExtension {
        &mut self.extensions[extension.index]
    }

    /// Everything that the receiver should have, from this job.
    pub(crate) fn expected(&self) -> Vec<Expected> {
        let mut all = Vec::new();
        for counted in &self.extensions {
            let labels = [("extension", counted.name.as_str())];
            all.push(one("files_total", &labels, counted.files as f64));
            all.push(one("read_bytes_total", &labels, counted.bytes as f64));
            all.push(one("lines_total", &labels, counted.lines as f64));
        }
        all.extend(by_label::<Fault>(
            "read_errors_total",
            "reason",
            &self.errors,
        ));
        all.push(one("files_in_progress", &[], 0.0));
        all.push(one("files_left", &[], self.left as f64));
        all.extend(self.latencies.histogram("read_seconds"));
        of_job("quickstart-read", all)
    }
}

impl ByExtension {
    pub(crate) fn add(&mut self, bytes: usize, lines: usize) {
        self.bytes += bytes as u64;
        self.lines += lines as u64;
    }
}

impl Observed {
    fn new(bounds: &'static [f64], le: &'static [&'static str]) -> Self {
        Self {
            bounds,
            le,
            at_or_below: vec![0; bounds.len()],
            count: 0,
            sum: 0.0,
        }
    }

    pub(crate) fn observe(&mut self, value: impl Into<Observation>) {
        let Observation(value) = value.into();
        for (count, bound) in self.at_or_below.iter_mut().zip(self.bounds) {
            *count += u64::from(value <= *bound);
        }
        self.count += 1;
        self.sum += value;
    }

    fn summary(&self, name: &str) -> [Expected; 2] {
        [
            one(&format!("{name}_count"), &[], self.count as f64),
            one(&format!("{name}_sum"), &[], self.sum),
        ]
    }

    fn histogram(&self, name: &str) -> Vec<Expected> {
        let counts = self.at_or_below.iter().chain([&self.count]);
        let bucket = format!("{name}_bucket");
        self.le
            .iter()
            .chain([&"+Inf"])
            .zip(counts)
            .map(|(le, count)| one(&bucket, &[("le", *le)], *count as f64))
            .chain(self.summary(name))
            .collect()
    }
}

/// A number that is observed: bytes, or the seconds of a duration.
pub(crate) struct Observation(f64);

impl From<u64> for Observation {
    fn from(bytes: u64) -> Self {
        Self(bytes as f64)
    }
}

impl From<Duration> for Observation {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64())
    }
}

fn one(name: &str, labels: &[(&str, &str)], value: f64) -> Expected {
    (Series::new(name, labels), value)
}

fn by_label<'a, T: FixedLabelValue>(
    name: &'a str,
    label: &'a str,
    counts: &'a [u64],
) -> impl Iterator<Item = Expected> + use<'a, T> {
    let counts = T::VALUES.iter().zip(counts);
    counts.map(move |(text, count)| one(name, &[(label, *text)], *count as f64))
}

/// Adds what every job sends of itself, and the label `job` to all of it.
fn of_job(job: &str, mut all: Vec<Expected>) -> Vec<Expected> {
    for outcome in ["ok", "error", "panic", "cancelled"] {
        let runs = f64::from(u8::from(outcome == "ok"));
        all.push(one("job_runs_total", &[("outcome", outcome)], runs));
    }
    all.push(one("job_in_progress", &[], 0.0));
    for (series, _) in &mut all {
        series.labels.insert("job".to_owned(), job.to_owned());
    }
    all
}
