//! StatsD: `name,tag=value:number|type`, in the dialects of its servers.

mod dialect;
mod form;
mod sent;
mod types;

use std::ops::Range;

use ppc_core::{LabelSet, Snapshot};

use self::form::StatsdLines;
use super::changes::{ChangeFormat, Changes, LinesEncoder};
use super::lines::Walk;
use super::{Encoder, Omitted, StreamEncoder};
pub use dialect::Dialect;
pub use types::Types;

/// Writes StatsD lines, one a sample.
///
/// Names, labels and numbers are those of every format: `jobs_total` of a counter; `_bucket` with
/// the label `le`, `_count` and `_sum` of a histogram; the quantiles of a summary under its plain
/// name, with the label `quantile`; 1 for an info with its facts as labels, and for the state of a
/// state set that holds. [`Dialect`] says how labels stand in a line, and what is replaced in them.
///
/// - A negative gauge is two lines, `x:0|g` and `x:-5|g`, because `-5` alone takes 5 off whatever
///   the gauge is. A [`Packer`](crate::Packer) with `Cut::Samples` keeps the two together.
/// - Numbers are decimals without an exponent, which some servers do not read. What is infinite or
///   not a number is left out and counted.
/// - Nothing can be escaped in StatsD. Series that become one by what is replaced do not overwrite
///   each other in turn: one is sent, always the same, the others are left out and counted. It is
///   one in which nothing was replaced, else the oldest.
/// - There are no timestamps and no exemplars.
///
/// As [`Types::Native`] only [`Encoder::delivered`] moves on what counts as sent: the differences
/// of lines that did not arrive are in the next encoding.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Gauge, LabelSet, Registry};
/// use ppc_transports::{Dialect, Encoder, Statsd, Types};
///
/// let registry = Registry::new();
/// let jobs = Counter::builder("jobs").label_names(["queue"]).register(&registry)?;
/// jobs.with([("queue", "a:b")])?.inc_by(3);
/// Gauge::builder("temperature").register(&registry)?.set(-5);
///
/// let mut lines = Vec::new();
/// let mut statsd = Statsd::new(Dialect::Influx, Types::Gauges);
/// statsd.encode(&registry.gather(), &LabelSet::new(), &mut lines);
/// assert_eq!(lines, b"jobs_total,queue=a_b:3|g\ntemperature:0|g\ntemperature:-5|g\n");
///
/// lines.clear();
/// let mut statsd = Statsd::new(Dialect::DogStatsd, Types::Native);
/// statsd.encode(&registry.gather(), &LabelSet::new(), &mut lines);
/// assert_eq!(lines, b"jobs_total:3|c|#queue:a:b\ntemperature:0|g\ntemperature:-5|g\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Statsd {
    lines: StatsdLines,
    walk: Walk,
    changes: Changes,
}

impl Statsd {
    /// An encoder of this form.
    pub fn new(dialect: Dialect, types: Types) -> Self {
        Self {
            lines: StatsdLines::new(dialect, types),
            ..Self::default()
        }
    }

    /// Has it write single changes; as [`Types::Native`] that is a form of its own, in which
    /// observations are sent one by one, and what they come to is not.
    pub(crate) fn set_streams(&mut self, streams: bool) {
        self.lines.streams = streams;
    }
}

impl Encoder for Statsd {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.lines.start();
        let omitted = self.walk.encode(&mut self.lines, snapshot, labels, out);
        // What was not read is not gone, and is not to be told again from zero.
        if snapshot.is_complete() {
            self.lines.forget_gone();
        }
        omitted
    }

    fn changes(&mut self) -> Option<&mut dyn StreamEncoder> {
        Some(self)
    }

    fn is_repeatable(&self) -> bool {
        self.lines.types == Types::Gauges
    }

    fn delivered(&mut self, lines: Range<usize>) {
        self.lines.delivered(&lines);
    }
}

impl LinesEncoder for Statsd {
    type Format = StatsdLines;

    fn parts(&mut self) -> (&mut StatsdLines, &mut Walk, &mut Changes) {
        (&mut self.lines, &mut self.walk, &mut self.changes)
    }
}

#[cfg(test)]
mod tests;
