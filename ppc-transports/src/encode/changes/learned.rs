//! The series that a stream knows: the texts of their lines, and what was said of them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::format::{Around, ChangeFormat};
use super::values::{Shape, Touched};
use crate::encode::Omitted;

/// Series, one behind the other, each with its lines and words in lists that all share.
#[derive(Debug, Default)]
pub(super) struct Learned {
    index: HashMap<u64, usize, BuildHasherDefault<IdHasher>>,
    pub(super) slots: Vec<Slot>,
    pub(super) shapes: Vec<Shape>,
    pub(super) lines: Vec<Text>,
    pub(super) texts: Vec<u8>,
    /// What was said last.
    pub(super) words: Vec<u64>,
    /// What was gathered last, in the same form.
    pub(super) gathered: Vec<u64>,
}

/// A series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) id: u64,
    pub(super) life: u64,
    pub(super) shape: usize,
    /// The first of its lines, and how many there are.
    pub(super) line: usize,
    pub(super) lines: usize,
    /// The first of its words, and how many there are.
    pub(super) word: usize,
    pub(super) width: usize,
    /// Nothing was said of it yet.
    pub(super) is_new: bool,
    /// It is another series in the format, which is sent in its place.
    pub(super) is_left_out: bool,
    /// It changed since it was gathered.
    pub(super) is_touched: bool,
}

impl Slot {
    #[inline]
    pub(super) fn words(&self) -> Range<usize> {
        self.word..self.word + self.width
    }
}

/// What stands around the number of a line, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) start: usize,
    pub(super) number: usize,
    pub(super) end: usize,
}

impl Learned {
    pub(super) fn clear(&mut self) {
        self.index.clear();
        self.slots.clear();
        self.shapes.clear();
        self.lines.clear();
        self.texts.clear();
        self.words.clear();
        self.gathered.clear();
    }

    #[inline]
    pub(super) fn find(&self, id: u64) -> Option<usize> {
        self.index.get(&id).copied()
    }

    /// Adds a series.
    pub(super) fn add(&mut self, slot: Slot) {
        self.index.insert(slot.id, self.slots.len());
        self.slots.push(slot);
    }

    /// Takes the series away that were added after so many.
    pub(super) fn truncate(&mut self, slots: usize) {
        for slot in self.slots.drain(slots..) {
            self.index.remove(&slot.id);
        }
    }

    /// Forgets a series, which is to be learned anew.
    pub(super) fn forget(&mut self, at: usize) {
        self.index.remove(&self.slots[at].id);
        self.slots[at].lines = 0;
    }

    /// The texts of a series' lines.
    #[inline]
    pub(super) fn texts(&self, slot: &Slot) -> impl Iterator<Item = Around<'_>> {
        let lines = &self.lines[slot.line..slot.line + slot.lines];
        lines.iter().map(|text| self.around(*text))
    }

    #[inline]
    fn around(&self, text: Text) -> Around<'_> {
        Around {
            before: &self.texts[text.start..text.number],
            behind: &self.texts[text.number..text.end],
        }
    }

    /// Appends the lines that a change touched.
    #[inline]
    pub(super) fn write<F: ChangeFormat>(
        &self,
        format: &mut F,
        slot: &Slot,
        touched: Touched,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let (shape, words) = (&self.shapes[slot.shape], &self.words[slot.words()]);
        let of = slot.lines;
        let mut write = |line: usize| {
            let text = self.around(self.lines[slot.line + line]);
            if !text.is_there() {
                return;
            }
            format.write_number(text, shape.number(words, line, of), out, omitted);
        };
        match touched {
            Touched::All => (0..of).for_each(write),
            // Where there are no labels, there are no buckets, but count and sum.
            Touched::From(bucket) => (bucket.min(of.saturating_sub(2))..of).for_each(write),
            Touched::States(bits) => {
                let changed = (0..of).filter(|line| bits >> line & 1 == 1);
                changed.for_each(&mut write);
            }
            Touched::None => {}
        }
    }

    /// Appends the lines whose numbers are other than they were with the old words.
    pub(super) fn write_changed<F: ChangeFormat>(
        &self,
        format: &mut F,
        slot: &Slot,
        old: &[u64],
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let (shape, words) = (&self.shapes[slot.shape], &self.words[slot.words()]);
        for (line, text) in self
            .texts(slot)
            .enumerate()
            .filter(|(_, text)| text.is_there())
        {
            let number = |words| shape.number(words, line, slot.lines);
            if number(words) != number(old) {
                format.write_number(text, number(words), out, omitted);
            }
        }
    }

    /// Has every series changed by what was gathered of it.
    pub(super) fn settle(&mut self, mut change: impl FnMut(&mut Slot, &mut [u64], &[u64], &Shape)) {
        for slot in &mut self.slots {
            let (words, gathered) = (&mut self.words[slot.words()], &self.gathered[slot.words()]);
            change(slot, words, gathered, &self.shapes[slot.shape]);
        }
    }
}

/// Numbers of series rise one by one: a multiplication spreads them.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    #[inline]
    fn write_u64(&mut self, id: u64) {
        // 2⁶⁴ divided by the golden ratio, as Knuth has it (The Art of Computer Programming, 6.4).
        self.0 = id.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
