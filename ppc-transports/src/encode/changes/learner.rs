//! Learns the lines of series while an encoding goes its way, in place of writing them.

use std::collections::HashSet;

use ppc_core::{FamilySnapshot, Kind, SeriesSnapshot, Value};

use super::format::ChangeFormat;
use super::learned::{Learned, Slot, UNSAID};
use super::values::Shape;
use crate::encode::Omitted;
use crate::encode::lines::{Line, LineFormat, Name, Number};

/// Stands in for a format, and keeps what lines have around their numbers.
///
/// What cannot be told from a change alone is written at once: the facts of an info, and quantiles.
#[derive(Debug)]
pub(super) struct Learner<'a, F> {
    format: &'a mut F,
    learned: &'a mut Learned,
    before: &'a Learned,
    replaced: &'a HashSet<u64>,
    /// Everything is to be said.
    all: bool,
    /// How much there was when the family at hand began: series, lines, bytes, words.
    start: [usize; 4],
}

impl<'a, F: ChangeFormat> Learner<'a, F> {
    pub(super) fn new(
        format: &'a mut F,
        learned: &'a mut Learned,
        before: &'a Learned,
        replaced: &'a HashSet<u64>,
        all: bool,
    ) -> Self {
        Self {
            format,
            learned,
            before,
            replaced,
            all,
            start: [0; 4],
        }
    }
}

impl<F: ChangeFormat> LineFormat for Learner<'_, F> {
    fn write_label(&self, name: &str, out: &mut Vec<u8>) {
        self.format.write_label(name, out);
    }

    fn write_value(&self, value: &str, out: &mut Vec<u8>) -> bool {
        self.format.write_value(value, out)
    }

    fn write_name(&self, sample: &str, name: &mut Name) {
        self.format.write_name(sample, name);
    }

    fn changes_names(&self, family: &str) -> bool {
        self.format.changes_names(family)
    }

    fn has_labels(&self) -> bool {
        self.format.has_labels()
    }

    fn adds_up(&self, kind: Kind) -> bool {
        self.format.adds_up(kind)
    }

    fn observes(&self) -> bool {
        self.format.observes()
    }

    fn start_family(&mut self, family: &FamilySnapshot) {
        let learned = &mut *self.learned;
        learned.shapes.push(Shape::of(family));
        self.start = [
            learned.slots.len(),
            learned.lines.len(),
            learned.texts.len(),
            learned.words.len(),
        ];
    }

    fn start_series(&mut self, series: &SeriesSnapshot<'_>, _: Value<'_>) {
        let learned = &mut *self.learned;
        let Some(shape) = learned.shapes.last() else {
            return;
        };
        let (id, life, word) = (series.id(), series.life(), learned.words.len());
        shape.take(series.words(), &mut learned.gathered);
        let known = self.before.find(id).map(|at| self.before.slots[at]);
        let known = known.filter(|slot| slot.life == life && slot.width == shape.width);
        match known {
            Some(slot) => {
                let said = &self.before.words[slot.words()];
                learned.words.extend_from_slice(said);
            }
            None => learned.words.resize(word + shape.width, 0),
        }
        let (width, index) = (shape.width, learned.shapes.len() - 1);
        learned.add(Slot {
            id,
            life,
            shape: index,
            line: learned.lines.len(),
            lines: 0,
            word,
            width,
            said: UNSAID,
            ahead: known.map_or(0.0, |slot| slot.ahead),
            digits: 0,
            is_counter: false,
            is_gauge: false,
            is_new: known.is_none(),
            // Until its first line comes.
            is_left_out: true,
            is_touched: false,
            came_again: false,
            then: None,
        });
    }

    fn write_sample(
        &mut self,
        line: Line<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let Some(slot) = self.learned.slots.last_mut() else {
            return;
        };
        slot.is_left_out = false;
        let kind = self.learned.shapes[slot.shape].kind;
        let is_quantile = kind == Kind::Summary && !line.own.is_empty();
        if kind == Kind::Info || is_quantile {
            if self.all || self.replaced.contains(&slot.id) {
                self.format.write_sample(line, number, out, omitted);
            }
            return;
        }
        slot.lines += 1;
        slot.is_counter = kind == Kind::Counter;
        slot.is_gauge = kind == Kind::Gauge;
        let format = &*self.format;
        self.learned
            .add_line(|before, behind| format.write_around(line, number, before, behind));
    }

    fn skip_sample(&mut self) {
        let Some(slot) = self.learned.slots.last_mut() else {
            return;
        };
        slot.lines += 1;
        self.learned.add_line(|_, _| {});
    }

    fn take_back(&mut self, _: usize) {
        let [slots, lines, texts, words] = self.start;
        self.learned.truncate(slots);
        self.learned.lines.truncate(lines);
        self.learned.texts.truncate(texts);
        self.learned.words.truncate(words);
        self.learned.gathered.truncate(words);
    }
}
