//! Differences in the Prometheus text format, for gateways that add up what they are sent.

mod levels;
mod totals;

use std::ops::Range;

use ppc_core::{Descriptor, Kind, LabelSet, Snapshot, Value};

use self::levels::Levels;
use self::totals::Totals;
use super::exposition::{
    Escaping, Format, Labels, Lines, Numbers, OneSeries, Spelled, write_header,
};
use super::{Encoder, Omitted, count_samples};

/// What becomes of gauges, infos and state sets where everything is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gauges {
    /// They are sent as differences, in words `delta`, and taken back at the end: the gateway
    /// shows the sum over all jobs that run.
    #[default]
    Delta,
    /// They are not sent at all, in words `skip`.
    Skip,
}

/// Writes what came on top of what arrived before, in the Prometheus text format, for gateways
/// that add up whatever they are sent.
///
/// - **Counters, histograms, summaries**: count, sum and buckets as differences. A series that
///   begins from zero again, because it was removed or expired, is sent whole. Quantiles cannot be
///   added up and are left out.
/// - **Gauges, infos, state sets**, unless they are skipped: also as differences, which may be
///   negative. When the facts of an info change, the old ones are taken back by -1. What a series
///   added is taken back when it is gone, and for all series by the last encoding, see
///   [`Encoder::begin_last`].
///
/// A series that is new is sent also while it is 0, so that it exists; later its lines are there
/// only when something changed. Numbers that cannot be added, infinite or none, are left out and
/// counted. There are no timestamps and no exemplars.
///
/// Only [`Encoder::delivered`] moves on what counts as sent: an encoding that did not arrive leaves
/// all of it for the next one. The ranges it is told of must be cut between families, as a
/// [`Packer`](crate::Packer) with `Cut::Families` cuts them. What arrived without an answer is
/// sent twice.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, LabelSet, Registry};
/// use ppc_transports::{DeltaExposition, Encoder, Gauges};
///
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").register(&registry)?;
/// let mut delta = DeltaExposition::new(Gauges::Delta);
/// let mut encode = |arrives| {
///     let mut lines = Vec::new();
///     delta.encode(&registry.gather(), &LabelSet::new(), &mut lines);
///     if arrives {
///         delta.delivered(0..lines.len());
///     }
///     lines
/// };
/// jobs.inc_by(2);
/// assert_eq!(encode(true), b"# TYPE jobs_total counter\njobs_total 2\n");
/// assert_eq!(encode(true), b"");
/// jobs.inc_by(3);
/// assert_eq!(encode(false), b"# TYPE jobs_total counter\njobs_total 3\n");
/// jobs.inc();
/// assert_eq!(encode(true), b"# TYPE jobs_total counter\njobs_total 4\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug)]
pub struct DeltaExposition {
    gauges: Gauges,
    labels: Labels,
    lines: Lines,
    totals: Totals,
    levels: Levels,
}

impl DeltaExposition {
    /// An encoder of differences.
    pub fn new(gauges: Gauges) -> Self {
        let mut lines = Lines::new(Format::Text);
        lines.numbers = Numbers::Finite;
        lines.without_quantiles = true;
        Self {
            gauges,
            labels: Labels::default(),
            lines,
            totals: Totals::default(),
            levels: Levels::default(),
        }
    }

    /// Labels that the place itself gives every sample, as for
    /// [`Exposition::taken_labels`](crate::Exposition::taken_labels).
    #[must_use]
    pub fn taken_labels(mut self, names: Vec<String>) -> Self {
        self.labels = self.labels.without(names);
        self
    }

    /// The encodings that follow are of another client, which goes on where the last one ended.
    pub fn begin_again(&mut self, gauges: Gauges) {
        self.gauges = gauges;
        self.levels.begin_again();
    }

    fn skips(&self, descriptor: &Descriptor) -> bool {
        self.gauges == Gauges::Skip && !is_total(descriptor.kind())
    }

    /// Appends the lines of one series.
    fn write(&mut self, one: &OneSeries<'_>, out: &mut Vec<u8>, omitted: &mut Omitted) {
        let (labels, name) = (&self.labels, one.names.sample(0).as_bytes());
        let start = out.len();
        match one.value {
            Value::Gauge(value) => {
                out.extend_from_slice(name);
                labels.write(one.series, out);
                self.levels.write(start, value, out, omitted);
            }
            Value::Info(info) => {
                if let Some(facts) = info.pairs() {
                    out.extend_from_slice(name);
                    labels.write_info(one.series, facts, one.client, out);
                    self.levels.write(start, 1.0, out, omitted);
                }
            }
            Value::StateSet(states) => {
                for (state, holds) in states.states() {
                    let start = out.len();
                    out.extend_from_slice(name);
                    let label = (one.names.state(), state);
                    labels.write_with(one.series, label, out);
                    self.levels.write(start, f64::from(holds), out, omitted);
                }
            }
            _ => {
                let Some(words) = self.totals.difference(one.series, one.value, omitted) else {
                    return;
                };
                let value = one.series.value_of(words);
                let difference = OneSeries { value, ..*one };
                self.lines.write(&difference, labels, out, omitted);
                self.totals.wrote(one.series, start..out.len());
            }
        }
    }
}

impl Encoder for DeltaExposition {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.lines.start_snapshot(None);
        self.totals.start();
        self.levels.start();
        // At the end also of what was not read.
        let takes_back = snapshot.is_complete() || self.levels.is_last();
        let mut omitted = Omitted::default();
        let mut previous = None;
        let mut families = snapshot.families().peekable();
        while let Some(family) = families.next() {
            let descriptor = family.descriptor();
            if self.skips(descriptor) {
                continue;
            }
            let name = descriptor.names().family();
            let names = Spelled::new(descriptor, Format::Text, Escaping::default());
            let before = out.len();
            // Of another registry's family there may be several parts, one behind the other.
            let is_first = previous != Some(name);
            write_header(Format::Text, descriptor, &names, out);
            if is_first && !is_total(descriptor.kind()) {
                self.levels.start_family(name, &out[before..]);
            }
            if !is_first {
                out.truncate(before);
            }
            let after = out.len();
            self.labels.start_family(descriptor, &names, labels);
            for series in family.series() {
                let value = series.value();
                if let Some(label) = self.labels.taken_by(value) {
                    omitted.note_taken(name, label, count_samples(value));
                    continue;
                }
                let one = OneSeries {
                    descriptor,
                    names: &names,
                    series: &series,
                    value,
                    client: labels,
                };
                self.write(&one, out, &mut omitted);
            }
            let next = families.peek();
            let is_last = next.is_none_or(|next| next.descriptor().names().family() != name);
            if is_last && !is_total(descriptor.kind()) && takes_back {
                self.levels.take_back_gone(out);
            }
            if out.len() == after {
                out.truncate(before);
            } else {
                previous = Some(name);
            }
        }
        if takes_back {
            self.levels.take_back_families(out);
        }
        // What was not read is not gone, and is not to be told again from zero.
        if snapshot.is_complete() {
            self.totals.forget_gone();
        }
        omitted
    }

    fn begin_last(&mut self) {
        self.levels.begin_last();
    }

    fn is_repeatable(&self) -> bool {
        false
    }

    fn delivered(&mut self, lines: Range<usize>) {
        self.totals.delivered(&lines);
        self.levels.delivered(&lines);
    }
}

fn is_total(kind: Kind) -> bool {
    matches!(kind, Kind::Counter | Kind::Histogram | Kind::Summary)
}

#[cfg(test)]
mod tests;
