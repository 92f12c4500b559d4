//! Formats: from a snapshot to the bytes of a wire format, one format a file. No I/O.

#[cfg(feature = "openmetrics")]
mod delta;
mod number;

#[cfg(any(feature = "influx", feature = "openmetrics"))]
mod escape;
#[cfg(feature = "openmetrics")]
mod exposition;
#[cfg(feature = "influx")]
mod influx;

use std::fmt;
use std::ops::Range;

use ppc_core::{LabelSet, Snapshot};

#[cfg(feature = "openmetrics")]
pub use delta::{DeltaExposition, Gauges};
#[cfg(feature = "openmetrics")]
pub use exposition::{Exposition, Format};
#[cfg(feature = "influx")]
pub use influx::{Influx, Names, Precision};

/// Writes a snapshot in one format.
pub trait Encoder: fmt::Debug + Send {
    /// Appends the lines of every sample, each with its newline, and says what had to be left
    /// out. `labels` are added to every series; a series' own label of the same name wins.
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted;

    /// The next encoding is the last one of its client.
    fn begin_last(&mut self) {}

    /// Whether the last encoding has to wait for another encoder, which may be about to end without
    /// what this one has to say. To be asked again soon.
    fn must_wait(&mut self) -> bool {
        false
    }

    /// Whether lines that may have arrived can be sent once more without harm: not where they are
    /// differences.
    fn is_repeatable(&self) -> bool {
        true
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
}

impl Omitted {
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
