//! The parts of a declaration, as they come from `metric!` or a builder, and what is checked of
//! them.

use std::time::Duration;

use crate::buckets::{Buckets, DEFAULT_BUCKETS};
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::merge::Merge;
use crate::name::{NameParts, Names, label_name_fault};
use crate::quantiles::Quantiles;

/// The parts of a declaration.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: NameParts<'a>,
    pub(crate) help: &'a str,
    pub(crate) label_names: Vec<&'a str>,
    pub(crate) buckets: Option<Vec<f64>>,
    pub(crate) states: Vec<&'a str>,
    pub(crate) settings: Settings,
}

/// What a declaration sets for its series, where it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Of a summary.
    pub(crate) quantiles: Option<Vec<f64>>,
    /// Of a summary.
    pub(crate) window: Option<Duration>,
    /// Of a gauge.
    pub(crate) merge: Option<Merge>,
    /// Of a gauge.
    pub(crate) live: bool,
    pub(crate) max_series: Option<usize>,
    pub(crate) expire: Option<Duration>,
}

/// How many states fit into one word.
const MAX_STATES: usize = 64;

/// How many labels a series can hold.
const MAX_LABELS: usize = 255;

impl Parts<'_> {
    pub(super) fn names(&self) -> Result<Names, Error> {
        Names::new(self.kind, self.name)
    }

    pub(super) fn check_labels(&self, metric: &str) -> Result<(), Error> {
        if self.label_names.len() > MAX_LABELS {
            return Err(ErrorKind::Setting {
                metric: metric.into(),
                setting: "labels",
                found: format!("{} of them", self.label_names.len()),
                reason: "a metric has at most 255 labels",
            }
            .into());
        }
        for (index, label) in self.label_names.iter().enumerate() {
            let reserved = self.kind == Kind::StateSet && *label == metric;
            let twice = self.label_names[..index].contains(label);
            let reason = label_name_fault(label, self.kind)
                .or(reserved.then_some("the metric's own name is the label of its states"))
                .or(twice.then_some("it is declared twice"));
            if let Some(reason) = reason {
                let (metric, label) = (metric.to_owned(), (*label).to_owned());
                return Err(ErrorKind::Label {
                    metric,
                    label,
                    reason,
                }
                .into());
            }
        }
        Ok(())
    }

    pub(super) fn check_states(&self, metric: &str) -> Result<(), Error> {
        if self.kind != Kind::StateSet {
            return Ok(());
        }
        let states = &self.states;
        let twice = (1..states.len()).any(|index| states[..index].contains(&states[index]));
        let reason = match states.len() {
            0 => "a state set has at least one state",
            count if count > MAX_STATES => "a state set has at most 64 states",
            _ if twice => "a state is declared twice",
            _ if metric.contains(':') => {
                "the states stand in a label of the name of their set, and a label name has no `:`"
            }
            _ => return Ok(()),
        };
        Err(ErrorKind::States {
            metric: metric.into(),
            reason,
        }
        .into())
    }

    /// The buckets of a histogram; none for any other kind.
    pub(super) fn buckets(&self, metric: &str) -> Result<Buckets, Error> {
        match (self.kind, &self.buckets) {
            (Kind::Histogram, Some(bounds)) => Buckets::new(metric, bounds),
            (Kind::Histogram, None) => Buckets::new(metric, DEFAULT_BUCKETS),
            _ => Ok(Buckets::none()),
        }
    }

    /// The quantiles of a summary; none for any other kind.
    pub(super) fn quantiles(&self, metric: &str) -> Result<Quantiles, Error> {
        match (self.kind, &self.settings.quantiles) {
            (Kind::Summary, Some(quantiles)) => Quantiles::new(metric, quantiles),
            _ => Ok(Quantiles::default()),
        }
    }

    /// How values of several processes merge, and whether only those count that still run.
    pub(super) fn merge(&self) -> (Merge, bool) {
        let Settings { merge, live, .. } = self.settings;
        match (self.kind, merge.unwrap_or_default()) {
            // The values of those that ended would stand still, and hold the mean where it was.
            (Kind::Gauge, Merge::Average) => (Merge::Average, true),
            (Kind::Gauge, merge) => (merge, live),
            _ => (Merge::default(), false),
        }
    }
}

impl Settings {
    pub(super) fn check(&self, metric: &str) -> Result<(), Error> {
        let faults = [
            (
                "window",
                self.window == Some(Duration::ZERO),
                "quantiles are of a time longer than that",
            ),
            (
                "max_series",
                self.max_series == Some(0),
                "a metric has room for one series at least",
            ),
            (
                "expire",
                self.expire == Some(Duration::ZERO),
                "a series stays for a time longer than that",
            ),
        ];
        match faults.into_iter().find(|(_, is_zero, _)| *is_zero) {
            None => Ok(()),
            Some((setting, _, reason)) => Err(ErrorKind::Setting {
                metric: metric.into(),
                setting,
                found: "0".into(),
                reason,
            }
            .into()),
        }
    }
}
