//! What a stream asks of an encoder: lines of single changes, in place of all values.

use std::time::{Duration, Instant};

use ppc_core::feed::Change;
use ppc_core::{LabelSet, Snapshot};

use super::Omitted;

/// A change of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The number of the series, [`SeriesSnapshot::id`](ppc_core::SeriesSnapshot::id).
    pub series: u64,
    /// What became of it.
    pub change: Change,
}

/// When a snapshot is learned.
#[derive(Clone, Copy, Debug)]
pub enum When<'a> {
    /// At the start of a stream: everything is said as it was before the first change, which this
    /// snapshot says.
    Start(&'a Snapshot),
    /// In the middle of it, for the names of series.
    Between,
    /// In the middle of it, for what no change tells as well: quantiles.
    Review,
    /// At its end: everything is said as it is.
    End,
}

/// What lines of changes are written with, and what became of them.
#[derive(Debug, Default)]
pub struct Lines {
    /// The time of the next change; rises by a nanosecond with each.
    pub time: Duration,
    /// The lines, each with its newline.
    pub bytes: Vec<u8>,
    /// What could not be said.
    pub omitted: Omitted,
    /// Of series whose life has a higher number than this every change is told.
    pub told_from: u64,
    /// The facts of an info were replaced: they are to be gathered.
    pub is_behind: bool,
}

/// Changes that can be looked at before they are encoded.
pub trait Held {
    /// Shows each of them, those of each thread in their order.
    fn for_each(&self, see: &mut dyn FnMut(Event));
}

impl Held for &[Event] {
    fn for_each(&self, see: &mut dyn FnMut(Event)) {
        self.iter().copied().for_each(see);
    }
}

/// Writes single changes. It has to have learned a snapshot before, from which it knows the names
/// and labels of series.
pub trait StreamEncoder {
    /// Whether no snapshot was learned yet: where another stream has written so far, and this one
    /// is to go on.
    fn knows_nothing(&mut self) -> bool;

    /// Until when another one has told what there was to be told, where there was one.
    fn others_ended(&self) -> Option<Instant> {
        None
    }

    /// Lines that are sent together begin; what was written before has arrived, or does not.
    fn start(&mut self);

    /// Appends the lines of changes, up to the first one of a series that is not known; how many
    /// that were.
    fn encode_changes(&mut self, events: &[Event], lines: &mut Lines) -> usize;

    /// Learns the series of a snapshot, whose lines have these labels as well, and forgets those
    /// that are not in it. `held` are the changes that were told before the snapshot was taken, or
    /// meanwhile, and are to be encoded after this.
    fn learn(
        &mut self,
        snapshot: (&Snapshot, &LabelSet),
        held: &dyn Held,
        when: When<'_>,
        lines: &mut Lines,
    );

    /// Appends the lines of what the snapshot learned last says beyond the changes, all of which
    /// up to then are encoded: totals that are higher, because changes were not told, and with
    /// `all` levels and states as well.
    fn catch_up(&mut self, all: bool, lines: &mut Lines);

    /// The stream is over: forgets what was learned.
    fn stop(&mut self);
}
