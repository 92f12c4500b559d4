//! What an encoding would change, until it is known whether it arrived.

use std::ops::Range;

/// Notes by the lines that they belong to, in the order of those.
#[derive(Debug)]
pub(super) struct Pending<T> {
    notes: Vec<(Range<usize>, T)>,
}

impl<T> Pending<T> {
    /// Forgets all notes.
    pub(super) fn clear(&mut self) {
        self.notes.clear();
    }

    /// Adds the note of the next lines.
    pub(super) fn push(&mut self, lines: Range<usize>, note: T) {
        self.notes.push((lines, note));
    }

    /// Forgets the notes of the lines from here on.
    pub(super) fn truncate(&mut self, start: usize) {
        let kept = self.notes.partition_point(|(lines, _)| lines.start < start);
        self.notes.truncate(kept);
    }

    /// The notes whose lines have all arrived; a range that did may end without its last newline.
    pub(super) fn arrived(&self, range: &Range<usize>) -> impl Iterator<Item = &T> {
        let first = self
            .notes
            .partition_point(|(lines, _)| lines.start < range.start);
        let end = range.end.saturating_add(1);
        let arrived = self.notes[first..]
            .iter()
            .take_while(move |(lines, _)| lines.end <= end);
        arrived.map(|(_, note)| note)
    }
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self { notes: Vec::new() }
    }
}
