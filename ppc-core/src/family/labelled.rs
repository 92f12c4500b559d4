//! A look-up by typed labels, as `metric!` generates it.

use super::{Declare, Declared, Family, Metric};
use crate::cell::{Found, Kept, Pinned};
use crate::error::Error;
use crate::label::{Complete, LabelValue, Positional};

/// How many label sets of fixed values are found by an index; with more of them, they are found
/// by their text.
const MOST_INDEXED: usize = 1_024;

/// A labelled metric and the labels set so far; the generated type of a labelled static
/// dereferences to it.
///
/// Recording methods need every label that has no default; each call finds the series anew, and
/// [`handle`](Self::handle) finds it once.
#[derive(Debug)]
pub struct Labelled<M: Metric, L> {
    declared: &'static Declared<M>,
    slots: L,
}

impl<M: Metric, L: Clone> Clone for Labelled<M, L> {
    fn clone(&self) -> Self {
        Self {
            declared: self.declared,
            slots: self.slots.clone(),
        }
    }
}

impl<M: Metric, L: Copy> Copy for Labelled<M, L> {}

impl<M: Metric, L> Labelled<M, L> {
    #[doc(hidden)]
    pub const fn new(declared: &'static Declared<M>, slots: L) -> Self {
        Self { declared, slots }
    }

    #[doc(hidden)]
    pub fn into_parts(self) -> (&'static Declared<M>, L) {
        (self.declared, self.slots)
    }

    /// The metric of these labels, to be held where the look-up is to be done once.
    pub fn handle(&self) -> M
    where
        L: Complete,
    {
        self.with_texts(|family, texts| family.at(texts))
    }

    /// As [`handle`](Self::handle): what `#[measure]` calls on a path.
    #[doc(hidden)]
    #[inline]
    pub fn as_metric(&self) -> M
    where
        L: Complete,
    {
        self.handle()
    }

    #[inline]
    fn with_texts<R>(&self, with: impl FnOnce(&'static Family<M>, &L::Texts<'_>) -> R) -> R
    where
        L: Complete,
    {
        let family = self.declared.family();
        if L::IS_TEXT {
            return with(family, &self.slots.lend(family.defaults(), 0));
        }
        let mut scratches = L::Scratches::default();
        let texts = self.slots.texts(family.defaults(), 0, &mut scratches);
        with(family, &texts)
    }

    /// The metric of these labels, given by name at run time; labels set before by methods do
    /// not count.
    ///
    /// # Errors
    ///
    /// As for [`Family::with`].
    pub fn with<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<M, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        self.family().with(labels)
    }

    /// The metric of these label values, given by position at run time; labels set before by
    /// methods do not count.
    ///
    /// # Errors
    ///
    /// As for [`Family::labels`].
    pub fn labels(&self, values: impl Positional) -> Result<M, Error> {
        self.family().labels(values)
    }

    /// Removes the series of these labels; true where there was one.
    pub fn remove(&self) -> bool
    where
        L: Complete,
    {
        self.with_texts(|family, texts| family.inner().remove(texts))
    }

    /// Removes every series of the metric, whatever labels are set here.
    pub fn clear(&self) {
        self.family().clear();
    }

    /// The family behind it, for use by name or position.
    pub fn family(&self) -> &'static Family<M> {
        self.declared.family()
    }

    /// What the index has for these labels, where they are fixed sets of values.
    #[inline]
    pub(crate) fn pinned(&self) -> Option<&'static Pinned<M::Cell>>
    where
        L: Complete,
    {
        if is_indexed::<L>() {
            self.declared.indexed(self.slots.place())
        } else {
            None
        }
    }

    /// Records without taking a handle.
    #[inline]
    pub(crate) fn record<R>(&self, record: impl FnOnce(Found<'_, M::Cell>) -> R) -> R
    where
        L: Complete,
    {
        if is_indexed::<L>() {
            match self.index() {
                Ok(found) => record(found),
                Err(for_now) => record(for_now.found()),
            }
        } else {
            self.with_texts(|family, texts| family.inner().record(texts, record))
        }
    }

    /// The series of these labels, from now on to be had from the index; or one that is theirs
    /// only for now.
    #[cold]
    #[inline(never)]
    fn index(&self) -> Result<Found<'static, M::Cell>, Kept<M::Cell>>
    where
        L: Complete,
    {
        let pinned = self.declared.index(L::COMBINATIONS, self.slots.place());
        if let Some(known) = pinned.get() {
            return Ok(known);
        }
        let series = self.with_texts(|family, texts| family.inner().kept(texts));
        let family = self.family();
        // While a default is computed, labels have other texts than later.
        if family.inner().is_overflow(&series) || family.defaults().is_under_way() {
            return Err(series);
        }
        series.found().promote();
        Ok(pinned.resolve(series))
    }
}

/// Whether label sets of these types are found by an index.
const fn is_indexed<L: Complete>() -> bool {
    L::COMBINATIONS != 0 && L::COMBINATIONS <= MOST_INDEXED
}

impl<M: Metric, L: Sync> Declare for Labelled<M, L> {
    fn declare(&self) {
        self.declared.declare();
    }
}
