//! Series that go: hidden while somebody keeps them, in limbo until nobody sees them any more.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;

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

/// Series that were unlinked at one time.
struct Unlinked<C: Cell> {
    grace: Grace,
    series: Vec<Going<C>>,
    because: Reason,
}

/// See the module; guarded by the table's lock.
pub(super) struct Limbo<C: Cell> {
    unlinked: Vec<Unlinked<C>>,
    /// Series that were hidden, because somebody keeps them; by id.
    hidden: HashMap<u64, Kept<C>>,
    /// What series of [`BASED`] had counted when they were hidden; by id.
    bases: HashMap<u64, Box<[u64]>>,
}

impl<C: Cell> Limbo<C> {
    pub(super) fn new() -> Self {
        Self {
            unlinked: Vec::new(),
            hidden: HashMap::new(),
            bases: HashMap::new(),
        }
    }

    /// Takes in series that were just unlinked.
    pub(super) fn receive(&mut self, series: Vec<Going<C>>, because: Reason) {
        if !series.is_empty() {
            self.unlinked.push(Unlinked {
                grace: Grace::begin(),
                series,
                because,
            });
        }
    }

    /// The series of these labels, where it is here; it is then here no more.
    pub(super) fn take(&mut self, texts: &(impl Texts + ?Sized)) -> Option<Going<C>> {
        self.unlinked.iter_mut().find_map(|unlinked| {
            let series = &mut unlinked.series;
            let place = series
                .iter()
                .position(|(series, _)| series.found().has_values(texts))?;
            Some(series.swap_remove(place))
        })
    }

    /// The series that no look-up can see any more.
    pub(super) fn take_unseen(&mut self) -> impl Iterator<Item = (Going<C>, Reason)> + use<C> {
        let is_over = |unlinked: &mut Unlinked<C>| unlinked.grace.is_over();
        let over: Vec<_> = self.unlinked.extract_if(.., is_over).collect();
        over.into_iter().flat_map(|unlinked| {
            let because = unlinked.because;
            unlinked
                .series
                .into_iter()
                .map(move |going| (going, because))
        })
    }

    /// Shows a series no more until it is recorded again.
    pub(super) fn hide(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        let found = series.found();
        self.rebase(series, base);
        found.mark(HIDDEN);
        if found.cell.shape().is_none() {
            // Who sets it next shows it, even to what it was before.
            found.place.fall_asleep();
        }
        self.hidden.insert(found.id(), series.clone());
    }

    /// The hidden series that nobody keeps any more.
    pub(super) fn take_left(&mut self) -> Vec<Going<C>> {
        self.hidden.retain(|_, series| series.found().has(HIDDEN));
        // Kept by the slot, and here.
        let is_left = |_: &u64, series: &mut Kept<C>| series.found().place.kept.load(Relaxed) <= 2;
        let left = self.hidden.extract_if(is_left);
        let going = |(id, series)| (series, self.bases.get(&id).cloned().unwrap_or_default());
        left.map(going).collect()
    }

    /// Shows of a series only what is counted beyond `base`.
    pub(super) fn rebase(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        self.bases.insert(series.found().id(), base);
        series.found().mark(BASED);
    }

    /// What a series had counted when it was hidden last.
    pub(super) fn base(&self, id: u64) -> Option<&[u64]> {
        self.bases.get(&id).map(|base| &**base)
    }

    /// Forgets a series that is freed.
    pub(super) fn forget(&mut self, id: u64) {
        self.bases.remove(&id);
    }
}
