//! Single changes of series to lines, for streams.
//!
//! What stands around the numbers of a series is written once, by the way that every encoding goes
//! ([`Walk`]); a change then takes the copying of that, and a number. What each series says is kept
//! beside it: the value after a change is the one before it and the change.

mod format;
mod learned;
mod learner;
mod values;

use std::collections::{HashMap, HashSet};
use std::mem;
use std::time::Duration;

use ppc_core::feed::Change;
use ppc_core::{FamilySnapshot, Kind, LabelSet, Snapshot};

use self::learned::{Learned, write_line};
use self::learner::Learner;
use self::values::Touched;
use super::lines::{Number, Walk};
use super::stream_encoder::{Event, Held, Lines, StreamEncoder, When};
pub(super) use format::{ChangeFormat, Text};
pub(super) use learned::count_up;

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
    fn knows_nothing(&mut self) -> bool {
        self.parts().2.round == 0
    }

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
                    continue;
                }
                break;
            };
            taken += 1;
            match event.change {
                Change::Added(amount) if self.learned.slots[slot].is_counter => {
                    self.write_addition(format, slot, amount.get(), lines);
                }
                change => {
                    self.write_change(format, slot, change, lines);
                    // It may be forgotten now.
                    last.0 = 0;
                }
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
        let slot = &self.learned.slots[at];
        let (words, life) = (&mut self.learned.words[slot.words()], slot.life);
        values::add(words, amount);
        let sends_changes = format.sends_changes();
        let value = if sends_changes {
            amount
        } else {
            values::total(words)
        };
        if !format.can_say(Number::Total(value), &mut lines.omitted) {
            return;
        }
        let start = lines.bytes.len();
        self.learned
            .write_counter(format, at, value, &mut lines.bytes);
        if sends_changes {
            format.wrote_addition(life, amount, start..lines.bytes.len());
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
                // It may come back, and is none then.
                self.strangers.remove(&slot.id);
                return self.learned.forget(at);
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

    /// Learns the series of a snapshot, and forgets those that are not in it. `held` are the changes
    /// that were told before the snapshot was taken, or meanwhile, and have not been encoded.
    pub(super) fn learn<F: ChangeFormat>(
        &mut self,
        walk: &mut Walk,
        format: &mut F,
        (snapshot, labels): (&Snapshot, &LabelSet),
        held: &dyn Held,
        when: When<'_>,
        lines: &mut Lines,
    ) {
        let is_between = matches!(when, When::Between);
        format.start_at(lines.time);
        mem::swap(&mut self.learned, &mut self.before);
        self.learned.clear();
        let omitted = {
            let mut learner = Learner::new(
                format,
                &mut self.learned,
                &self.before,
                &self.replaced,
                !is_between,
            );
            walk.encode(&mut learner, snapshot, labels, &mut lines.bytes)
        };
        self.carry(held);
        self.learned.finish();
        if !is_between {
            lines.omitted.add(omitted);
        }
        self.replaced.clear();
        self.round += 1;
        if let When::Start(before) = when {
            self.start_from(before);
        }
        self.find_bases(held, lines);
        match when {
            When::Start(_) => self.write_all(format, lines),
            When::Between | When::Review => {}
            When::End => {
                self.learned.settle(|_, words, gathered, shape| {
                    values::end_at(shape, words, gathered);
                });
                self.write_all(format, lines);
            }
        }
        if matches!(when, When::Start(_) | When::End) && snapshot.is_complete() {
            format.forget_gone();
        }
        lines.time += Duration::from_nanos(1);
    }

    /// Has series say what they did in a snapshot.
    fn start_from(&mut self, before: &Snapshot) {
        let mut words = Vec::new();
        for series in before.families().flat_map(FamilySnapshot::series) {
            let Some(at) = self.learned.find(series.id()) else {
                continue;
            };
            let slot = &mut self.learned.slots[at];
            words.clear();
            self.learned.shapes[slot.shape].take(series.words(), &mut words);
            self.learned.words[slot.words()].copy_from_slice(&words);
            slot.is_new = false;
        }
    }

    /// Keeps series as they were known for the changes of theirs that are still to be encoded: they
    /// were removed since, and some came back from zero.
    fn carry(&mut self, held: &dyn Held) {
        let Self {
            learned, before, ..
        } = self;
        held.for_each(&mut |event| {
            let Some(known) = before.find(event.series) else {
                return;
            };
            let (known, now) = (&before.slots[known], learned.find(event.series));
            if now.is_none_or(|now| learned.slots[now].life != known.life) {
                learned.carry(before, known, now);
            }
        });
    }

    /// Finds what series that are new here had counted before the first change that was told: what
    /// the snapshot says without those changes. And notes who stays unknown.
    fn find_bases(&mut self, held: &dyn Held, lines: &Lines) {
        // Those whose changes wait are kept, however many they are: nothing goes on before them.
        let known = if self.strangers.len() > MANY_STRANGERS {
            mem::take(&mut self.strangers)
        } else {
            HashMap::new()
        };
        for slot in &mut self.learned.slots {
            // There was nothing before.
            slot.is_new &= slot.life <= lines.told_from;
        }
        let Self {
            learned,
            strangers,
            round,
            ..
        } = self;
        let mut removed = HashMap::new();
        held.for_each(&mut |event| {
            let at = match removed.get(&event.series) {
                Some(then) => *then,
                None => learned.find(event.series),
            };
            match at {
                Some(at) if event.change == Change::Removed => {
                    removed.insert(event.series, learned.slots[at].then);
                }
                Some(at) if learned.slots[at].is_new => {
                    let slot = &learned.slots[at];
                    let words = &mut learned.words[slot.words()];
                    values::apply(&learned.shapes[slot.shape], words, event.change);
                    // Whatever was there before, nothing is left of it.
                    learned.slots[at].is_touched |= matches!(event.change, Change::Set(_));
                }
                None if event.change != Change::Removed => {
                    let (round, asked) = (*round, lines.time);
                    let new = || Stranger { round, asked };
                    let stranger = strangers.entry(event.series);
                    stranger
                        .or_insert_with(|| known.get(&event.series).copied().unwrap_or_else(new))
                        .asked = asked;
                }
                _ => {}
            }
        });
        self.learned.settle(|slot, words, gathered, shape| {
            if mem::take(&mut slot.is_new) {
                values::go_back(shape, words, gathered, slot.is_touched);
            }
            slot.is_touched = false;
        });
    }

    /// Appends lines of every value that is kept.
    fn write_all<F: ChangeFormat>(&mut self, format: &mut F, lines: &mut Lines) {
        for at in 0..self.learned.slots.len() {
            let slot = &self.learned.slots[at];
            let shape = &self.learned.shapes[slot.shape];
            let Lines { bytes, omitted, .. } = &mut *lines;
            if !format.sends_changes() || !shape.is_added_up() {
                self.learned
                    .write(format, slot, Touched::All, bytes, omitted);
            } else if slot.is_counter {
                let (total, life) = (values::total(&self.learned.words[slot.words()]), slot.life);
                if let Some(more) = format.missing(life, total, omitted) {
                    let start = bytes.len();
                    self.learned.write_counter(format, at, more, bytes);
                    format.wrote_addition(life, more, start..bytes.len());
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
                if format.can_say(Number::Total(more), omitted) {
                    let (life, start) = (slot.life, bytes.len());
                    self.learned.write_counter(format, at, more, bytes);
                    format.wrote_addition(life, more, start..bytes.len());
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
