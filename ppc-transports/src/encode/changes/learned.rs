//! The series that a stream knows: the texts of their lines, and what was said of them.

use std::ops::Range;

use super::format::{Around, ChangeFormat, Text, WIDTH};
use super::values::{Shape, Touched};
use crate::encode::Omitted;
use crate::encode::ids::IdMap;
use crate::encode::lines::Number;
use crate::encode::number::EXACT;

/// Series, one behind the other, each with its lines and words in lists that all share.
#[derive(Debug, Default)]
pub(super) struct Learned {
    index: IdMap<usize>,
    pub(super) slots: Vec<Slot>,
    pub(super) shapes: Vec<Shape>,
    pub(super) lines: Vec<Place>,
    pub(super) texts: Vec<u8>,
    /// What was said last.
    pub(super) words: Vec<u64>,
    /// What was gathered last, in the same form.
    pub(super) gathered: Vec<u64>,
}

/// A series.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked for by its name"
)]
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
    /// Of a counter or gauge: the number that stands in its line, and how many digits it has.
    pub(super) said: u64,
    pub(super) digits: usize,
    /// Of a counter: how much more was sent than what its changes come to so far, by another client
    /// that had some of them as well.
    pub(super) ahead: f64,
    /// A counter, or a gauge, that has a line.
    pub(super) is_counter: bool,
    pub(super) is_gauge: bool,
    /// Nothing was said of it yet.
    pub(super) is_new: bool,
    /// It is another series in the format, which is sent in its place.
    pub(super) is_left_out: bool,
    /// It changed since it was gathered.
    pub(super) is_touched: bool,
    /// It was removed, and the number of its life is one of ours.
    pub(super) came_again: bool,
    /// What a gather says of it in another life.
    pub(super) then: Option<usize>,
}

impl Slot {
    #[inline]
    pub(super) fn words(&self) -> Range<usize> {
        self.word..self.word + self.width
    }
}

/// Where that stands which is around the number of a line, with room for the number between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) number: usize,
    pub(super) behind: usize,
    pub(super) end: usize,
}

/// As many digits as the whole numbers have that a float says exactly.
const DIGITS: usize = 16;

/// No number stands in the room of a line.
pub(super) const UNSAID: u64 = u64::MAX;

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

    /// Adds a series as it was known before, for changes that were told while it was there; `then`
    /// is what it is in the snapshot.
    pub(super) fn carry(&mut self, before: &Self, slot: &Slot, then: Option<usize>) {
        let places = &before.lines[slot.line..slot.line + slot.lines];
        let (from, to) = match (places.first(), places.last()) {
            (Some(first), Some(last)) => (first.start, last.end),
            _ => (0, 0),
        };
        let (line, word, by) = (self.lines.len(), self.words.len(), self.texts.len());
        self.texts.extend_from_slice(&before.texts[from..to]);
        self.lines.extend(places.iter().map(|place| Place {
            start: place.start - from + by,
            number: place.number - from + by,
            behind: place.behind - from + by,
            end: place.end - from + by,
        }));
        let words = &before.words[slot.words()];
        self.words.extend_from_slice(words);
        self.gathered.extend_from_slice(words);
        self.shapes.push(before.shapes[slot.shape].clone());
        self.add(Slot {
            shape: self.shapes.len() - 1,
            line,
            word,
            then,
            ..*slot
        });
    }

    /// Has a series that was removed begin from zero, in a life of this number, should it come again.
    pub(super) fn begin_again(&mut self, at: usize, life: u64) {
        let slot = &mut self.slots[at];
        slot.life = life;
        slot.said = UNSAID;
        slot.is_new = false;
        slot.came_again = true;
        self.words[slot.words()].fill(0);
        self.gathered[slot.words()].fill(0);
    }

    /// How much of an amount that a counter rose by was not sent yet.
    #[inline]
    pub(super) fn not_sent(&mut self, at: usize, amount: f64) -> f64 {
        let slot = &mut self.slots[at];
        if slot.ahead > 0.0 {
            let sent = amount.min(slot.ahead);
            slot.ahead -= sent;
            amount - sent
        } else {
            amount
        }
    }

    /// Goes on with a series as another one says it.
    pub(super) fn go_on(&mut self, at: usize, words: &[u64], is_touched: bool) {
        let slot = &mut self.slots[at];
        slot.is_new = false;
        slot.is_touched = is_touched;
        self.index.insert(slot.id, at);
        self.words[slot.words()].copy_from_slice(words);
    }

    /// The texts of a series' lines.
    #[inline]
    pub(super) fn texts(&self, slot: &Slot) -> impl Iterator<Item = Around<'_>> {
        let lines = &self.lines[slot.line..slot.line + slot.lines];
        lines.iter().map(|text| self.around(*text))
    }

    #[inline]
    fn around(&self, text: Place) -> Around<'_> {
        let Place {
            start,
            number,
            behind,
            end,
        } = text;
        Around {
            before: Text::new(&self.texts[start..], number - start),
            behind: Text::new(&self.texts[behind..], end - behind),
        }
    }

    /// Adds a line, whose texts `write` appends to what is before its number and to what is behind.
    pub(super) fn add_line(&mut self, write: impl FnOnce(&mut Vec<u8>, &mut Vec<u8>)) {
        let (texts, mut text) = (&mut self.texts, Vec::new());
        let start = texts.len();
        write(texts, &mut text);
        let number = texts.len();
        let behind = number + DIGITS;
        texts.resize(behind, b'0');
        texts.extend_from_slice(&text);
        let end = texts.len();
        self.lines.push(Place {
            start,
            number,
            behind,
            end,
        });
    }

    /// Appends the line of a counter or gauge. A counter's number stays where it stands in the texts:
    /// one that is the same is copied with them, and so is one that is higher by 1, but for a digit.
    #[inline]
    pub(super) fn write_one<F: ChangeFormat>(
        &mut self,
        format: &F,
        at: usize,
        value: f64,
        out: &mut Vec<u8>,
    ) {
        let slot = &mut self.slots[at];
        let Some(place) = self.lines.get(slot.line) else {
            return;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "kept only where nothing was cut off"
        )]
        let whole = value as u64;
        #[expect(clippy::float_cmp, reason = "equal means that nothing was cut off")]
        let is_whole = whole as f64 == value && value < EXACT;
        let before = place.number - place.start;
        let last = place.number + slot.digits.max(1) - 1;
        let is_known = slot.said != UNSAID;
        if is_whole && is_known && slot.said == whole {
            Text::new(&self.texts[place.start..], before + slot.digits).write(out);
        } else if is_whole && is_known && slot.said + 1 == whole && self.texts[last] < b'9' {
            Text::new(&self.texts[place.start..], before + slot.digits).write(out);
            // Behind the copy: what was just written byte by byte cannot be read as a whole at once.
            self.texts[last] += 1;
            if let Some(digit) = out.last_mut() {
                *digit += 1;
            }
            slot.said = whole;
        } else {
            Text::new(&self.texts[place.start..], before).write(out);
            let start = out.len();
            format.write_plain(Number::Total(value), out);
            slot.said = UNSAID;
            if is_whole && slot.is_counter {
                let digits = &out[start..];
                self.texts[place.number..][..digits.len()].copy_from_slice(digits);
                (slot.said, slot.digits) = (whole, digits.len());
            }
        }
        Text::new(&self.texts[place.behind..], place.end - place.behind).write(out);
        format.end().write(out);
    }

    /// Appends the line of what came on top for a counter, and has the format note it.
    #[inline]
    pub(super) fn write_difference<F: ChangeFormat>(
        &mut self,
        format: &mut F,
        at: usize,
        more: f64,
        out: &mut Vec<u8>,
    ) {
        let (life, start) = (self.slots[at].life, out.len());
        self.write_one(format, at, more, out);
        format.wrote_addition(life, more, start..out.len());
    }

    /// Everything is added: short texts are followed by as many bytes as are copied with them.
    pub(super) fn finish(&mut self) {
        self.texts.resize(self.texts.len() + WIDTH, 0);
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
            write_line(format, text, shape.number(words, line, of), out, omitted);
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
                write_line(format, text, number(words), out, omitted);
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

/// Appends the line of a number, or leaves it out and counts that.
#[inline]
pub(super) fn write_line<F: ChangeFormat>(
    format: &F,
    around: Around<'_>,
    number: Number,
    out: &mut Vec<u8>,
    omitted: &mut Omitted,
) {
    if !format.can_say(number, omitted) {
        return;
    }
    if format.needs_zero(number) {
        around.before.write(out);
        out.push(b'0');
        around.behind.write(out);
        format.end().write(out);
    }
    around.before.write(out);
    format.write_plain(number, out);
    around.behind.write(out);
    format.end().write(out);
}
