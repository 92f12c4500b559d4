//! The series of a family as a snapshot lists them.

use std::fmt;

use crate::cell::{Cell, FamilyTag, Found, Kept, next_id};
use crate::label::LabelValues;
use crate::snapshot::SeriesList;

/// Series that are kept while they are listed. A gather that finds the same ones in the same
/// order, as it does as a rule, changes nothing here.
pub(super) struct Entries<C: Cell> {
    kept: Vec<Kept<C>>,
    len: usize,
    has_changed: bool,
    order: u64,
}

impl<C: Cell> Entries<C> {
    pub(super) fn start(&mut self) {
        self.len = 0;
        self.has_changed = false;
    }

    #[inline]
    pub(super) fn push(&mut self, found: Found<'_, C>) {
        let kept = self.kept.get(self.len);
        if kept.is_none_or(|kept| !kept.is(found)) {
            self.change(found);
        }
        self.len += 1;
    }

    /// Lists another one than was there.
    #[cold]
    fn change(&mut self, found: Found<'_, C>) {
        self.has_changed = true;
        match self.kept.get_mut(self.len) {
            Some(kept) => *kept = found.keep(),
            None => self.kept.push(found.keep()),
        }
    }

    /// How many are listed so far.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The ids of those listed so far.
    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.kept[..self.len].iter().map(|kept| kept.found().id())
    }

    /// Lets go of what is no longer there; returns how many there are.
    pub(super) fn finish(&mut self) -> usize {
        if self.has_changed || self.kept.len() > self.len {
            self.order = next_id(FamilyTag::default());
        }
        self.kept.truncate(self.len);
        self.len
    }
}

impl<C: Cell> Default for Entries<C> {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            len: 0,
            has_changed: false,
            order: next_id(FamilyTag::default()),
        }
    }
}

impl<C: Cell> SeriesList for Entries<C> {
    fn id(&self, index: usize) -> u64 {
        self.kept[index].found().id()
    }

    fn order(&self) -> u64 {
        self.order
    }

    fn values(&self, index: usize) -> LabelValues<'_> {
        self.kept[index].found().values()
    }
}

impl<C: Cell> fmt::Debug for Entries<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.kept).finish()
    }
}
