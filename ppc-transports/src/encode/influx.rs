//! Influx line protocol: `measurement,tag=value field=number timestamp`.
//!
//! One line a sample, as the original has it: the sample's name is split at its last inner `_`
//! into measurement and field, and a server that joins the two with `_` shows the Prometheus
//! name again.

use std::time::Duration;

use ppc_core::{LabelSet, Snapshot};

use super::changes::{ChangeFormat, Changes, LinesEncoder, Text};
use super::escape::{self, InfluxReader};
use super::lines::{Line, LineFormat, Name, Number, Walk};
use super::{Encoder, Omitted, StreamEncoder, Timestamps, number};

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
    lines: InfluxLines,
    walk: Walk,
    changes: Changes,
}

impl Influx {
    /// An encoder of this form.
    pub fn new(names: Names, timestamps: Timestamps) -> Self {
        let lines = InfluxLines {
            names,
            timestamps,
            ..InfluxLines::default()
        };
        Self {
            lines,
            ..Self::default()
        }
    }

    /// The unit of the timestamps; the server has to be told of another than nanoseconds.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.lines.precision = precision;
        self
    }
}

impl Encoder for Influx {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.lines.start_at(snapshot.timestamp());
        self.walk.encode(&mut self.lines, snapshot, labels, out)
    }

    fn timestamp_unit(&self) -> Option<Duration> {
        (self.lines.timestamps == Timestamps::Client).then(|| match self.lines.precision {
            Precision::Seconds => Duration::from_secs(1),
            _ => Duration::from_millis(1),
        })
    }

    fn changes(&mut self) -> Option<&mut dyn StreamEncoder> {
        Some(self)
    }
}

impl LinesEncoder for Influx {
    type Format = InfluxLines;

    fn parts(&mut self) -> (&mut InfluxLines, &mut Walk, &mut Changes) {
        (&mut self.lines, &mut self.walk, &mut self.changes)
    }
}

/// How a line is written.
#[derive(Debug, Default)]
pub(super) struct InfluxLines {
    names: Names,
    timestamps: Timestamps,
    precision: Precision,
    /// The end of every line of a snapshot, and how long it is.
    end: [u8; WIDEST],
    end_len: usize,
}

/// The longest end of a line, a time of twenty digits, with room to be copied whole.
const WIDEST: usize = 32;

impl LineFormat for InfluxLines {
    fn write_label(&self, name: &str, out: &mut Vec<u8>) {
        out.push(b',');
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
    }

    fn write_value(&self, value: &str, out: &mut Vec<u8>) -> bool {
        escape::influx_tag_value(value, self.names.reader(), out);
        false
    }

    fn write_name(&self, sample: &str, name: &mut Name) {
        let (measurement, field) = split_name(sample, self.names);
        name.head.extend_from_slice(measurement.as_bytes());
        for part in [b" ", field.as_bytes(), b"="] {
            name.foot.extend_from_slice(part);
        }
    }

    #[inline]
    fn write_sample(
        &mut self,
        line: Line<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        if !self.can_say(number, omitted) {
            return;
        }
        line.write_before(out);
        number.write(out);
        self.end().write(out);
    }
}

impl ChangeFormat for InfluxLines {
    #[inline]
    fn can_say(&self, number: Number, omitted: &mut Omitted) -> bool {
        let Some(real) = number.real() else {
            return true;
        };
        let can = !(real.is_nan() || real.is_infinite() && self.names == Names::InfluxDb);
        if !can {
            omitted.note_number(real);
        }
        can
    }

    #[inline]
    fn end(&self) -> Text<'_> {
        Text::new(&self.end, self.end_len)
    }

    fn start_at(&mut self, time: Duration) {
        let mut end = Vec::new();
        if self.timestamps == Timestamps::Client {
            end.push(b' ');
            let time = self.precision.of(time);
            number::write_count(u64::try_from(time).unwrap_or(u64::MAX), &mut end);
        }
        end.push(b'\n');
        self.end[..end.len()].copy_from_slice(&end);
        self.end_len = end.len();
    }

    /// Counts up the digits as they stand, which is a tenth of the work of writing them.
    #[inline]
    fn tick(&mut self) {
        if self.precision != Precision::Nanoseconds {
            return;
        }
        if let [b' ', digits @ .., b'\n'] = &mut self.end[..self.end_len] {
            count_up(digits);
        }
    }
}

/// Adds 1 to a number by its digits, of which there are enough.
#[inline]
fn count_up(digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
}

/// Measurement and field of a sample.
fn split_name(name: &str, style: Names) -> (&str, &str) {
    let last = name.len().saturating_sub(1);
    match name[..last].rfind('_') {
        Some(at) if at > 0 => (&name[..at], &name[at + 1..]),
        _ => match style {
            Names::Prometheus => ("", name),
            Names::InfluxDb => (name, "value"),
        },
    }
}

#[cfg(test)]
mod tests;
