//! Single changes of series to lines, for streams.
//!
//! What stands around the numbers of a series is written once, by the way that every encoding goes
//! ([`Walk`]); a change then takes the copying of that, and a number. What each series says is kept
//! beside it: the value after a change is the one before it and the change.

mod format;
mod learned;
mod learner;
mod learning;
mod values;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use ppc_core::feed::Change;
use ppc_core::{Kind, LabelSet, Snapshot};

use self::learned::{Learned, write_line};
use self::values::Touched;
use super::lines::{Number, Walk};
use super::stream_encoder::{Event, Held, Lines, StreamEncoder, When};
pub(super) use format::{ChangeFormat, Text};

/// What a stream knows of series, and what it said of them.
#[derive(Debug, Default)]
pub(super) struct Changes {
    learned: Learned,
    /// What was learned before: memory to be used again.
    before: Learned,
    /// Series without a name that were asked for: they are another stream's, or were removed.
    strangers: HashMap<u64, Stranger>,
    /// How many snapshots were learned.
    round: u64,
    /// Infos whose facts were replaced.
    replaced: HashSet<u64>,
}

/// A series that is in no snapshot.
#[derive(Clone, Copy, Debug)]
struct Stranger {
    /// The first snapshot that it was not in; which may have been taken before there was a series.
    round: u64,
    asked: Duration,
}

/// An encoder that writes a line a sample.
pub(super) trait LinesEncoder {
    type Format: ChangeFormat;

    fn parts(&mut self) -> (&mut Self::Format, &mut Walk, &mut Changes);
}

impl<E: LinesEncoder> StreamEncoder for E {
    fn start(&mut self) {
        self.parts().0.start();
    }

    fn encode_changes(&mut self, events: &[Event], lines: &mut Lines) -> usize {
        let (format, _, changes) = self.parts();
        changes.encode(format, events, lines)
    }

    fn learn(
        &mut self,
        snapshot: (&Snapshot, &LabelSet),
        held: &dyn Held,
        when: When<'_>,
        lines: &mut Lines,
    ) {
        let (format, walk, changes) = self.parts();
        changes.learn(walk, format, snapshot, held, when, lines);
    }

    fn catch_up(&mut self, all: bool, lines: &mut Lines) {
        let (format, _, changes) = self.parts();
        changes.catch_up(format, all, lines);
    }

    fn stop(&mut self) {
        *self.parts().2 = Changes::default();
    }
}

/// So many strangers are remembered.
const MANY_STRANGERS: usize = 65_536;

/// A stranger may have come to be known after so long.
const STRANGE: Duration = Duration::from_secs(1);

/// A number for a life that began after a removal, before a gather tells its own: from the highest
/// down, where a gather has none.
fn next_life() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(u64::MAX);
    NEXT.fetch_sub(1, Relaxed)
}

impl Changes {
    /// Appends the lines of changes, up to the first one of a series that is not known; how many
    /// that were.
    pub(super) fn encode<F: ChangeFormat>(
        &mut self,
        format: &mut F,
        events: &[Event],
        lines: &mut Lines,
    ) -> usize {
        format.start_at(lines.time);
        let (mut taken, mut last) = (0, (0, None));
        for event in events {
            // Often it is the same series as before. No series has the number 0.
            if last.0 != event.series {
                last = (event.series, self.learned.find(event.series));
            }
            let Some(slot) = last.1 else {
                if self.is_strange(event, lines.time) {
                    taken += 1;
                    lines.nameless += u64::from(event.change != Change::Removed);
                    continue;
                }
                break;
            };
            taken += 1;
            match event.change {
                Change::Added(amount) if self.learned.slots[slot].is_counter => {
                    self.write_addition(format, slot, amount.get(), lines);
                }
                Change::Set(level) if self.learned.slots[slot].is_gauge && level.get() >= 0.0 => {
                    self.write_level(format, slot, level.get(), lines);
                }
                change => self.write_change(format, slot, change, lines),
            }
            format.tick();
        }
        lines.time += Duration::from_nanos(taken as u64);
        taken
    }

    /// Whether the series is of no concern.
    #[cold]
    fn is_strange(&self, event: &Event, now: Duration) -> bool {
        let stranger = self.strangers.get(&event.series);
        event.change == Change::Removed
            || stranger.is_some_and(|stranger| {
                stranger.round < self.round && now.saturating_sub(stranger.asked) < STRANGE
            })
    }

    /// Appends the line of an amount that a counter rose by.
    #[inline]
    fn write_addition<F: ChangeFormat>(
        &mut self,
        format: &mut F,
        at: usize,
        amount: f64,
        lines: &mut Lines,
    ) {
        let words = &mut self.learned.words[self.learned.slots[at].words()];
        values::add(words, amount);
        let Lines { bytes, omitted, .. } = lines;
        if format.sends_changes() {
            let left = self.learned.not_sent(at, amount);
            let all_was_sent = left == 0.0 && amount > 0.0;
            if !all_was_sent && format.can_say(Number::Total(left), omitted) {
                self.learned.write_difference(format, at, left, bytes);
            }
            return;
        }
        let total = values::total(words);
        if format.can_say(Number::Total(total), omitted) {
            self.learned.write_one(format, at, total, bytes);
        }
    }

    /// Appends the line of a gauge that was set, to what is not negative.
    #[inline]
    fn write_level<F: ChangeFormat>(
        &mut self,
        format: &F,
        at: usize,
        level: f64,
        lines: &mut Lines,
    ) {
        let slot = &mut self.learned.slots[at];
        slot.is_touched = true;
        self.learned.words[slot.word] = level.to_bits();
        if format.can_say(Number::Level(level), &mut lines.omitted) {
            self.learned.write_one(format, at, level, &mut lines.bytes);
        }
    }

    /// Appends the lines of any other change.
    fn write_change<F: ChangeFormat>(
        &mut self,
        format: &mut F,
        at: usize,
        change: Change,
        lines: &mut Lines,
    ) {
        let slot = &self.learned.slots[at];
        let shape = &self.learned.shapes[slot.shape];
        let (bytes, omitted) = (&mut lines.bytes, &mut lines.omitted);
        match change {
            Change::Removed => {
                // It may come again, and is none then.
                self.strangers.remove(&slot.id);
                return self.learned.begin_again(at, next_life());
            }
            Change::Replaced => {
                self.replaced.insert(slot.id);
                lines.is_behind = true;
                return;
            }
            _ if slot.is_left_out => {
                if format.has_labels() || shape.kind != Kind::StateSet {
                    omitted.note_collided(&shape.name, 1);
                } else {
                    omitted.unlabelled += 1;
                }
                return;
            }
            _ => {}
        }
        let words = &mut self.learned.words[slot.words()];
        let touched = values::apply(shape, words, change);
        match change {
            Change::Observed(value) if format.sends_changes() => {
                if let Some(text) = self.learned.texts(slot).next() {
                    let value = Number::Total(value.get() * format.scale(shape.is_seconds));
                    write_line(format, text, value, bytes, omitted);
                }
            }
            _ => self.learned.write(format, slot, touched, bytes, omitted),
        }
        self.learned.slots[at].is_touched = true;
    }

    /// Appends lines of every value that is kept.
    pub(super) fn write_all<F: ChangeFormat>(&mut self, format: &mut F, lines: &mut Lines) {
        for at in 0..self.learned.slots.len() {
            let slot = &self.learned.slots[at];
            let shape = &self.learned.shapes[slot.shape];
            let Lines { bytes, omitted, .. } = &mut *lines;
            if self.learned.find(slot.id) != Some(at) {
                continue; // it is what comes after another one
            }
            if !format.sends_changes() || !shape.is_added_up() {
                self.learned
                    .write(format, slot, Touched::All, bytes, omitted);
            } else if slot.is_counter {
                let (total, life) = (values::total(&self.learned.words[slot.words()]), slot.life);
                self.learned.slots[at].ahead = format.ahead(life, total);
                if let Some(more) = format.missing(life, total, omitted) {
                    self.learned.write_difference(format, at, more, bytes);
                }
            }
        }
    }

    /// Raises what is said to what was gathered last, once all changes up to then are encoded, and
    /// appends the lines of what that changes: of totals whose changes were not told, and with
    /// `all`, where some were dropped, of levels and states.
    pub(super) fn catch_up<F: ChangeFormat>(
        &mut self,
        format: &mut F,
        all: bool,
        lines: &mut Lines,
    ) {
        format.start_at(lines.time);
        self.hand_over(format);
        let Lines { bytes, omitted, .. } = lines;
        let mut old = Vec::new();
        for at in 0..self.learned.slots.len() {
            let slot = &self.learned.slots[at];
            let shape = &self.learned.shapes[slot.shape];
            let (words, gathered) = (
                &mut self.learned.words[slot.words()],
                &self.learned.gathered[slot.words()],
            );
            let sends_changes = format.sends_changes() && shape.is_added_up();
            if slot.is_left_out || sends_changes && !slot.is_counter {
                continue;
            }
            old.clear();
            old.extend_from_slice(words);
            if !values::catch_up(shape, words, gathered, all && !slot.is_touched) {
                continue;
            }
            if sends_changes {
                let more = values::total(words) - values::total(&old);
                let more = self.learned.not_sent(at, more);
                if more > 0.0 && format.can_say(Number::Total(more), omitted) {
                    self.learned.write_difference(format, at, more, bytes);
                }
            } else {
                self.learned
                    .write_changed(format, slot, &old, bytes, omitted);
            }
        }
        lines.time += Duration::from_nanos(1);
    }
}

#[cfg(test)]
mod tests;
