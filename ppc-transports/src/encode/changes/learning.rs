//! What a stream learns of series from a gather: their names, and how what it says compares with what
//! changes told.

use std::collections::HashSet;
use std::mem;
use std::time::Duration;

use ppc_core::feed::Change;
use ppc_core::{FamilySnapshot, LabelSet, Snapshot};

use super::format::ChangeFormat;
use super::learner::Learner;
use super::{Changes, MANY_STRANGERS, STRANGE, Stranger, values};
use crate::encode::Omitted;
use crate::encode::lines::Walk;
use crate::encode::stream_encoder::{Held, Lines, When};

impl Changes {
    /// Learns the series of a snapshot, and forgets those that are not in it. `held` are the changes
    /// that were told before the snapshot was taken, or meanwhile, and have not been encoded.
    pub(in crate::encode) fn learn<F: ChangeFormat>(
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
        if let When::Start {
            before,
            is_whole: true,
        } = when
        {
            // It has the names of what was removed since.
            self.learn_lines(walk, format, (before, labels), false, &mut Vec::new());
        }
        let omitted = self.learn_lines(
            walk,
            format,
            (snapshot, labels),
            !is_between,
            &mut lines.bytes,
        );
        self.carry(format, held);
        self.learned.finish();
        if !is_between {
            lines.omitted.add(omitted);
        }
        self.replaced.clear();
        self.round += 1;
        if let When::Start { before, .. } = when {
            self.start_from(before);
        }
        self.find_bases(held, lines);
        match when {
            When::Start { .. } => self.write_all(format, lines),
            When::Between | When::Review => {}
            When::End => {
                self.learned.settle(|_, words, gathered, shape| {
                    values::end_at(shape, words, gathered);
                });
                self.write_all(format, lines);
            }
        }
        if matches!(when, When::Start { .. } | When::End) && snapshot.is_complete() {
            format.forget_gone();
        }
        lines.time += Duration::from_nanos(1);
    }

    /// Learns the lines of a snapshot's series; what is said at once goes to `out`, with `all` more
    /// of it.
    fn learn_lines<F: ChangeFormat>(
        &mut self,
        walk: &mut Walk,
        format: &mut F,
        (snapshot, labels): (&Snapshot, &LabelSet),
        all: bool,
        out: &mut Vec<u8>,
    ) -> Omitted {
        mem::swap(&mut self.learned, &mut self.before);
        self.learned.clear();
        let mut learner =
            Learner::new(format, &mut self.learned, &self.before, &self.replaced, all);
        walk.encode(&mut learner, snapshot, labels, out)
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

    /// Keeps series as they were known, for the changes of theirs that are still to be encoded: they
    /// were removed since, and some came back from zero. One that came back before goes on.
    fn carry<F: ChangeFormat>(&mut self, format: &mut F, held: &dyn Held) {
        let Self {
            learned, before, ..
        } = self;
        let mut waits = HashSet::new();
        held.for_each(&mut |event| {
            if let Some(at) = before.find(event.series)
                && waits.insert(event.series)
            {
                let (known, now) = (&before.slots[at], learned.find(event.series));
                if now.is_none_or(|now| learned.slots[now].life != known.life) {
                    learned.carry(before, known, now);
                }
            }
        });
        let came_again = before.slots.iter().filter(|slot| slot.came_again);
        for known in came_again.filter(|slot| !waits.contains(&slot.id)) {
            if let Some(now) = learned.find(known.id) {
                format.rename(known.life, learned.slots[now].life);
                learned.go_on(now, &before.words[known.words()], false);
            }
        }
    }

    /// Has series that came again, and of which all changes up to the gather are encoded, be what it
    /// says they are.
    pub(super) fn hand_over<F: ChangeFormat>(&mut self, format: &mut F) {
        let learned = &mut self.learned;
        for at in 0..learned.slots.len() {
            let slot = learned.slots[at];
            if let Some(then) = slot.then {
                format.rename(slot.life, learned.slots[then].life);
                let words = if slot.came_again {
                    learned.words[slot.words()].to_vec()
                } else {
                    // That it was removed did not fit into the feed.
                    learned.gathered[learned.slots[then].words()].to_vec()
                };
                learned.go_on(then, &words, slot.is_touched);
                learned.slots[at].then = None;
            }
        }
    }

    /// Finds what series that are new here had counted before the first change that was told: what
    /// the snapshot says without those changes. And notes who stays unknown.
    fn find_bases(&mut self, held: &dyn Held, lines: &Lines) {
        if self.strangers.len() > MANY_STRANGERS {
            // No more than the feed has room for.
            let is_strange = |stranger: &Stranger| lines.time < stranger.asked + STRANGE;
            self.strangers.retain(|_, stranger| is_strange(stranger));
        }
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
        let mut removed = HashSet::new();
        held.for_each(&mut |event| match learned.find(event.series) {
            _ if removed.contains(&event.series) => {}
            _ if event.change == Change::Removed => {
                removed.insert(event.series);
            }
            Some(at) if learned.slots[at].is_new => {
                let slot = &learned.slots[at];
                let words = &mut learned.words[slot.words()];
                values::apply(&learned.shapes[slot.shape], words, event.change);
                // Whatever was there before, nothing is left of it.
                learned.slots[at].is_touched |= matches!(event.change, Change::Set(_));
            }
            Some(_) => {}
            None => {
                let (round, asked) = (*round, lines.time);
                let new = Stranger { round, asked };
                strangers.entry(event.series).or_insert(new).asked = asked;
            }
        });
        self.learned.settle(|slot, words, gathered, shape| {
            if mem::take(&mut slot.is_new) {
                values::go_back(shape, words, gathered, slot.is_touched);
            }
            slot.is_touched = false;
        });
    }
}
