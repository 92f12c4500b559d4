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

use self::learned::Learned;
use self::learner::Learner;
use self::values::Touched;
use super::lines::Walk;
use super::stream::{Event, Lines, StreamEncoder, When};
pub(super) use format::{Around, ChangeFormat};

/// What a stream knows of series, and what it said of them.
#[derive(Debug, Default)]
pub(super) struct Changes {
    learned: Learned,
    /// What was learned before: memory to be used again.
    before: Learned,
    /// Series without a name that were asked for: they are another stream's, or were removed.
    strangers: HashMap<u64, Stranger>,
    /// Lives with a higher number were told of from zero on.
    began: u64,
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
        held: &[Event],
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

/// Totals that differ by no more than this part are the same, added up in another order.
const ROUNDING: f64 = 1e-12;

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
        let mut taken = 0;
        for event in events {
            let Some(slot) = self.learned.find(event.series) else {
                if self.is_strange(event, lines.time) {
                    taken += 1;
                    continue;
                }
                break;
            };
            taken += 1;
            self.write_change(format, slot, event.change, lines);
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

    #[inline]
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
            Change::Removed => return self.learned.forget(at),
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
        if format.sends_changes()
            && let Some(text) = self.learned.texts(slot).next()
        {
            match change {
                Change::Observed(value) => {
                    return format.write_observed(text, value, shape.is_seconds, bytes, omitted);
                }
                Change::Added(amount) if shape.kind == Kind::Counter => {
                    return format.write_added(text, slot.life, amount, bytes, omitted);
                }
                _ => {}
            }
        }
        self.learned.write(format, slot, touched, bytes, omitted);
        self.learned.slots[at].is_touched = true;
    }

    /// Learns the series of a snapshot, and forgets those that are not in it. `held` are the changes
    /// that were told before the snapshot was taken, or meanwhile, and have not been encoded.
    pub(super) fn learn<F: ChangeFormat>(
        &mut self,
        walk: &mut Walk,
        format: &mut F,
        (snapshot, labels): (&Snapshot, &LabelSet),
        held: &[Event],
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
        if !is_between {
            lines.omitted.add(omitted);
        }
        self.replaced.clear();
        self.round += 1;
        if let When::Start(before, began) = when {
            self.began = began;
            self.start_from(before);
        }
        self.find_bases(held, lines.time);
        match when {
            When::Start(..) => self.write_all(format, lines),
            When::Between => {}
            When::End => {
                self.learned.settle(|_, words, gathered, shape| {
                    values::end_at(shape, words, gathered);
                });
                self.write_all(format, lines);
            }
        }
        if !is_between && snapshot.is_complete() {
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

    /// Finds what series that are new here had counted before the first change that was told: what
    /// the snapshot says without those changes. And notes who stays unknown.
    fn find_bases(&mut self, held: &[Event], now: Duration) {
        if self.strangers.len() > MANY_STRANGERS {
            self.strangers.clear();
        }
        for event in held {
            match self.learned.find(event.series) {
                Some(at) if self.learned.slots[at].is_new => {
                    let slot = &self.learned.slots[at];
                    let words = &mut self.learned.words[slot.words()];
                    values::apply(&self.learned.shapes[slot.shape], words, event.change);
                    // Whatever was there before, nothing is left of it.
                    self.learned.slots[at].is_touched |= matches!(event.change, Change::Set(_));
                }
                None if event.change != Change::Removed => {
                    let (round, asked) = (self.round, now);
                    let new = Stranger { round, asked };
                    self.strangers.entry(event.series).or_insert(new).asked = now;
                }
                _ => {}
            }
        }
        let began = self.began;
        self.learned.settle(|slot, words, gathered, shape| {
            let is_new = mem::take(&mut slot.is_new);
            if is_new && slot.life > began {
                words.fill(0);
            } else if is_new {
                values::go_back(shape, words, gathered, slot.is_touched);
            }
            slot.is_touched = false;
        });
    }

    /// Appends lines of every value that is kept.
    fn write_all<F: ChangeFormat>(&self, format: &mut F, lines: &mut Lines) {
        for slot in &self.learned.slots {
            let Lines { bytes, omitted, .. } = lines;
            let shape = &self.learned.shapes[slot.shape];
            if shape.kind == Kind::Counter
                && format.sends_changes()
                && let Some(text) = self.learned.texts(slot).next()
            {
                let total = values::total(&self.learned.words[slot.words()]);
                format.write_total(text, slot.life, total, bytes, omitted);
            } else if !shape.is_observed(format) {
                self.learned
                    .write(format, slot, Touched::All, bytes, omitted);
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
            if slot.is_left_out || shape.is_observed(format) {
                continue;
            }
            old.clear();
            old.extend_from_slice(words);
            if !values::catch_up(shape, words, gathered, all && !slot.is_touched) {
                continue;
            }
            if shape.kind == Kind::Counter && format.sends_changes() {
                let more = values::total(words) - values::total(&old);
                if let Some(text) = self.learned.texts(slot).next() {
                    format.write_added(text, slot.life, more, bytes, omitted);
                }
            } else {
                self.learned
                    .write_changed(format, slot, &old, bytes, omitted);
            }
        }
        lines.time += Duration::from_nanos(1);
    }
}
