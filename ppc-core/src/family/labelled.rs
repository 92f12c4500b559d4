//! A look-up by typed labels, as `metric!` generates it.

use super::{Declare, Declared, Family, Metric};
use crate::error::Error;
use crate::label::{Complete, LabelValue, Positional};
use crate::series::Series;

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
        let family = self.declared.family();
        family.with_key(&self.slots, |key| family.at(key))
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
        let family = self.family();
        family.with_key(&self.slots, |key| family.table().remove(key))
    }

    /// Removes every series of the metric, whatever labels are set here.
    pub fn clear(&self) {
        self.family().clear();
    }

    /// The family behind it, for use by name or position.
    pub fn family(&self) -> &'static Family<M> {
        self.declared.family()
    }

    /// Records without taking a handle.
    #[inline]
    pub(crate) fn record<R>(&self, record: impl FnOnce(&Series<M::Cell>) -> R) -> R
    where
        L: Complete,
    {
        let family = self.declared.family();
        let inner = family.inner();
        family.with_key(&self.slots, |key| {
            inner.table.with(key, &inner.descriptor, record)
        })
    }
}

impl<M: Metric, L: Sync> Declare for Labelled<M, L> {
    fn declare(&self) {
        self.declared.declare();
    }
}
