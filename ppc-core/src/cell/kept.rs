//! Series in memory: label values behind the head, and who keeps it.
//!
//! A table points to a hundred thousand of them, so the head is small, and the label values stand
//! behind it in one allocation: first the end of each, then the text of all.
//!
//! ```text
//! place 8 | id 8 | cell | writer 2 | marks 1 | labels 1 | ends 4 each | text
//! ```
//!
//! Who keeps a series counts in [`Place::kept`](super::place::Place): the table, handles, statics
//! and snapshots.

#![expect(
    unsafe_code,
    reason = "values of a length of their own behind the head"
)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::fence;

use super::ids::FamilyTag;
use super::numbers;
use super::series::Series;
use super::value::Cell;
use crate::label::{LabelValues, Texts};

/// A series that is valid for as long as `'a`, with its label values.
pub(crate) struct Found<'a, C> {
    series: NonNull<Series<C>>,
    marker: PhantomData<&'a Series<C>>,
}

impl<C> Clone for Found<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Found<'_, C> {}

impl<C> Deref for Found<'_, C> {
    type Target = Series<C>;

    #[inline]
    fn deref(&self) -> &Series<C> {
        // SAFETY: valid for 'a by the contract of `Found::new`; only shared references exist.
        unsafe { self.series.as_ref() }
    }
}

impl<'a, C> Found<'a, C> {
    /// # Safety
    ///
    /// The pointer comes from [`Kept::new`], with the provenance of the whole allocation, and the
    /// series is kept, or in its grace, for `'a`.
    #[inline]
    pub(super) unsafe fn new(series: NonNull<Series<C>>) -> Self {
        Self {
            series,
            marker: PhantomData,
        }
    }

    /// The label values.
    #[inline]
    pub(crate) fn values(self) -> LabelValues<'a> {
        let (labels, ends, text) = self.behind();
        // SAFETY: `Kept::new` wrote `labels` ends behind the head and as much text as the last
        // of them says, which was `str` piece by piece; none of it changes until the series is
        // freed.
        unsafe {
            let ends = std::slice::from_raw_parts(ends, labels);
            let len = ends.last().map_or(0, |end| *end as usize);
            let text = std::str::from_utf8_unchecked(std::slice::from_raw_parts(text, len));
            LabelValues::new(text, ends)
        }
    }

    /// How many label values there are, where their ends begin, and where their text.
    #[inline]
    fn behind(self) -> (usize, *const u32, *const u8) {
        // SAFETY: the series is valid, and so many ends stand in its allocation behind the head.
        unsafe {
            let head = self.series.as_ptr();
            let labels = usize::from((*head).labels);
            let ends = (&raw const (*head).ends).cast::<u32>();
            (labels, ends, ends.add(labels).cast())
        }
    }

    /// Whether the label values are these texts.
    #[inline]
    pub(super) fn has_values(self, texts: &(impl Texts + ?Sized)) -> bool {
        let (labels, ends, values) = self.behind();
        let (mut index, mut start) = (0, 0);
        // SAFETY: as in `values`; `index` stays below the number of labels, and a value is
        // compared only where its end says that it is as long as the text.
        unsafe {
            texts.count() == labels
                && texts.all(&mut |text| {
                    let end = start + text.len();
                    let same = ends.add(index).read() as usize == end
                        && equal(values.add(start), text.as_bytes());
                    (index, start) = (index + 1, end);
                    same
                })
        }
    }

    /// Keeps it beyond `'a`.
    #[inline]
    pub(crate) fn keep(self) -> Kept<C>
    where
        C: Cell,
    {
        self.place.kept.fetch_add(1, Relaxed);
        Kept(self.series)
    }

    #[inline]
    pub(super) fn is(self, other: *const Series<C>) -> bool {
        ptr::eq(self.series.as_ptr(), other)
    }
}

/// A series that is kept until this is dropped.
pub(crate) struct Kept<C: Cell>(NonNull<Series<C>>);

// SAFETY: a series is shared between threads through atomics, and freed by who drops it last.
unsafe impl<C: Cell> Send for Kept<C> {}
// SAFETY: as above.
unsafe impl<C: Cell> Sync for Kept<C> {}

impl<C: Cell> Kept<C> {
    /// A new series of a family, with these label values, at most 255.
    pub(crate) fn new(texts: &(impl Texts + ?Sized), cell: C, family: FamilyTag) -> Self {
        let (mut len, mut labels) = (0, 0_u8);
        texts.all(&mut |text| {
            (len, labels) = (len + text.len(), labels + 1);
            true
        });
        let layout = layout::<C>(labels, len);
        // SAFETY: the layout is not of size zero: it has a head.
        let head = unsafe { alloc(layout) }.cast::<Series<C>>();
        let Some(series) = NonNull::new(head) else {
            handle_alloc_error(layout)
        };
        // SAFETY: the allocation has room for the head, for `labels` ends behind it, which its
        // alignment suits, and for `len` bytes behind those; nobody else has it yet.
        unsafe {
            head.write(Series::new(cell, labels, family));
            let mut ends = (&raw mut (*head).ends).cast::<u32>();
            let start = ends.add(usize::from(labels)).cast::<u8>();
            let mut end = 0;
            texts.all(&mut |text| {
                ptr::copy_nonoverlapping(text.as_ptr(), start.add(end), text.len());
                end += text.len();
                // Fits: texts are at most `LONGEST` long.
                ends.write(u32::try_from(end).unwrap_or(u32::MAX));
                ends = ends.add(1);
                true
            });
        }
        Self(series)
    }

    #[inline]
    pub(crate) fn found(&self) -> Found<'_, C> {
        // SAFETY: kept for as long as `self`.
        unsafe { Found::new(self.0) }
    }

    #[inline]
    pub(crate) fn is(&self, found: Found<'_, C>) -> bool {
        self.0 == found.series
    }

    /// Whether nobody else keeps it. Others may still find it in the table.
    pub(crate) fn is_only(&self) -> bool {
        // Acquire: what the others did before they let go.
        self.found().place.kept.load(Acquire) == 1
    }

    /// Becomes a pointer that owns what this did.
    pub(super) fn into_raw(self) -> NonNull<Series<C>> {
        let series = self.0;
        std::mem::forget(self);
        series
    }

    /// # Safety
    ///
    /// The pointer comes from [`into_raw`](Self::into_raw), and this is done once for each.
    pub(super) unsafe fn from_raw(series: NonNull<Series<C>>) -> Self {
        Self(series)
    }
}

impl<C: Cell> Clone for Kept<C> {
    fn clone(&self) -> Self {
        self.found().keep()
    }
}

impl<C: Cell> Drop for Kept<C> {
    #[inline]
    fn drop(&mut self) {
        // Release: whatever was done with the series comes before its end.
        if self.found().place.kept.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            free(self.0);
        }
    }
}

impl<C: Cell> fmt::Debug for Kept<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.found().values().iter())
            .finish()
    }
}

/// Whether the bytes at `a` are those of `b`; without a call where they are few, as in labels
/// they are.
///
/// # Safety
///
/// There are as many bytes at `a` as in `b`.
#[inline]
unsafe fn equal(a: *const u8, b: &[u8]) -> bool {
    let len = b.len();
    // SAFETY: each reading is of bytes below `len`.
    unsafe {
        let b = b.as_ptr();
        let word = |bytes: *const u8, at| bytes.add(at).cast::<u64>().read_unaligned();
        let half = |bytes: *const u8, at| bytes.add(at).cast::<u32>().read_unaligned();
        match len {
            // Both ends, which may overlap.
            8..=16 => word(a, 0) ^ word(b, 0) | word(a, len - 8) ^ word(b, len - 8) == 0,
            4..=7 => half(a, 0) ^ half(b, 0) | half(a, len - 4) ^ half(b, len - 4) == 0,
            _ => std::slice::from_raw_parts(a, len) == std::slice::from_raw_parts(b, len),
        }
    }
}

#[cold]
fn free<C: Cell>(series: NonNull<Series<C>>) {
    // SAFETY: nobody keeps it, and who found it in the table has ended its look-up: the table
    // lets go only after the grace.
    unsafe {
        let head = series.as_ptr();
        let labels = (*head).labels;
        let len = Found::new(series).values().text_len();
        if let (Some(number), Some(shape)) = ((*head).place.words(), (*head).cell.shape()) {
            numbers::give_back(number, shape);
        }
        ptr::drop_in_place(head);
        dealloc(head.cast(), layout::<C>(labels, len));
    }
}

fn layout<C>(labels: u8, text: usize) -> Layout {
    let tail = std::mem::offset_of!(Series<C>, ends);
    // The ends follow the head without a gap.
    const { assert!(std::mem::offset_of!(Series<C>, ends) % align_of::<u32>() == 0) };
    let size = (tail + usize::from(labels) * size_of::<u32>() + text).max(size_of::<Series<C>>());
    // Never too great: a text is at most 16 MiB long, and there are at most 255.
    Layout::from_size_align(size, align_of::<Series<C>>())
        .unwrap_or_else(|_| unreachable!("a size within bounds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_compared_whole() {
        let text: String = ('a'..='z').cycle().take(40).collect();
        for len in 0..40 {
            let a = &text.as_bytes()[..len];
            let mut b = a.to_vec();
            // SAFETY: both are `len` long.
            assert!(unsafe { equal(a.as_ptr(), &b) });
            for place in 0..len {
                b[place] ^= 1;
                // SAFETY: both are `len` long.
                assert!(!unsafe { equal(a.as_ptr(), &b) }, "{len} {place}");
                b[place] ^= 1;
            }
        }
    }
}
