//! Influx line protocol: `measurement,tag=value field=number timestamp`.
//!
//! One line a sample, as the original has it: the sample's name is split at its last inner `_`
//! into measurement and field, and a server that joins the two with `_` shows the Prometheus
//! name again.

use std::time::Duration;

use ppc_core::{FamilySnapshot, Kind, LabelSet, SeriesSnapshot, Snapshot, Value};

use super::escape::{self, InfluxReader};
use super::{Encoder, Omitted, Timestamps, number};

/// What becomes of a name that has no inner `_` to be split at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Names {
    /// An empty measurement, `,x=1 temperature=5`, which `VictoriaMetrics` stores under the plain
    /// name.
    #[default]
    Prometheus,
    /// The field `value`, `temperature,x=1 value=5`, for `InfluxDB`, which refuses an empty
    /// measurement. It has no infinities either, which are left out and counted; tabs, carriage
    /// returns and form feeds in a label value become `\t`, `\r` and `\f`, a backslash at its end
    /// a slash, and one before a space, a comma, `=` or another backslash arrives doubled.
    InfluxDb,
}

impl Names {
    fn reader(self) -> InfluxReader {
        match self {
            Self::Prometheus => InfluxReader::Lenient,
            Self::InfluxDb => InfluxReader::Strict,
        }
    }
}

/// The unit of the timestamps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// What a server takes where it is told nothing.
    #[default]
    Nanoseconds,
    /// 1,000 of them.
    Microseconds,
    /// 1,000,000 of them.
    Milliseconds,
    /// Pushes within a second have the same timestamp then, and servers keep one of them.
    Seconds,
}

impl Precision {
    fn of(self, time: Duration) -> u128 {
        match self {
            Self::Nanoseconds => time.as_nanos(),
            Self::Microseconds => time.as_micros(),
            Self::Milliseconds => time.as_millis(),
            Self::Seconds => time.as_secs().into(),
        }
    }
}

/// Writes Influx line protocol.
///
/// The quantiles of a summary stand under its plain name, with the tag `quantile`; those of an
/// empty window are left out, and not counted as left out. Exemplars have no place in the format.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, LabelSet, Registry};
/// use ppc_transports::{Encoder, Influx, Names, Timestamps};
///
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").label_names(["queue"]).register(&registry)?;
/// jobs.with([("queue", "a b")])?.inc();
///
/// let mut lines = Vec::new();
/// let mut influx = Influx::new(Names::Prometheus, Timestamps::Server);
/// influx.encode(&registry.gather(), &LabelSet::new(), &mut lines);
/// assert_eq!(lines, b"jobs,queue=a\\ b total=1\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Influx {
    names: Names,
    timestamps: Timestamps,
    precision: Precision,
    /// What stands before each label value of the family at hand: `,name=`.
    heads: Vec<String>,
    /// The client's labels that the family at hand does not have itself.
    tail: Vec<u8>,
    /// The tags of the series at hand, written once for all its lines.
    tags: Vec<u8>,
    /// The end of every line of a snapshot.
    line_end: Vec<u8>,
}

impl Influx {
    /// An encoder of this form.
    pub fn new(names: Names, timestamps: Timestamps) -> Self {
        Self {
            names,
            timestamps,
            ..Self::default()
        }
    }

    /// The unit of the timestamps; the server has to be told of another than nanoseconds.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Puts aside what the lines of a family have in common.
    fn start_family(&mut self, family: &FamilySnapshot, labels: &LabelSet) {
        let descriptor = family.descriptor();
        self.heads.clear();
        self.heads
            .extend(descriptor.label_names().map(|name| format!(",{name}=")));
        self.tail.clear();
        let state = (descriptor.kind() == Kind::StateSet).then(|| descriptor.names().family());
        for (name, value) in labels.iter() {
            if Some(name) != state && descriptor.label_names().all(|own| own != name) {
                write_tag(self.names, name, value, &mut self.tail);
            }
        }
    }

    /// Puts aside the tags that all lines of a series have.
    fn start_series(&mut self, series: &SeriesSnapshot<'_>, labels: &LabelSet) {
        self.tags.clear();
        for (head, (_, value)) in self.heads.iter().zip(series.labels()) {
            if !value.is_empty() {
                self.tags.extend_from_slice(head.as_bytes());
                escape::influx_tag_value(value, self.names.reader(), &mut self.tags);
            }
        }
        match series.value() {
            // The facts of an info are labels of its own.
            Value::Info(info) => {
                let facts = || info.pairs().into_iter().flatten();
                let own = |name: &str| series.labels().chain(facts()).any(|(own, _)| own == name);
                for (name, value) in labels.iter().filter(|(name, _)| !own(name)) {
                    write_tag(self.names, name, value, &mut self.tags);
                }
            }
            _ => self.tags.extend_from_slice(&self.tail),
        }
    }
}

impl Encoder for Influx {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.line_end.clear();
        if self.timestamps == Timestamps::Client {
            self.line_end.push(b' ');
            let time = self.precision.of(snapshot.timestamp());
            number::write_count(u64::try_from(time).unwrap_or(u64::MAX), &mut self.line_end);
        }
        self.line_end.push(b'\n');
        let mut omitted = Omitted::default();
        for family in snapshot.families() {
            let names = SplitNames::new(family, self.names);
            self.start_family(family, labels);
            for series in family.series() {
                self.start_series(&series, labels);
                let lines = &mut Lines {
                    influx: self,
                    out,
                    omitted: &mut omitted,
                };
                lines.write_series(&names, series.value());
            }
        }
        omitted
    }
}

/// Writes the lines of one series.
struct Lines<'a> {
    influx: &'a Influx,
    out: &'a mut Vec<u8>,
    omitted: &'a mut Omitted,
}

impl Lines<'_> {
    fn write_series(&mut self, names: &SplitNames<'_>, value: Value<'_>) {
        let style = self.influx.names;
        match value {
            Value::Counter(value) | Value::Gauge(value) => self.write_real(names.0[0], value),
            Value::Histogram(histogram) => {
                let [bucket, count, sum] = names.0;
                for (le, value) in histogram.buckets() {
                    // A bound holds nothing that would have to be escaped.
                    self.write_line(
                        bucket,
                        |tags| write_plain_tag("le", le, tags),
                        |out| {
                            number::write_count(value, out);
                        },
                    );
                }
                self.write_count(count, histogram.count());
                self.write_real(sum, histogram.sum());
            }
            Value::Summary {
                count: value,
                sum: total,
                quantiles,
            } => {
                let [count, sum, quantile] = names.0;
                // Of an empty window there is nothing to say, which is no fault.
                for (label, value) in quantiles.pairs().filter(|(_, value)| !value.is_nan()) {
                    let tag = |tags: &mut Vec<u8>| write_plain_tag("quantile", label, tags);
                    self.write_tagged_real(quantile, tag, value);
                }
                self.write_count(count, value);
                self.write_real(sum, total);
            }
            Value::Info(info) => {
                let Some(pairs) = info.pairs() else { return };
                let tags = |tags: &mut Vec<u8>| {
                    for (name, value) in pairs {
                        write_tag(style, name, value, tags);
                    }
                };
                self.write_line(names.0[0], tags, |out| out.push(b'1'));
            }
            Value::StateSet(states) => {
                for (state, holds) in states.states() {
                    let tags = |tags: &mut Vec<u8>| write_tag(style, names.1, state, tags);
                    self.write_line(names.0[0], tags, |out| out.push(b'0' + u8::from(holds)));
                }
            }
            // Kinds come with the versions of this workspace, together with their lines here.
            _ => {}
        }
    }

    fn write_count(&mut self, name: SplitName<'_>, value: u64) {
        self.write_line(name, |_| {}, |out| number::write_count(value, out));
    }

    fn write_real(&mut self, name: SplitName<'_>, value: f64) {
        self.write_tagged_real(name, |_| {}, value);
    }

    fn write_tagged_real(
        &mut self,
        name: SplitName<'_>,
        tags: impl FnOnce(&mut Vec<u8>),
        value: f64,
    ) {
        if value.is_nan() {
            self.omitted.not_a_number += 1;
        } else if value.is_infinite() && self.influx.names == Names::InfluxDb {
            self.omitted.infinite += 1;
        } else {
            self.write_line(name, tags, |out| number::write_any(value, out));
        }
    }

    #[inline]
    fn write_line(
        &mut self,
        name: SplitName<'_>,
        tags: impl FnOnce(&mut Vec<u8>),
        value: impl FnOnce(&mut Vec<u8>),
    ) {
        let out = &mut *self.out;
        out.extend_from_slice(name.measurement.as_bytes());
        out.extend_from_slice(&self.influx.tags);
        tags(out);
        out.push(b' ');
        out.extend_from_slice(name.field.as_bytes());
        out.push(b'=');
        value(out);
        out.extend_from_slice(&self.influx.line_end);
    }
}

/// Appends a tag. One that is empty is left out: the protocol has no way to write it, and to
/// Prometheus an empty label and none are the same.
fn write_tag(style: Names, name: &str, value: &str, out: &mut Vec<u8>) {
    if !value.is_empty() {
        out.push(b',');
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        escape::influx_tag_value(value, style.reader(), out);
    }
}

fn write_plain_tag(name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b',');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    out.extend_from_slice(value.as_bytes());
}

/// The split names of a family's samples, in the order of its kind, that of its quantiles behind
/// them, and the family's name.
struct SplitNames<'a>([SplitName<'a>; 3], &'a str);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct SplitName<'a> {
    measurement: &'a str,
    field: &'a str,
}

impl<'a> SplitNames<'a> {
    fn new(family: &'a FamilySnapshot, style: Names) -> Self {
        let names = family.descriptor().names();
        let mut split = [SplitName::default(); 3];
        for (slot, sample) in split.iter_mut().zip(names.samples()) {
            *slot = split_name(sample, style);
        }
        if family.descriptor().kind() == Kind::Summary {
            split[2] = split_name(names.family(), style);
        }
        Self(split, names.family())
    }
}

fn split_name(name: &str, style: Names) -> SplitName<'_> {
    let last = name.len().saturating_sub(1);
    match name[..last].rfind('_') {
        Some(at) if at > 0 => SplitName {
            measurement: &name[..at],
            field: &name[at + 1..],
        },
        _ => match style {
            Names::Prometheus => SplitName {
                measurement: "",
                field: name,
            },
            Names::InfluxDb => SplitName {
                measurement: name,
                field: "value",
            },
        },
    }
}

#[cfg(test)]
mod tests;
