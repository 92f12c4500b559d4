//! Formats: from a snapshot to the bytes of a wire format, one format a file. No I/O.

#[cfg(any(feature = "redis", feature = "sqlite"))]
mod batches;
#[cfg(any(feature = "influx", feature = "statsd", feature = "graphite"))]
mod changes;
#[cfg(feature = "openmetrics")]
mod delta;
#[cfg(any(
    feature = "influx",
    feature = "statsd",
    feature = "graphite",
    feature = "openmetrics"
))]
mod escape;
#[cfg(feature = "openmetrics")]
mod exposition;
#[cfg(feature = "graphite")]
mod graphite;
#[cfg(any(feature = "influx", feature = "statsd", feature = "graphite"))]
mod ids;
#[cfg(feature = "influx")]
mod influx;
#[cfg(any(feature = "influx", feature = "statsd", feature = "graphite"))]
mod lines;
mod number;
#[cfg(any(feature = "statsd", feature = "openmetrics"))]
mod pending;
#[cfg(any(
    feature = "statsd",
    feature = "openmetrics",
    feature = "redis",
    feature = "sqlite"
))]
mod restart;
#[cfg(feature = "statsd")]
mod statsd;
mod stream_encoder;

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use ppc_core::{LabelSet, Snapshot, Value};

#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(crate) use batches::{BatchSettings, Batches};
#[cfg(feature = "openmetrics")]
pub use delta::{DeltaExposition, Gauges};
#[cfg(feature = "openmetrics")]
pub use exposition::{Escaping, Exposition, Format};
#[cfg(feature = "graphite")]
pub use graphite::Graphite;
#[cfg(feature = "influx")]
pub use influx::{Influx, Names, Precision};
#[cfg(feature = "statsd")]
pub use statsd::{Dialect, Statsd, Types};
pub use stream_encoder::{Event, Held, Lines, StreamEncoder, When};

/// Writes a snapshot in one format.
pub trait Encoder: fmt::Debug + Send {
    /// Appends the lines of every sample, each with its newline, and says what had to be left
    /// out. `labels` are added to every series; a series' own label of the same name wins.
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted;

    /// The next encoding is the last one of its client.
    fn begin_last(&mut self) {}

    /// Values are encoded so often from now on, at the least.
    fn set_period(&mut self, _period: Duration) {}

    /// Values are about to be read for the next encoding. Whether that, being the last one, has to
    /// wait for another encoder, which may be about to end without what this one has to say; to be
    /// asked again soon then.
    fn must_wait(&mut self) -> bool {
        false
    }

    /// The last encoding is over, and there is none after it.
    fn end_last(&mut self) {}

    /// Whether lines that may have arrived can be sent once more without harm: not where they are
    /// differences. True by default.
    fn is_repeatable(&self) -> bool {
        true
    }

    /// The unit of the timestamps, where each sample says at which time it was read: then values
    /// that could not be delivered are kept, and sent later on. They say none by default.
    fn timestamp_unit(&self) -> Option<Duration> {
        None
    }

    /// What writes single changes in this format, where it can.
    #[doc(hidden)]
    fn changes(&mut self) -> Option<&mut dyn StreamEncoder> {
        None
    }

    /// These bytes of the last encoding, whole lines of it, have arrived. What sends differences
    /// counts from there on.
    fn delivered(&mut self, _lines: Range<usize>) {}
}

/// Samples that a format has no way to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Omitted {
    /// How many were not a number.
    pub not_a_number: u64,
    /// How many were infinite.
    pub infinite: u64,
    /// How many have a label that the place itself gives them.
    pub label_taken: u64,
    /// The first of those: its metric and that label, `__name__` where it is the name itself.
    pub taken: Option<(Box<str>, Box<str>)>,
    /// How many are of a series that is the same as another one in the format, which has to replace
    /// characters of names or labels, or has no labels.
    pub collided: u64,
    /// The first of those: its metric.
    pub collision: Option<Box<str>>,
    /// How many cannot be said without a label, in a format that has none.
    pub unlabelled: u64,
    /// How many were kept in vain: they were not delivered for too long.
    pub outdated: u64,
}

impl Omitted {
    /// Adds what another encoding left out.
    pub(crate) fn add(&mut self, other: Self) {
        self.not_a_number += other.not_a_number;
        self.infinite += other.infinite;
        self.label_taken += other.label_taken;
        self.collided += other.collided;
        self.unlabelled += other.unlabelled;
        self.outdated += other.outdated;
        self.taken = self.taken.take().or(other.taken);
        self.collision = self.collision.take().or(other.collision);
    }

    /// Notes a number that is not finite.
    fn note_number(&mut self, value: f64) {
        if value.is_nan() {
            self.not_a_number += 1;
        } else {
            self.infinite += 1;
        }
    }

    /// Notes samples that have a label that the place itself gives them.
    fn note_taken(&mut self, metric: &str, label: &str, samples: u64) {
        self.label_taken += samples;
        if samples > 0 && self.taken.is_none() {
            self.taken = Some((metric.into(), label.into()));
        }
    }

    /// Notes samples of a series that is another one in the format.
    fn note_collided(&mut self, metric: &str, samples: u64) {
        self.collided += samples;
        if samples > 0 && self.collision.is_none() {
            self.collision = Some(metric.into());
        }
    }
}

/// How many samples a series has.
fn count_samples(value: Value<'_>) -> u64 {
    let count = match value {
        Value::Histogram(histogram) => histogram.exemplars().len() + 2,
        Value::Summary { quantiles, .. } => quantiles.pairs().len() + 2,
        Value::Info(info) => usize::from(info.pairs().is_some()),
        Value::StateSet(states) => states.states().count(),
        _ => 1,
    };
    count as u64
}

/// Whose clock stamps the samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Timestamps {
    /// Ours: every sample of a push carries the time of its snapshot.
    #[default]
    Client,
    /// The server's: no timestamp is sent.
    Server,
}
