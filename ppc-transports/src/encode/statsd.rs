//! StatsD: `name,tag=value:number|type`, in the dialects of its servers.

mod dialect;
mod form;
mod sent;

use std::ops::Range;

use ppc_core::{LabelSet, Snapshot};

use self::form::StatsdLines;
use super::lines::Walk;
use super::{Encoder, Omitted};
pub use dialect::Dialect;

/// Which of the types of StatsD samples are sent as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Types {
    /// Everything as a gauge, `g`, with its current value; in words `gauges`. A datagram that is
    /// lost is made good by the next push, a server that starts anew has everything after one.
    #[default]
    Gauges,
    /// Counters, and the counts, sums and buckets of histograms and summaries, as counters, `c`,
    /// in words `native`: what came on top of what was sent before, for the server to add up over
    /// all that send to it. A line is sent once when it is new, be it 0, and then where something
    /// came on top. Everything else is sent as a gauge.
    ///
    /// A datagram that is lost on its way over UDP is lost for good. A sum falls where what is
    /// negative is observed, and is a negative counter then, which `statsd_exporter` refuses.
    /// Telegraf cuts fractions of counters off unless told otherwise (`float_counters`).
    Native,
}

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
}

impl Statsd {
    /// An encoder of this form.
    pub fn new(dialect: Dialect, types: Types) -> Self {
        Self {
            lines: StatsdLines::new(dialect, types),
            walk: Walk::default(),
        }
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

    fn is_repeatable(&self) -> bool {
        self.lines.types == Types::Gauges
    }

    fn delivered(&mut self, lines: Range<usize>) {
        self.lines.delivered(&lines);
    }
}

#[cfg(test)]
mod tests;
