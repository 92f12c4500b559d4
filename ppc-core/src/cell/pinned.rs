//! Series that statics and handles hold: what a recording goes by.

#![expect(unsafe_code, reason = "a pointer that stands for none at first")]

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::kept::{Found, Kept};
use super::place::Place;
use super::series::Series;
use super::value::Cell;

/// A series that is resolved once: by a static at its first use, by a handle from the start.
///
/// Until then it points to a place of no series, where nothing is recorded.
pub(crate) struct Pinned<C: Cell>(AtomicPtr<Series<C>>);

static NOBODY: Place = Place::without_words();

fn nobody<C>() -> *mut Series<C> {
    (&raw const NOBODY).cast_mut().cast()
}

impl<C: Cell> Pinned<C> {
    pub(crate) const fn unresolved() -> Self {
        Self(AtomicPtr::new((&raw const NOBODY).cast_mut().cast()))
    }

    pub(crate) fn new(series: Kept<C>) -> Self {
        Self(AtomicPtr::new(series.into_raw().as_ptr()))
    }

    #[inline]
    pub(super) fn place(&self) -> &Place {
        // SAFETY: a series begins with its place, and so does what stands for none; a series is
        // kept by `self` once it is here.
        unsafe { &*self.0.load(Acquire).cast::<Place>() }
    }

    /// Records where it is resolved and no recording need be noticed, and says whether it was; for
    /// kinds that are set.
    #[inline]
    pub(super) fn while_awake(&self, record: impl FnOnce(&Series<C>)) -> bool {
        let series = self.0.load(Acquire);
        // SAFETY: as in `place`; and a place that is awake is that of a series, kept by `self`.
        unsafe {
            let is_awake = (*series.cast::<Place>()).is_awake();
            if is_awake {
                record(&*series);
            }
            is_awake
        }
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<Found<'_, C>> {
        let series = self.0.load(Acquire);
        if ptr::eq(series, nobody()) {
            return None;
        }
        // SAFETY: not null, and kept by `self`: what is here came from `into_raw` and stays.
        Some(unsafe { Found::new(NonNull::new_unchecked(series)) })
    }

    /// Resolves it, where no other thread did.
    #[cold]
    pub(crate) fn resolve(&self, series: Kept<C>) -> Found<'_, C> {
        let new = series.into_raw();
        let known = self
            .0
            .compare_exchange(nobody(), new.as_ptr(), Release, Acquire);
        if known.is_err() {
            // SAFETY: from `into_raw` above, and not stored.
            drop(unsafe { Kept::from_raw(new) });
        }
        self.get()
            .unwrap_or_else(|| unreachable!("it is resolved now"))
    }
}

impl<C: Cell> Drop for Pinned<C> {
    fn drop(&mut self) {
        let series = *self.0.get_mut();
        if !ptr::eq(series, nobody())
            && let Some(series) = NonNull::new(series)
        {
            // SAFETY: from `into_raw`, and let go of only here.
            drop(unsafe { Kept::from_raw(series) });
        }
    }
}

impl<C: Cell> fmt::Debug for Pinned<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pinned").finish_non_exhaustive()
    }
}
