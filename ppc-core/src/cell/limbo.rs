//! Series that go: hidden while somebody keeps them, in limbo until nobody sees them any more.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;

use super::ids::{FamilyTag, next_id};
use super::kept::Kept;
use super::section::Grace;
use super::series::{BASED, HIDDEN};
use super::value::Cell;
use crate::label::Texts;

/// A series, and what it had counted when it was found to go.
pub(crate) type Going<C> = (Kept<C>, Box<[u64]>);

/// Why a series goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Somebody said so.
    Removed,
    /// Nobody recorded it for a while; who does so now brings it back.
    Idle,
}

/// Series that were unlinked at one time, by the hash of their labels: they may be many, and
/// each of them may be asked for.
struct Unlinked<C: Cell> {
    grace: Grace,
    series: HashMap<u64, Vec<Going<C>>>,
    because: Reason,
    /// Whether the grace was over when this was last asked.
    is_over: bool,
}

/// Has a series begin from zero, and so what it had counted.
fn begin<C: Cell>(series: &Kept<C>, base: &mut Box<[u64]>) {
    series.found().renounce_inherited();
    if C::IS_COUNTED {
        base.fill(0);
    } else {
        *base = Box::default();
    }
}

/// See the module; guarded by the table's lock.
pub(super) struct Limbo<C: Cell> {
    unlinked: Vec<Unlinked<C>>,
    /// Series that were hidden, because somebody keeps them; by id.
    hidden: HashMap<u64, Kept<C>>,
    /// What series of [`BASED`] had counted when they were hidden, nothing where they are set, and
    /// the number of their life since; by id.
    bases: HashMap<u64, (Box<[u64]>, u64)>,
}

impl<C: Cell> Limbo<C> {
    pub(super) fn new() -> Self {
        Self {
            unlinked: Vec::new(),
            hidden: HashMap::new(),
            bases: HashMap::new(),
        }
    }

    /// After a fork, in the child: whatever they had counted, they begin from zero.
    pub(super) fn inherit(&mut self) {
        for (series, base) in self
            .unlinked
            .iter_mut()
            .flat_map(|unlinked| unlinked.series.values_mut().flatten())
        {
            begin(series, base);
        }
        let mut bases = std::mem::take(&mut self.bases);
        for (old, series) in std::mem::take(&mut self.hidden) {
            let mut base = bases.remove(&old).unwrap_or_default().0;
            begin(&series, &mut base);
            // One that was set in this process is shown already.
            if series.found().has(HIDDEN) {
                self.begin_life(&series, base);
                self.hidden.insert(series.found().id(), series);
            }
        }
    }

    /// Takes in series that were just unlinked, each with the hash of its labels.
    pub(super) fn receive(&mut self, unlinked: Vec<(u64, Going<C>)>, because: Reason) {
        if unlinked.is_empty() {
            return;
        }
        let mut series: HashMap<u64, Vec<Going<C>>> = HashMap::with_capacity(unlinked.len());
        for (hash, going) in unlinked {
            series.entry(hash).or_default().push(going);
        }
        self.unlinked.push(Unlinked {
            grace: Grace::begin(),
            series,
            because,
            is_over: false,
        });
    }

    /// The series of these labels, where it is here; it is then here no more.
    pub(super) fn take(&mut self, hash: u64, texts: &(impl Texts + ?Sized)) -> Option<Going<C>> {
        self.unlinked.iter_mut().find_map(|unlinked| {
            let series = unlinked.series.get_mut(&hash)?;
            let place = series
                .iter()
                .position(|(series, _)| series.found().has_values(texts))?;
            Some(series.swap_remove(place))
        })
    }

    /// The series that went because they were idle, and were not; also those that a look-up may
    /// still see: a gather is to have what was recorded before it.
    pub(super) fn take_recorded(&mut self, was: impl Fn(&Going<C>) -> bool) -> Vec<Going<C>> {
        let mut recorded = Vec::new();
        let idle = |unlinked: &&mut Unlinked<C>| unlinked.because == Reason::Idle;
        for unlinked in self.unlinked.iter_mut().filter(idle) {
            for series in unlinked.series.values_mut() {
                recorded.extend(series.extract_if(.., |going| was(going)));
            }
        }
        recorded
    }

    /// The series that were removed and that no look-up can see any more.
    pub(super) fn take_removed(&mut self) -> Vec<Going<C>> {
        self.take_unlinked(|unlinked| {
            unlinked.because == Reason::Removed && unlinked.grace.is_over()
        })
    }

    /// The series that are idle and that no look-up could see any more when this was asked
    /// before, so that sums of now have all that was recorded to them.
    pub(super) fn take_idle(&mut self) -> Vec<Going<C>> {
        let idle = self.take_unlinked(|unlinked| unlinked.is_over);
        for unlinked in &mut self.unlinked {
            unlinked.is_over = unlinked.because == Reason::Idle && unlinked.grace.is_over();
        }
        idle
    }

    fn take_unlinked(&mut self, is: impl FnMut(&mut Unlinked<C>) -> bool) -> Vec<Going<C>> {
        let taken = self.unlinked.extract_if(.., is);
        taken
            .flat_map(|unlinked| unlinked.series.into_values().flatten())
            .collect()
    }

    /// Shows a series no more until it is recorded again.
    pub(super) fn hide(&mut self, series: &Kept<C>, base: Box<[u64]>, because: Reason) {
        let found = series.found();
        if C::IS_COUNTED {
            self.rebase(series, base);
            found.mark(HIDDEN);
        } else {
            if because == Reason::Removed {
                // Who sets it next notices. One that is idle is asleep already.
                found.place.fall_asleep();
            }
            self.begin_life(series, Box::default());
            found.mark(HIDDEN);
            found.cell.reset(&base);
            if !found.place.is_asleep() {
                found.unmark(HIDDEN); // it was set meanwhile
            }
        }
        self.hidden.insert(found.id(), series.clone());
    }

    /// How many are hidden, or were when this was last settled.
    pub(super) fn hidden(&self) -> usize {
        self.hidden.len()
    }

    /// The hidden series that nobody keeps any more.
    pub(super) fn take_left(&mut self) -> Vec<Going<C>> {
        self.hidden.retain(|_, series| series.found().has(HIDDEN));
        // Kept by the slot, and here.
        let is_left = |_: &u64, series: &mut Kept<C>| series.found().place.kept.load(Relaxed) <= 2;
        let left = self.hidden.extract_if(is_left);
        let bases = &self.bases;
        let base = |id: u64| bases.get(&id).map(|(base, _)| base.clone());
        let going = |(id, series)| (series, base(id).unwrap_or_default());
        left.map(going).collect()
    }

    /// Shows of a series only what is counted beyond `base`, as another life.
    pub(super) fn rebase(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        if C::IS_COUNTED {
            self.begin_life(series, base);
        } else {
            if !base.is_empty() {
                series.found().cell.reset(&base);
            }
            self.begin_life(series, Box::default());
        }
    }

    /// Numbers the life that comes next.
    pub(super) fn begin_life(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        let id = series.found().id();
        self.bases.insert(id, (base, next_id(FamilyTag::of(id))));
        series.found().mark(BASED);
    }

    /// Gives the life that comes next of a series that is not shown a number of now.
    pub(super) fn renumber(&mut self, id: u64) {
        if let Some((_, life)) = self.bases.get_mut(&id) {
            *life = next_id(FamilyTag::of(id));
        }
    }

    /// The number of the life that a series is in, or that comes next where it is not shown.
    pub(super) fn life(&self, series: &Kept<C>) -> u64 {
        let id = series.found().id();
        self.base(id).map_or(id, |(_, life)| life)
    }

    /// What a series had counted when it was hidden last, and the number of its life since.
    pub(super) fn base(&self, id: u64) -> Option<(&[u64], u64)> {
        self.bases.get(&id).map(|(base, life)| (&**base, *life))
    }

    /// Forgets a series that is freed.
    pub(super) fn forget(&mut self, id: u64) {
        self.bases.remove(&id);
    }
}
