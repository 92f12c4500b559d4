//! What a format of one line a sample has to say of single changes.

use std::ops::Range;
use std::time::Duration;

use crate::encode::Omitted;
use crate::encode::lines::{Line, LineFormat, Number};

/// What stands in a line around its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::encode) struct Around<'a> {
    pub(in crate::encode) before: Text<'a>,
    pub(in crate::encode) behind: Text<'a>,
}

impl Around<'_> {
    /// Whether the line is written at all: its series always has a name.
    #[inline]
    pub(super) fn is_there(self) -> bool {
        self.before.len > 0
    }
}

/// A text at the beginning of bytes that go on behind it.
#[derive(Clone, Copy, Debug)]
pub(in crate::encode) struct Text<'a> {
    bytes: &'a [u8],
    len: usize,
}

/// So many bytes are copied where a text is no longer.
const NARROW: usize = 32;
/// The same for texts that are longer than that; so many bytes should follow a text.
pub(super) const WIDTH: usize = 64;

impl<'a> Text<'a> {
    #[inline]
    pub(in crate::encode) fn new(bytes: &'a [u8], len: usize) -> Self {
        Self { bytes, len }
    }

    /// Appends it. A short one is copied with whatever follows it, which is then cut off: to copy as
    /// many bytes as are known while compiling takes a few instructions, any other number a call.
    #[inline]
    pub(in crate::encode) fn write(self, out: &mut Vec<u8>) {
        let end = out.len() + self.len;
        if self.len <= NARROW
            && let Some(narrow) = self.bytes.first_chunk::<NARROW>()
        {
            out.extend_from_slice(narrow);
        } else if self.len <= WIDTH
            && let Some(wide) = self.bytes.first_chunk::<WIDTH>()
        {
            out.extend_from_slice(wide);
        } else {
            out.extend_from_slice(&self.bytes[..self.len]);
        }
        out.truncate(end);
    }
}

/// A format that writes lines of single changes, from texts that are kept.
pub(in crate::encode) trait ChangeFormat: LineFormat {
    /// Appends what stands before the number of a line, and to the other what stands behind it, up
    /// to where its time follows. The number says of which kind it will be.
    fn write_around(
        &self,
        line: Line<'_>,
        _number: Number,
        before: &mut Vec<u8>,
        _behind: &mut Vec<u8>,
    ) {
        line.write_before(before);
    }

    /// Whether there is a word for a number; counted where there is none.
    fn can_say(&self, number: Number, omitted: &mut Omitted) -> bool;

    /// Appends a number for which there is a word.
    #[inline]
    fn write_plain(&self, number: Number, out: &mut Vec<u8>) {
        number.write(out);
    }

    /// Whether a line that says 0 has to come before the one with this number.
    fn needs_zero(&self, _number: Number) -> bool {
        false
    }

    /// The time, and what else is the same at the end of all lines.
    fn end(&self) -> Text<'_> {
        Text::new(&[], 0)
    }

    /// The lines that follow are of this time.
    fn start_at(&mut self, _time: Duration) {}

    /// The lines that follow are of a time later by a nanosecond.
    fn tick(&mut self) {}

    /// Whether counters and observations are sent as what changes: as the methods below say.
    fn sends_changes(&self) -> bool {
        false
    }

    /// Lines that are sent together begin; what is pending of those before did not arrive.
    fn start(&mut self) {}

    /// What a counter of this life has to say beyond what was sent; nothing where that is nothing.
    fn missing(&mut self, _life: u64, _total: f64, _omitted: &mut Omitted) -> Option<f64> {
        None
    }

    /// How much more than its total was sent for a counter of this life: by another client.
    fn ahead(&self, _life: u64, _total: f64) -> f64 {
        0.0
    }

    /// These bytes are a line that says what came on top for a counter of this life.
    fn wrote_addition(&mut self, _life: u64, _amount: f64, _bytes: Range<usize>) {}

    /// A counter's life has another number from now on.
    fn rename(&mut self, _life: u64, _now: u64) {}

    /// Forgets the counters for which `missing` was not asked since the start.
    fn forget_gone(&mut self) {}

    /// By what observations are multiplied, which are of seconds or of something else.
    fn scale(&self, _is_seconds: bool) -> f64 {
        1.0
    }
}
