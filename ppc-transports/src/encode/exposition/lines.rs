//! The lines of one series, by its kind.

use std::time::Duration;

use ppc_core::{Descriptor, Exemplar, HistogramValue, LabelSet, SeriesSnapshot, Value};

use super::format::Format;
use super::kept::Kept;
use super::labels::{self, Labels};
use super::spelled::Spelled;
use crate::encode::{Omitted, escape, number};

/// Which numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Also those that are infinite, or none.
    #[default]
    All,
    /// Those that can be added; the others are left out and counted.
    Finite,
}

/// Writes the lines of one series after the other.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    format: Format,
    pub(crate) numbers: Numbers,
    pub(crate) without_exemplars: bool,
    pub(crate) without_quantiles: bool,
    pub(super) kept: Kept,
    /// The labels of the series at hand, written once for all its lines.
    labels: Vec<u8>,
    /// What those of its lines begin with that have one more label, up to the value of that.
    start: Vec<u8>,
    /// The end of every line of a snapshot.
    line_end: Vec<u8>,
}

/// A series to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneSeries<'a> {
    pub(crate) descriptor: &'a Descriptor,
    pub(crate) names: &'a Spelled<'a>,
    pub(crate) series: &'a SeriesSnapshot<'a>,
    pub(crate) value: Value<'a>,
    /// The labels of the client.
    pub(crate) client: &'a LabelSet,
}

impl Lines {
    /// Lines of this format.
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }

    /// Puts aside what all lines of a snapshot have in common.
    pub(crate) fn start_snapshot(&mut self, timestamp: Option<Duration>) {
        self.line_end.clear();
        if let Some(timestamp) = timestamp {
            self.line_end.push(b' ');
            match self.format {
                Format::Text => number::write_count(millis(timestamp), &mut self.line_end),
                Format::OpenMetrics => write_seconds(timestamp, &mut self.line_end),
            }
        }
        self.line_end.push(b'\n');
    }

    /// Appends the lines of a series.
    #[inline]
    pub(crate) fn write(
        &mut self,
        one: &OneSeries<'_>,
        labels: &Labels,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let names = one.names;
        match one.value {
            Value::Counter(value) | Value::Gauge(value) => {
                if self.can_write(value, omitted) {
                    self.kept.start_line(out, |out| {
                        out.extend_from_slice(names.sample(0).as_bytes());
                        labels.write(one.series, out);
                    });
                    number::write_any(value, out);
                    self.end_line(one.series.exemplar(), out);
                }
            }
            Value::Info(info) => {
                if let Some(facts) = info.pairs() {
                    out.extend_from_slice(names.sample(0).as_bytes());
                    labels.write_info(one.series, facts, one.client, out);
                    out.push(b'1');
                    out.extend_from_slice(&self.line_end);
                }
            }
            _ => {
                if !self.kept.replays() {
                    self.labels.clear();
                    labels.write(one.series, &mut self.labels);
                }
                self.write_several(one, out, omitted);
            }
        }
    }

    /// Appends the lines of a kind that has several.
    fn write_several(&mut self, one: &OneSeries<'_>, out: &mut Vec<u8>, omitted: &mut Omitted) {
        let names = one.names;
        match one.value {
            Value::Histogram(histogram) => {
                self.start_lines(names.sample(0), "le");
                self.write_buckets(histogram, out);
                let has_sum = has_sum(one.descriptor, histogram.sum());
                // OpenMetrics 1.0, "Histogram": count and sum stand together or not at all.
                if has_sum || self.format == Format::Text {
                    self.write_count(names.sample(1), histogram.count(), out);
                }
                if has_sum {
                    self.write_real(names.sample(2), histogram.sum(), out, omitted);
                }
            }
            Value::Summary {
                count,
                sum,
                quantiles,
            } => {
                if !self.without_quantiles {
                    self.start_lines(names.own(), "quantile");
                    for (quantile, value) in quantiles.pairs() {
                        self.kept.start_line(out, |out| {
                            out.extend_from_slice(&self.start);
                            out.extend_from_slice(quantile.as_bytes());
                            out.extend_from_slice(b"\"} ");
                        });
                        number::write_any(value, out);
                        out.extend_from_slice(&self.line_end);
                    }
                }
                self.write_count(names.sample(0), count, out);
                if !is_absent(one.descriptor, sum) {
                    self.write_real(names.sample(1), sum, out, omitted);
                }
            }
            Value::StateSet(states) => {
                self.start_lines(names.sample(0), names.state());
                for (state, holds) in states.states() {
                    self.kept.start_line(out, |out| {
                        out.extend_from_slice(&self.start);
                        escape::quoted(state, out);
                        out.extend_from_slice(b"\"} ");
                    });
                    out.push(if holds { b'1' } else { b'0' });
                    out.extend_from_slice(&self.line_end);
                }
            }
            // Kinds come with the versions of this workspace, together with their lines here.
            _ => {}
        }
    }

    fn write_buckets(&mut self, histogram: HistogramValue<'_>, out: &mut Vec<u8>) {
        let mut exemplars = histogram.exemplars();
        for (le, count) in histogram.buckets() {
            self.kept.start_line(out, |out| {
                out.extend_from_slice(&self.start);
                out.extend_from_slice(le.as_bytes());
                out.extend_from_slice(b"\"} ");
            });
            number::write_count(count, out);
            self.end_line(exemplars.next().flatten(), out);
        }
    }

    /// Puts aside what the lines begin with that have one more label.
    fn start_lines(&mut self, name: &str, label: &str) {
        if self.kept.replays() {
            return;
        }
        self.start.clear();
        self.start.extend_from_slice(name.as_bytes());
        self.start.extend_from_slice(&self.labels);
        labels::open(&mut self.start);
        self.start.extend_from_slice(label.as_bytes());
        self.start.extend_from_slice(b"=\"");
    }

    fn write_count(&mut self, name: &str, count: u64, out: &mut Vec<u8>) {
        self.kept.start_line(out, |out| {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&self.labels);
        });
        number::write_count(count, out);
        out.extend_from_slice(&self.line_end);
    }

    fn write_real(&mut self, name: &str, value: f64, out: &mut Vec<u8>, omitted: &mut Omitted) {
        if self.can_write(value, omitted) {
            self.kept.start_line(out, |out| {
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(&self.labels);
            });
            number::write_any(value, out);
            out.extend_from_slice(&self.line_end);
        }
    }

    #[inline]
    fn can_write(&self, value: f64, omitted: &mut Omitted) -> bool {
        let can = value.is_finite() || self.numbers == Numbers::All;
        if !can {
            omitted.note_number(value);
        }
        can
    }

    /// Ends a line; what is known of one event stands before that, see OpenMetrics 1.0,
    /// "Exemplars".
    #[inline]
    fn end_line(&self, exemplar: Option<&Exemplar>, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.line_end);
        if let Some(exemplar) = exemplar
            && self.format == Format::OpenMetrics
            && !self.without_exemplars
        {
            out.pop();
            write_exemplar(exemplar, out);
        }
    }
}

/// Whether a histogram has a sum: with a bound below zero it might fall, which a total may not.
fn has_sum(descriptor: &Descriptor, sum: f64) -> bool {
    let mut bounds = descriptor.buckets().bounds().iter();
    bounds.next().is_none_or(|bound| *bound >= 0.0) && !is_absent(descriptor, sum)
}

/// Whether another registry has no such sum.
fn is_absent(descriptor: &Descriptor, sum: f64) -> bool {
    sum.is_nan() && descriptor.spelling().is_some()
}

#[cold]
fn write_exemplar(exemplar: &Exemplar, out: &mut Vec<u8>) {
    out.extend_from_slice(b" # ");
    let mut before = b'{';
    for (name, value) in exemplar.labels() {
        out.push(before);
        labels::write_label(name, value, out);
        before = b',';
    }
    out.extend_from_slice(if before == b'{' { b"{} " } else { b"} " });
    number::write_any(exemplar.value(), out);
    if let Some(timestamp) = exemplar.timestamp() {
        out.push(b' ');
        write_seconds(timestamp, out);
    }
    out.push(b'\n');
}

/// OpenMetrics 1.0, "Timestamps": in seconds; milliseconds are all that anybody keeps.
pub(super) fn write_seconds(timestamp: Duration, out: &mut Vec<u8>) {
    number::write(millis(timestamp) as f64 / 1e3, out);
}

fn millis(timestamp: Duration) -> u64 {
    u64::try_from(timestamp.as_millis()).unwrap_or(u64::MAX)
}
