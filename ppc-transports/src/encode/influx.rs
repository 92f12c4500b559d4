//! Influx line protocol: `measurement,tag=value field=number timestamp`.
//!
//! One line a sample, as the original has it: the sample's name is split at its last inner `_`
//! into measurement and field, and a server that joins the two with `_` shows the Prometheus
//! name again.

use std::time::Duration;

use ppc_core::{LabelSet, Snapshot};

use super::escape::{self, InfluxReader};
use super::lines::{Line, LineFormat, Name, Number, Walk};
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
    timestamps: Timestamps,
    precision: Precision,
    lines: InfluxLines,
    walk: Walk,
}

impl Influx {
    /// An encoder of this form.
    pub fn new(names: Names, timestamps: Timestamps) -> Self {
        let lines = InfluxLines {
            names,
            end: Vec::new(),
        };
        Self {
            timestamps,
            lines,
            ..Self::default()
        }
    }

    /// The unit of the timestamps; the server has to be told of another than nanoseconds.
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }
}

impl Encoder for Influx {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        let end = &mut self.lines.end;
        end.clear();
        if self.timestamps == Timestamps::Client {
            end.push(b' ');
            let time = self.precision.of(snapshot.timestamp());
            number::write_count(u64::try_from(time).unwrap_or(u64::MAX), end);
        }
        end.push(b'\n');
        self.walk.encode(&mut self.lines, snapshot, labels, out)
    }
}

/// How a line is written.
#[derive(Debug, Default)]
struct InfluxLines {
    names: Names,
    /// The end of every line of a snapshot.
    end: Vec<u8>,
}

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
        if let Some(real) = number.real()
            && (real.is_nan() || real.is_infinite() && self.names == Names::InfluxDb)
        {
            omitted.note_number(real);
            return;
        }
        out.extend_from_slice(&line.name.head);
        out.extend_from_slice(line.labels);
        out.extend_from_slice(line.own);
        out.extend_from_slice(&line.name.foot);
        number.write(out);
        out.extend_from_slice(&self.end);
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
