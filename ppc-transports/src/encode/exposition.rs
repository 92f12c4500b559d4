//! The Prometheus text format 0.0.4 and OpenMetrics 1.0.0: `name{label="value"} number`.
//!
//! The two differ in what stands above the lines of a family, in which unit time is counted, and
//! in exemplars; the rest is one.

mod escaping;
mod format;
mod header;
mod kept;
mod labels;
mod lines;
mod spelled;

use std::time::Duration;

use ppc_core::{Kind, LabelSet, Snapshot};

use super::{Encoder, Omitted, Timestamps, count_samples};
pub use escaping::Escaping;
pub use format::Format;
pub(super) use header::write_header;
pub(super) use labels::Labels;
pub(super) use lines::{Lines, Numbers, OneSeries};
pub(super) use spelled::Spelled;

/// Writes the Prometheus text format 0.0.4 or OpenMetrics 1.0.0.
///
/// Every family with at least one sample has its type once, and its help where it has one; one
/// without samples is not written at all. Numbers that are not finite are said: `+Inf`, `-Inf`,
/// `NaN`.
///
/// - **Text.** A counter is declared as `x_total`, an info as the gauge `x_info`, a state set as
///   the gauge `x` with its states in the label `x`. Timestamps are whole milliseconds.
/// - **OpenMetrics.** A family is declared by its bare name, with its unit where the name ends in
///   it, as OpenMetrics 1.0 wants ("Unit"). Timestamps are seconds. Counters and buckets have
///   their exemplars ("Exemplars"). The last line, `# EOF`, is not of the encoder: every body has
///   it once, and one encoding may become several bodies.
///
/// A histogram with a bound below zero has no sum, because it could fall; in OpenMetrics it has no
/// count then either ("Histogram": the two stand together or not at all).
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, LabelSet, Registry};
/// use ppc_transports::{Encoder, Exposition, Format, Timestamps};
///
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").help("Jobs run.").label_names(["queue"]);
/// jobs.register(&registry)?.with([("queue", "a b")])?.inc();
///
/// let encode = |format| {
///     let mut lines = Vec::new();
///     let mut exposition = Exposition::new(format, Timestamps::Server);
///     exposition.encode(&registry.gather(), &LabelSet::new(), &mut lines);
///     lines
/// };
/// assert_eq!(
///     encode(Format::Text),
///     b"# HELP jobs_total Jobs run.\n# TYPE jobs_total counter\njobs_total{queue=\"a b\"} 1\n"
/// );
/// assert_eq!(
///     encode(Format::OpenMetrics),
///     b"# TYPE jobs counter\n# HELP jobs Jobs run.\njobs_total{queue=\"a b\"} 1\n"
/// );
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Exposition {
    format: Format,
    timestamps: Timestamps,
    labels: Labels,
    lines: Lines,
    taken_names: &'static [&'static str],
}

impl Exposition {
    /// An encoder of this format.
    pub fn new(format: Format, timestamps: Timestamps) -> Self {
        Self {
            format,
            timestamps,
            labels: Labels::default(),
            lines: Lines::new(format),
            taken_names: &[],
        }
    }

    /// Whether counters and buckets have their exemplars: they do by default, in OpenMetrics. The
    /// text format has no place for them.
    #[must_use]
    pub fn exemplars(mut self, exemplars: bool) -> Self {
        self.lines.without_exemplars = !exemplars;
        self
    }

    /// Keeps what lines begin with from one encoding to the next: the same series are written twice as
    /// fast then, for as many bytes of memory as there are in the lines. For whoever encodes often; off
    /// by default.
    #[must_use]
    pub fn keep_lines(mut self, keep: bool) -> Self {
        self.lines.kept.is_on = keep;
        self
    }

    /// Leaves out the quantiles of summaries; by default they are there.
    #[must_use]
    pub fn without_quantiles(mut self) -> Self {
        self.lines.without_quantiles = true;
        self
    }

    /// How names are written that are more than letters, digits and `_`: `_` for each other character
    /// by default.
    #[must_use]
    pub fn escaping(mut self, escaping: Escaping) -> Self {
        self.labels.escaping = escaping;
        self
    }

    /// Labels that the place itself gives every sample, such as the grouping key of a gateway;
    /// none by default.
    ///
    /// A label of the client that has such a name is not written. Samples that have one
    /// themselves are left out, and counted in [`Omitted::label_taken`].
    #[must_use]
    pub fn taken_labels(mut self, names: Vec<String>) -> Self {
        self.labels = self.labels.without(names);
        self
    }

    /// Names of families that the place itself has: a metric of such a name is left out, and
    /// counted in [`Omitted::label_taken`] as one with the label `__name__`.
    #[must_use]
    pub fn taken_names(mut self, names: &'static [&'static str]) -> Self {
        self.taken_names = names;
        self
    }
}

impl Encoder for Exposition {
    fn timestamp_unit(&self) -> Option<Duration> {
        (self.timestamps == Timestamps::Client).then_some(Duration::from_millis(1))
    }

    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        let time = (self.timestamps == Timestamps::Client).then(|| snapshot.timestamp());
        self.lines.start_snapshot(time);
        self.lines.kept.start_snapshot(labels);
        let mut omitted = Omitted::default();
        let mut previous = None;
        for family in snapshot.families() {
            let descriptor = family.descriptor();
            let name = descriptor.names().family();
            if self.taken_names.contains(&name) {
                for series in family.series() {
                    omitted.note_taken(name, "__name__", count_samples(series.value()));
                }
                continue;
            }
            let names = Spelled::new(descriptor, self.format, self.labels.escaping);
            let before = out.len();
            // Of another registry's family there may be several parts, one behind the other.
            if previous != Some(name) {
                write_header(self.format, descriptor, &names, out);
            }
            let after = out.len();
            self.labels.start_family(descriptor, &names, labels);
            // The facts of an info change with their series in place, and a sum of another registry
            // may be there or not.
            let is_fixed = descriptor.kind() != Kind::Info && descriptor.spelling().is_none();
            let order = is_fixed.then(|| family.order());
            self.lines.kept.start_family(order);
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
                self.lines.write(&one, &self.labels, out, &mut omitted);
            }
            self.lines.kept.end_family(order);
            if out.len() == after {
                out.truncate(before);
            } else {
                previous = Some(name);
            }
        }
        omitted
    }
}

#[cfg(test)]
mod tests;
