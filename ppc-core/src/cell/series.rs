//! One series of a family: its cell, and what is known of it. Its label values stand behind it,
//! see [`kept`](super::kept).

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU64};

use super::block;
use super::feed::{self, Change};
use super::ids::{FamilyTag, is_inherited, next_id};
use super::numbers::Totals;
use super::place::{Place, Wordless};
use super::process;
use super::value::Cell;
use crate::gate;

/// One series: what stands before its label values.
#[repr(C)]
pub(crate) struct Series<C> {
    pub(super) place: Place,
    id: AtomicU64,
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

/// Renounced what a parent process recorded, and may not have been recorded since.
pub(crate) const RENOUNCED: u8 = 8;
/// Shown from its declaration on, with nothing recorded or set.
const STARTED: u8 = 16;

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
            feed::tell(self.id.load(Relaxed), change);
        }
        watched
    }

    /// Tells who watches it that it was removed, under the lock of its table.
    pub(super) fn tell_removed(&self) {
        if self.has(WATCHED) {
            feed::tell(self.id.load(Relaxed), Change::Removed);
        }
    }

    /// Notes that it is shown from now on, whether it is recorded or not.
    pub(crate) fn start(&self) {
        self.mark(STARTED);
    }
}

impl<C: Cell> Series<C> {
    /// The head of a new series; its label values are written behind it.
    pub(super) fn new(cell: C, labels: u8, family: FamilyTag) -> Self {
        let (place, writer) = match wordless(&cell) {
            Wordless::Long => (Place::without_words(), NOBODYS),
            Wordless::Set => (Place::awake(), 0),
            Wordless::Plain => (Place::new(), 0),
        };
        Self {
            place,
            id: AtomicU64::new(next_id(family)),
            cell,
            writer: AtomicU16::new(writer),
            marks: AtomicU8::new(0),
            labels,
            ends: [],
        }
    }

    /// A number that no other series of this process has, and that rises with each new series.
    /// Who asks for it finds nothing more of what a parent process recorded.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.renounce_inherited();
        self.id.load(Relaxed)
    }

    /// Has it begin from zero in this process, where it was last recorded in a parent.
    ///
    /// Atomics of the series are as the parent left them: there is no time to visit them at the
    /// fork. Until this was done nobody adds to them here: a counted series has no writer that is
    /// a thread of this process, and one that is set goes by a number of the parent.
    #[inline]
    pub(crate) fn renounce_inherited(&self) {
        // Acquire: what was inherited is gone.
        if is_inherited(self.id.load(Acquire)) {
            self.renounce();
        }
    }

    #[cold]
    fn renounce(&self) {
        // Before: who is inside already may wait for the one that renounces.
        let _pass = gate::pass();
        process::one_at_a_time(|| {
            let id = self.id.load(Relaxed);
            if !is_inherited(id) {
                return; // another thread was first
            }
            let was_set = self.cell.begin();
            // Nobody is told any more who was told by the parent.
            self.unmark(WATCHED | BASED);
            if C::IS_COUNTED {
                self.place.watch(false, wordless(&self.cell));
            } else {
                self.place.fall_asleep();
                if was_set {
                    self.unmark(STARTED); // the parent's value is no beginning
                }
            }
            self.mark(RENOUNCED);
            self.id.store(next_id(FamilyTag::of(id)), Release);
        });
    }

    /// Whether a series that is [`RENOUNCED`] has nothing to show in this process, by a reading; it
    /// is then to go.
    #[cold]
    pub(crate) fn is_of_a_parent(&self, reading: &[u64]) -> bool {
        self.unmark(RENOUNCED);
        let was_recorded = if C::IS_COUNTED {
            reading.iter().any(|word| *word != 0)
        } else {
            !self.place.is_asleep()
        };
        if was_recorded || self.has(HIDDEN) {
            return false; // who is hidden is found to be so, or to be recorded since
        }
        if self.has(STARTED) {
            self.place.wake(self.has(WATCHED));
        }
        !self.has(STARTED)
    }

    /// Appends the words of a reading. Nothing is to be left in it of a parent process.
    #[inline]
    pub(crate) fn read(&self, totals: &Totals, words: &mut Vec<u64>) {
        self.cell.read(self.place.words(), totals, words);
    }

    /// Has every recording told from now on, or no longer.
    pub(crate) fn watch(&self, on: bool) {
        self.renounce_inherited();
        if on {
            self.mark(WATCHED);
        } else {
            self.unmark(WATCHED);
        }
        self.place.watch(on, wordless(&self.cell));
        // After that: see `sign`.
        self.writer.store(NOBODYS, Release);
    }

    /// Notices that a recording begins, where that was asked for: the series is shown.
    #[inline]
    pub(super) fn notice(&self) {
        if !self.place.is_awake() {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        self.renounce_inherited();
        if self.place.wake(self.has(WATCHED)) {
            self.show();
        }
    }

    /// Shows it, where it was hidden.
    pub(crate) fn show(&self) {
        self.renounce_inherited();
        if self.has(RENOUNCED) && self.unmark(RENOUNCED) {
            self.place.wake(self.has(WATCHED));
        }
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
        let own = match block::current().id() {
            block::COMMON_ID => NOBODYS,
            id => id,
        };
        let before = self.writer.swap(own, AcqRel);
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

/// Why a series with this cell has no words at first.
fn wordless(cell: &impl Cell) -> Wordless {
    if cell.goes_the_long_way() {
        Wordless::Long
    } else if cell.shape().is_some() {
        Wordless::Plain
    } else {
        Wordless::Set
    }
}
