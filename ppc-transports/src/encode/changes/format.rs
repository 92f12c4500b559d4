//! What a format of one line a sample has to say of single changes.

use std::time::Duration;

use crate::encode::Omitted;
use crate::encode::lines::{Line, LineFormat, Number};

/// What stands in a line around its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::encode) struct Around<'a> {
    pub(in crate::encode) before: &'a [u8],
    pub(in crate::encode) behind: &'a [u8],
}

impl Around<'_> {
    /// Whether the line is written at all: its series always has a name.
    #[inline]
    pub(super) fn is_there(self) -> bool {
        !self.before.is_empty()
    }
}

/// A format that writes lines of single changes, from texts that are kept.
pub(in crate::encode) trait ChangeFormat: LineFormat {
    /// Appends what stands before the number of a line, and to the other what stands behind it;
    /// without its time.
    fn write_around(&self, line: Line<'_>, before: &mut Vec<u8>, behind: &mut Vec<u8>);

    /// Appends the line of a value, or leaves it out and counts that.
    fn write_number(
        &mut self,
        around: Around<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    );

    /// Lines that are sent together begin; what is pending of those before did not arrive.
    fn start(&mut self) {}

    /// Forgets the series of which no total was written since the start.
    fn forget_gone(&mut self) {}

    /// The lines that follow are of this time.
    fn start_at(&mut self, _time: Duration) {}

    /// The lines that follow are of a time later by a nanosecond.
    fn tick(&mut self) {}

    /// Whether counters and observations are sent as what changes, by the methods below.
    fn sends_changes(&self) -> bool {
        false
    }

    /// Appends the line of an amount that a counter rose by, for a series of this life.
    fn write_added(
        &mut self,
        _around: Around<'_>,
        _life: u64,
        _amount: f64,
        _out: &mut Vec<u8>,
        _omitted: &mut Omitted,
    ) {
    }

    /// Appends the line of what a counter's total has more than was sent, where that is anything.
    fn write_total(
        &mut self,
        _around: Around<'_>,
        _life: u64,
        _total: f64,
        _out: &mut Vec<u8>,
        _omitted: &mut Omitted,
    ) {
    }

    /// Appends the line of an observation; of seconds, where the metric has that unit.
    fn write_observed(
        &mut self,
        _around: Around<'_>,
        _value: f64,
        _is_seconds: bool,
        _out: &mut Vec<u8>,
        _omitted: &mut Omitted,
    ) {
    }
}
