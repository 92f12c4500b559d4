//! What a store was told of a family, and what it is told now.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use ppc_core::removals::Removed;
use ppc_core::{FamilySnapshot, SeriesSnapshot};

use super::fields::Fields;
use super::settings::BatchSettings;
use super::told::Told;
use crate::batch::{Class, Declared, Op};
use crate::encode::Omitted;

/// So many numbers and fields are applied in one step at most, and so many bytes: a store does nothing
/// else meanwhile.
const NUMBERS: usize = 1000;
const BYTES: usize = 32 << 10;

/// What was told of the series of one family.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// By the number of the series' life, so that one that begins from zero again is a new one.
    series: HashMap<u64, Told>,
    /// Up to this number removals were told.
    removals: u64,
    pub(super) round: u64,
    /// It is of another registry.
    pub(super) is_foreign: bool,
}

/// What an encoding says of all families.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round<'a> {
    pub(super) number: u64,
    pub(super) now: Duration,
    pub(super) settings: &'a BatchSettings,
    pub(super) is_last: bool,
    /// What was told before is to be delivered first.
    pub(super) is_full: bool,
    /// What was removed up to this moment is not told.
    pub(super) removals_after: u64,
    /// What families of other registries say was counted by another process.
    pub(super) is_inherited: bool,
}

/// What one family is told in one encoding.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    family: &'a mut Family,
    declared: &'a Declared,
    round: Round<'a>,
    /// Removed from the store, up to this life; all of them up to `cleared`.
    removed: Vec<(String, u64)>,
    cleared: u64,
    /// Removals that are not known any more.
    missed: u64,
    line: String,
    field: String,
    numbers: usize,
    body: String,
    /// Each with what it is declared as.
    bodies: Vec<(&'a Declared, String)>,
}

impl<'a> Telling<'a> {
    pub(super) fn new(family: &'a mut Family, declared: &'a Declared, round: Round<'a>) -> Self {
        family.round = round.number;
        Self {
            family,
            declared,
            round,
            removed: Vec::new(),
            cleared: 0,
            missed: 0,
            line: String::new(),
            field: String::new(),
            numbers: 0,
            body: String::new(),
            bodies: Vec::new(),
        }
    }

    /// What follows is of a part that is declared so.
    pub(super) fn begin_part(&mut self, declared: &'a Declared) {
        if *declared != *self.declared {
            self.close();
            self.declared = declared;
        }
    }

    /// Tells what was removed since the last time.
    pub(super) fn remove(&mut self, family: &FamilySnapshot, fields: &Fields<'_>) {
        if self.round.is_full {
            return;
        }
        let (mut removed, mut cleared, mut missed) = (Vec::new(), 0, 0);
        let since = self.family.removals;
        let after = self.round.removals_after;
        let mut tell = |what: Removed<'_>| match what {
            Removed::Series { values, life } => {
                let mut field = String::new();
                fields.write(values.iter().map(|value| &**value), &mut field);
                removed.push((field, life));
            }
            Removed::All { up_to_life } => {
                removed.clear();
                cleared = cleared.max(up_to_life);
            }
            // Which ones they were is not known any more.
            Removed::Missed(count) => missed += count,
        };
        self.family.removals = family.removals_since(since, &mut |removal| {
            if removal.moment > after {
                tell(removal.what);
            }
        });
        if cleared > 0 {
            self.push(Op::Clear, 1);
        }
        for (field, _) in &removed {
            self.field.clone_from(field);
            self.push(Op::Remove, 1);
        }
        (self.removed, self.cleared) = (removed, cleared);
        self.missed += missed;
    }

    /// Tells what came on top of a series, where anything did.
    pub(super) fn tell(&mut self, series: &SeriesSnapshot<'_>, fields: &Fields<'_>) {
        let Round {
            number,
            now,
            settings,
            is_last,
            is_full,
            ..
        } = self.round;
        let life = series.life();
        let goes = self.declared.goes_with_process();
        let after = if goes {
            Some(settings.lease)
        } else {
            settings.ttl
        };
        // Most are as they were: nothing of them has to be looked at but their numbers.
        if self.removed.is_empty()
            && self.cleared == 0
            && !(goes && is_last)
            && let Some(told) = self.family.series.get_mut(&life)
            && told.says_all_of(series)
            && !told.is_stale(now, after)
        {
            told.round = number;
            return;
        }
        self.field.clear();
        fields.write(series.labels().map(|(_, value)| value), &mut self.field);
        let mut removed = self.removed.iter();
        let removed = removed
            .find(|(field, _)| *field == self.field)
            .map(|(_, life)| *life);
        let gone = removed.unwrap_or(0).max(self.cleared);
        if life <= gone {
            return; // removed since the snapshot was taken
        }
        let new = || Told::nothing(series);
        let told = self.family.series.entry(life).or_insert_with(new);
        told.round = number;
        if gone > 0 {
            told.forget();
        }
        if self.round.is_inherited {
            return told.inherit(series);
        }
        if is_full {
            return told.hold(series);
        }
        self.line.clear();
        let class = self.declared.class();
        let is_new = match class {
            Class::Sum => told.write_added(series, &mut self.line),
            Class::Latest => told.write_set(series, &mut self.line),
            Class::Each if goes && is_last => false,
            Class::Each => {
                if told.is_stale(now, after) {
                    told.forget();
                }
                told.write_set(series, &mut self.line)
            }
        };
        let op = match class {
            Class::Sum => Op::Add,
            Class::Latest => Op::Set,
            Class::Each => Op::Each,
        };
        if is_new {
            told.said(now);
            if goes {
                told.keep_field(&self.field);
            }
            self.push(op, series.words().len());
        } else if class != Class::Each && told.is_stale(now, settings.ttl) {
            self.line.clear();
            let whole = settings.ttl.map(|ttl| ttl.saturating_mul(3));
            if class == Class::Latest && told.is_stale(now, whole) {
                // It may be over there; where it is not, another may have set it since.
                told.forget();
                told.write_set(series, &mut self.line);
            }
            told.said(now);
            self.push(Op::Touch, 1);
        } else if goes && is_last && told.was_said() {
            told.forget();
            self.push(Op::Each, 1);
        }
    }

    /// Ends the family: what is left of it are the texts of its chunks. Where the snapshot is complete,
    /// what is not in it is gone.
    pub(super) fn end(
        mut self,
        is_complete: bool,
        omitted: &mut Omitted,
    ) -> Vec<(&'a Declared, String)> {
        omitted.outdated += self.missed;
        if is_complete {
            let number = self.round.number;
            let mut gone = Vec::new();
            self.family.series.retain(|_, told| {
                if told.round != number {
                    omitted.outdated += u64::from(told.is_lacking());
                    gone.extend(told.take_field());
                }
                told.round == number
            });
            for field in gone {
                self.line.clear();
                self.field = field.into();
                self.push(Op::Each, 1);
            }
        }
        self.close();
        self.bodies
    }

    /// Appends a line of the value and field at hand.
    fn push(&mut self, op: Op, numbers: usize) {
        self.body.push(op.sign());
        self.body.push_str(&self.line);
        self.body.push('\t');
        self.body.push_str(&self.field);
        self.body.push('\n');
        self.numbers += numbers + 1;
        if self.numbers >= NUMBERS || self.body.len() >= BYTES {
            self.close();
        }
    }

    fn close(&mut self) {
        self.numbers = 0;
        if !self.body.is_empty() {
            self.bodies.push((self.declared, mem::take(&mut self.body)));
        }
    }
}
