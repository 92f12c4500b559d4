//! One series of a family: its cell, and what is known of it. Its label values stand behind it,
//! see [`kept`](super::kept).

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU16};

use super::block;
use super::feed::{self, Change};
use super::ids::{FamilyTag, next_id};
use super::numbers::Totals;
use super::place::Place;
use super::value::Cell;

/// One series: what stands before its label values.
#[repr(C)]
pub(crate) struct Series<C> {
    pub(super) place: Place,
    id: u64,
    pub(crate) cell: C,
    /// The thread that recorded last.
    pub(super) writer: AtomicU16,
    marks: AtomicU8,
    /// How many label values stand behind the head.
    pub(super) labels: u8,
    pub(super) ends: [u32; 0],
}

/// Not shown: removed or expired, and still kept by somebody.
pub(crate) const HIDDEN: u8 = 1;
/// Every recording is told to the feed.
const WATCHED: u8 = 4;
/// The [`Series::writer`] of a series that is watched, or goes the long way: no thread's, so each
/// looks closer.
const NOBODYS: u16 = u16::MAX;
/// What is shown is less than what is counted, by what there was when it was hidden.
pub(crate) const BASED: u8 = 2;

impl<C> Series<C> {
    pub(crate) fn has(&self, marks: u8) -> bool {
        self.marks.load(Acquire) & marks != 0
    }

    pub(crate) fn mark(&self, marks: u8) {
        self.marks.fetch_or(marks, Release);
    }

    /// Takes marks away; true where there were any of them.
    pub(crate) fn unmark(&self, marks: u8) -> bool {
        self.marks.fetch_and(!marks, Release) & marks != 0
    }

    /// Tells who watches it, where somebody does.
    #[inline]
    pub(super) fn tell(&self, change: Change) -> bool {
        let watched = self.place.is_watched();
        if watched {
            feed::tell(self.id, change);
        }
        watched
    }

    /// Tells who watches it that it was removed, under the lock of its table.
    pub(super) fn tell_removed(&self) {
        if self.has(WATCHED) {
            feed::tell(self.id, Change::Removed);
        }
    }

    /// A number that no other series of this process has, and that rises with each new series.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl<C: Cell> Series<C> {
    /// The head of a new series; its label values are written behind it.
    pub(super) fn new(cell: C, labels: u8, family: FamilyTag) -> Self {
        let (place, writer) = if cell.goes_the_long_way() {
            (Place::without_words(), NOBODYS)
        } else {
            (Place::new(), 0)
        };
        Self {
            place,
            id: next_id(family),
            cell,
            writer: AtomicU16::new(writer),
            marks: AtomicU8::new(0),
            labels,
            ends: [],
        }
    }

    /// Appends the words of a reading.
    #[inline]
    pub(crate) fn read(&self, totals: &Totals, words: &mut Vec<u64>) {
        self.cell.read(self.place.words(), totals, words);
    }

    /// Has every recording told from now on, or no longer.
    pub(crate) fn watch(&self, on: bool) {
        let long = self.cell.goes_the_long_way();
        if on {
            self.mark(WATCHED);
        } else {
            self.unmark(WATCHED);
        }
        self.place.watch(on, long);
        // After that: see `sign`.
        self.writer.store(NOBODYS, Release);
    }

    /// Notices that a recording begins, where that was asked for: the series is shown.
    #[inline]
    pub(super) fn notice(&self) {
        if self.place.is_asleep() {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        if self.place.wake(self.has(WATCHED)) {
            self.show();
        }
    }

    /// Shows it, where it was hidden.
    pub(crate) fn show(&self) {
        if self.has(HIDDEN) && self.unmark(HIDDEN) {
            self.place.wake(self.has(WATCHED));
        }
    }

    /// Whether nobody recorded it since this was last asked, where it can tell: kinds that are
    /// set notice, so that the same value set again counts.
    pub(crate) fn slept(&self) -> Option<bool> {
        if C::IS_COUNTED {
            return None;
        }
        let slept = self.place.is_asleep();
        self.place.fall_asleep();
        Some(slept)
    }

    /// Gives it words of each thread now, where there are any to be had.
    pub(crate) fn promote(&self) {
        self.place.promote(self.cell.shape());
        self.have_words_made();
    }

    /// The same while recording.
    #[cold]
    pub(super) fn promote_hot(&self) {
        self.promote();
    }

    /// Notes that another thread records than before.
    pub(super) fn sign(&self) {
        if !self.place.is_signing() {
            return; // it has words, or gets none, or is watched
        }
        let before = self.writer.swap(block::current().id, AcqRel);
        if before == NOBODYS && self.place.is_watched() {
            self.writer.store(NOBODYS, Relaxed); // it began to be watched meanwhile
        }
        self.place.sign(self.cell.shape());
        self.have_words_made();
    }

    /// Where there are words, each thread is to make its own: also the one that recorded last,
    /// which would otherwise go on as before.
    fn have_words_made(&self) {
        if self.place.words().is_some() {
            self.writer.store(NOBODYS, Relaxed);
        }
    }
}
