//! Graphite's plaintext lines with tags: `name;tag=value number timestamp`.

use std::time::Duration;

use ppc_core::{LabelSet, Snapshot};

use super::changes::{ChangeFormat, Changes, LinesEncoder, Text};
use super::lines::{Line, LineFormat, Name, Number, Walk};
use super::{Encoder, Omitted, StreamEncoder, Timestamps, escape, number};

/// Writes Graphite's plaintext lines with tags, as carbon (1.1 and later) and `VictoriaMetrics`
/// read them.
///
/// Names, labels and numbers are those of every format: `jobs_total` of a counter; `_bucket` with
/// the label `le`, `_count` and `_sum` of a histogram; the quantiles of a summary under its plain
/// name, with the label `quantile`, but for those of an empty window; 1 for an info with its facts
/// as labels, and for the state of a state set that holds. Exemplars have no place in the format.
///
/// - Timestamps are seconds, so that of pushes within one second servers keep the last. Where the
///   server is to stamp the samples they are -1, which both read as now.
/// - A label that is empty is left out. What is not a number is left out and counted; infinities
///   are `+Inf` and `-Inf`.
/// - Nothing can be escaped: in label values white space, control characters and `;` become `_`,
///   character by character, and so do a `~` at the beginning and the brace of `"}` at the end,
///   which carbon would refuse or misread. Of series that become one by that, one is sent, always
///   the same: one in which nothing was replaced, else the oldest. The others are left out and
///   counted.
/// - Carbon keeps the metric's name as the tag `name`, over a label of that name.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, LabelSet, Registry};
/// use ppc_transports::{Encoder, Graphite, Timestamps};
///
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").label_names(["queue"]).register(&registry)?;
/// jobs.with([("queue", "a b")])?.inc_by(3);
///
/// let mut lines = Vec::new();
/// let mut graphite = Graphite::new(Timestamps::Server);
/// graphite.encode(&registry.gather(), &LabelSet::new(), &mut lines);
/// assert_eq!(lines, b"jobs_total;queue=a_b 3 -1\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Graphite {
    lines: GraphiteLines,
    walk: Walk,
    changes: Changes,
}

impl Graphite {
    /// An encoder with these timestamps.
    pub fn new(timestamps: Timestamps) -> Self {
        let lines = GraphiteLines {
            timestamps,
            end: Vec::new(),
        };
        Self {
            lines,
            ..Self::default()
        }
    }
}

impl Encoder for Graphite {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.lines.start_at(snapshot.timestamp());
        self.walk.encode(&mut self.lines, snapshot, labels, out)
    }

    fn timestamp_unit(&self) -> Option<Duration> {
        (self.lines.timestamps == Timestamps::Client).then(|| Duration::from_secs(1))
    }

    fn changes(&mut self) -> Option<&mut dyn StreamEncoder> {
        Some(self)
    }
}

impl LinesEncoder for Graphite {
    type Format = GraphiteLines;

    fn parts(&mut self) -> (&mut GraphiteLines, &mut Walk, &mut Changes) {
        (&mut self.lines, &mut self.walk, &mut self.changes)
    }
}

/// How a line is written.
#[derive(Debug, Default)]
pub(super) struct GraphiteLines {
    timestamps: Timestamps,
    /// The end of every line of a snapshot.
    end: Vec<u8>,
}

impl LineFormat for GraphiteLines {
    fn write_label(&self, name: &str, out: &mut Vec<u8>) {
        out.push(b';');
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
    }

    fn write_value(&self, value: &str, out: &mut Vec<u8>) -> bool {
        escape::graphite_tag(value, out)
    }

    fn write_name(&self, sample: &str, name: &mut Name) {
        name.head.extend_from_slice(sample.as_bytes());
        name.foot.push(b' ');
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
        out.extend_from_slice(&self.end);
    }
}

impl ChangeFormat for GraphiteLines {
    #[inline]
    fn can_say(&self, number: Number, omitted: &mut Omitted) -> bool {
        let nan = number.real().filter(|real| real.is_nan());
        if let Some(nan) = nan {
            omitted.note_number(nan);
        }
        nan.is_none()
    }

    #[inline]
    fn end(&self) -> Text<'_> {
        Text::new(&self.end, self.end.len())
    }

    fn start_at(&mut self, time: Duration) {
        self.end.clear();
        self.end.push(b' ');
        match self.timestamps {
            Timestamps::Client => number::write_count(time.as_secs(), &mut self.end),
            Timestamps::Server => self.end.extend_from_slice(b"-1"),
        }
        self.end.push(b'\n');
    }
}

#[cfg(test)]
mod tests;
