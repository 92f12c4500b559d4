//! What a family is, computed once when it is built and never changed.

mod filter;
mod mirrored;
mod parts;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(crate) use filter::{Filter, Keep};
pub(crate) use mirrored::Shape;
pub use mirrored::Spelling;
pub(crate) use parts::{Parts, Settings};

use crate::buckets::Buckets;
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::merge::Merge;
use crate::name::Names;
use crate::quantiles::Quantiles;
use crate::removal::Removals;

/// A family's declaration: its names, help, kind, unit and labels, and what is set for its series.
#[derive(Debug)]
pub struct Descriptor {
    kind: Kind,
    names: Names,
    help: Box<str>,
    unit: Box<str>,
    label_names: Box<[Box<str>]>,
    buckets: Buckets,
    states: Box<[Box<str>]>,
    quantiles: Quantiles,
    window: Duration,
    merge: Merge,
    is_live: bool,
    max_series: Option<usize>,
    expire: Option<Duration>,
    ignored: AtomicU64,
    overflowed: AtomicU64,
    removals: Removals,
    /// Of a family of another registry, whose names need not be ours.
    spelling: Option<Box<Spelling>>,
}

/// Why a recording was ignored: it had no meaning for the metric's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored<'a> {
    /// The family.
    pub metric: &'a str,
    /// How many recordings were ignored.
    pub count: u64,
    /// What kind of recording is ignored.
    pub rule: &'static str,
}

/// How far quantiles look back where nothing else is declared.
const DEFAULT_WINDOW: Duration = Duration::from_mins(10);

impl Descriptor {
    pub(crate) fn new(parts: Parts<'_>) -> Result<Self, Error> {
        let names = parts.names()?;
        let metric = names.family();
        parts.check_labels(metric)?;
        parts.check_states(metric)?;
        parts.settings.check(metric)?;
        let (buckets, quantiles) = (parts.buckets(metric)?, parts.quantiles(metric)?);
        let (merge, is_live) = parts.merge();
        let boxed = |texts: Vec<&str>| texts.into_iter().map(Box::from).collect();
        Ok(Self {
            kind: parts.kind,
            help: parts.help.into(),
            unit: parts.name.unit.into(),
            label_names: boxed(parts.label_names),
            buckets,
            states: boxed(parts.states),
            quantiles,
            window: parts.settings.window.unwrap_or(DEFAULT_WINDOW),
            merge,
            is_live,
            max_series: parts.settings.max_series,
            expire: parts.settings.expire,
            ignored: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
            removals: Removals::default(),
            spelling: None,
            names,
        })
    }

    /// How the names are spelled in the registry that the family is of, where that is not ours.
    pub fn spelling(&self) -> Option<&Spelling> {
        self.spelling.as_deref()
    }

    /// What it measures.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The names it has on the wire.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The help text, raw.
    pub fn help(&self) -> &str {
        &self.help
    }

    /// The unit; empty where none was declared.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The names of its labels, in declared order.
    pub fn label_names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.label_names.iter().map(|name| &**name)
    }

    /// The buckets of a histogram; none for any other kind.
    pub fn buckets(&self) -> &Buckets {
        &self.buckets
    }

    /// The states of a state set; none for any other kind.
    pub fn states(&self) -> impl ExactSizeIterator<Item = &str> {
        self.states.iter().map(|state| &**state)
    }

    /// The quantiles of a summary, rising, each from 0 to 1; none by default, and for any other
    /// kind.
    pub fn quantiles(&self) -> &[f64] {
        self.quantiles.values()
    }

    /// The same, for cells to hold.
    pub(crate) fn shared_quantiles(&self) -> Arc<[f64]> {
        self.quantiles.shared_values()
    }

    /// The values of the label `quantile`, one for each of [`quantiles`](Self::quantiles), written
    /// as `le` is: `0.5`, `0.99`, `1.0`.
    pub fn quantile_labels(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.quantiles.labels()
    }

    /// How far back the observations lie that a summary's quantiles are of; 10 minutes by default.
    pub fn window(&self) -> Duration {
        self.window
    }

    /// How a gauge's values of several processes become one, where they share their metrics in a
    /// store; [`Merge::Last`] by default, and for any other kind.
    pub fn merge(&self) -> Merge {
        self.merge
    }

    /// Whether only processes that still run count for a gauge: the value of one that ended, or
    /// was killed, goes with it. Not so by default, nor for any other kind; always so where values
    /// merge by [`Merge::Average`].
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// How many series the family may have at a time, before further labels share one; any number
    /// by default.
    pub fn max_series(&self) -> Option<usize> {
        self.max_series
    }

    /// How long a series stays that nothing is recorded to, before it is removed; for ever by
    /// default.
    ///
    /// Adding 0 to a counter is no recording. A series that expires while it is held comes back,
    /// from zero, when it is recorded.
    pub fn expire(&self) -> Option<Duration> {
        self.expire
    }

    /// What was ignored since this was last asked, where anything was.
    pub fn take_ignored(&self) -> Option<Ignored<'_>> {
        let count = self.ignored.swap(0, Ordering::Relaxed);
        let rule = match self.kind {
            Kind::Counter => {
                "an amount that is negative or not a number, or an exemplar that is too long or \
                 has a bad name"
            }
            Kind::Gauge | Kind::Unknown => "no recording at all",
            Kind::Histogram => {
                "an observation that is not a number, or an exemplar that is too long or has a \
                 bad name"
            }
            Kind::Summary => "an observation that is not a number",
            Kind::Info => "a label name that is invalid, given twice or declared as a label",
            Kind::StateSet => "a state that is not declared",
        };
        (count > 0).then(|| Ignored {
            metric: self.names.family(),
            count,
            rule,
        })
    }

    /// How many recordings went to the overflow series since this was last asked, because there
    /// were [`max_series`](Self::max_series) others already. Recordings of a handle that was made
    /// then count once, when it was made.
    pub fn take_overflowed(&self) -> u64 {
        self.overflowed.swap(0, Ordering::Relaxed)
    }

    /// What was removed by hand, where anybody wants to know.
    pub(crate) fn removals(&self) -> &Removals {
        &self.removals
    }

    /// Counts a recording for the overflow series.
    pub(crate) fn overflow(&self) {
        self.overflowed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a recording that had no meaning.
    #[cold]
    pub(crate) fn ignore(&self) {
        self.ignored.fetch_add(1, Ordering::Relaxed);
    }

    /// True where both declare the same family, so that one can stand for the other.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.names == other.names
            && self.help == other.help
            && self.unit == other.unit
            && self.label_names == other.label_names
            && self.buckets == other.buckets
            && self.states == other.states
            && self.quantiles == other.quantiles
            && self.window == other.window
            && self.merge == other.merge
            && self.is_live == other.is_live
            && self.max_series == other.max_series
            && self.expire == other.expire
    }

    /// One line that tells two declarations of one name apart.
    pub(crate) fn summary(&self) -> String {
        let labels = self.label_list();
        let mut summary = format!(
            "a {} `{}` with {labels} and help {:?}",
            self.kind,
            self.names.family(),
            self.help
        );
        for (setting, value) in self.settings() {
            let _ = write!(summary, ", {setting} {value}");
        }
        summary
    }

    /// What is set beyond names and help, by the words of `metric!`.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let set = |setting, value: Option<String>| value.map(|value| (setting, value));
        let debug = |value: Duration| format!("{value:?}");
        [
            set(
                "unit",
                (!self.unit.is_empty()).then(|| format!("{:?}", self.unit)),
            ),
            set(
                "buckets",
                (self.kind == Kind::Histogram).then(|| format!("{:?}", self.buckets.bounds())),
            ),
            set(
                "states",
                (self.kind == Kind::StateSet).then(|| format!("{:?}", self.states)),
            ),
            set(
                "quantiles",
                (!self.quantiles().is_empty()).then(|| format!("{:?}", self.quantiles())),
            ),
            set(
                "window",
                (self.window != DEFAULT_WINDOW).then(|| debug(self.window)),
            ),
            set(
                "merge",
                (self.merge != Merge::default()).then(|| self.merge.to_string()),
            ),
            set("live", self.is_live.then(|| "true".to_owned())),
            set("max_series", self.max_series.map(|max| max.to_string())),
            set("expire", self.expire.map(debug)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn label_list(&self) -> String {
        if self.label_names.is_empty() {
            return "no labels".to_owned();
        }
        let quoted: Vec<String> = self.label_names().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    }

    pub(crate) fn unknown_label(&self, found: &str) -> Error {
        let (metric, found) = (self.names.family().to_owned(), found.to_owned());
        ErrorKind::UnknownLabel {
            metric,
            found,
            known: self.label_list(),
        }
        .into()
    }

    pub(crate) fn missing_label(&self, index: usize) -> Error {
        let metric = self.names.family().to_owned();
        ErrorKind::MissingLabel {
            metric,
            label: self.label_names[index].to_string(),
        }
        .into()
    }

    pub(crate) fn too_many_labels(&self, found: usize) -> Error {
        let metric = self.names.family().to_owned();
        ErrorKind::TooManyLabels {
            metric,
            found,
            known: self.label_list(),
        }
        .into()
    }
}
