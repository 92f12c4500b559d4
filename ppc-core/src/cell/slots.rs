//! Slots of a table: open addressing, each slot a series and 16 bits of its hash.

#![expect(unsafe_code, reason = "an index that a mask keeps below the length")]

use std::ptr::NonNull;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::kept::Kept;
use super::series::Series;
use super::value::Cell;

/// As many slots as a power of two.
pub(super) struct Slots<C> {
    mask: usize,
    slots: Box<[AtomicPtr<Series<C>>]>,
}

/// Where the hash begins in a slot. An address has no bits there on these targets; on others
/// (Android tags its pointers) every slot is compared.
const TAG_SHIFT: u32 = 48;
const TAGGED: bool = cfg!(all(target_pointer_width = "64", not(target_os = "android")));

/// The smallest number of slots.
pub(super) const FEWEST: usize = 16;

/// Up to so many slots most are left empty: then a look-up finds its series in the first slot as
/// a rule, and the processor foretells that it does. It is a quarter of the time.
const SPARSE: usize = 4096;

#[inline]
fn tag(hash: u64) -> usize {
    if TAGGED {
        low(hash >> TAG_SHIFT << TAG_SHIFT)
    } else {
        0
    }
}

/// As much of a hash as the target's addresses have.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "any bits do")]
pub(super) fn low(hash: u64) -> usize {
    hash as usize
}

/// A gap: an address where no series is.
pub(super) fn gap<C>() -> *mut Series<C> {
    std::ptr::without_provenance_mut(1)
}

impl<C: Cell> Slots<C> {
    /// Empty slots, as many as a power of two.
    pub(super) fn new(len: usize) -> Self {
        assert!(len.is_power_of_two());
        let slots = (0..len).map(|_| AtomicPtr::default()).collect();
        Self {
            mask: len - 1,
            slots,
        }
    }

    /// The next series from `index` on that may be the one of a hash, which it is but once in
    /// 65,536 times; `index` is then that of the slot behind it.
    #[inline]
    pub(super) fn candidate(&self, hash: u64, index: &mut usize) -> Option<NonNull<Series<C>>> {
        loop {
            // SeqCst here and where the slots are loaded: see `section`.
            let word = self.slot(*index).load(SeqCst);
            *index = index.wrapping_add(1);
            if TAGGED && (word.addr() ^ tag(hash)) >> TAG_SHIFT != 0 {
                if word.is_null() {
                    return None;
                }
            } else if let Some(series) = Self::series(word) {
                return Some(series);
            } else if word.is_null() {
                return None;
            }
        }
    }

    /// A slot, of any index.
    #[inline]
    fn slot(&self, index: usize) -> &AtomicPtr<Series<C>> {
        // SAFETY: `new` makes as many slots as a power of two, and the mask one less.
        unsafe { self.slots.get_unchecked(index & self.mask) }
    }

    /// The slots to look at for a hash, one after the other.
    pub(super) fn probe(&self, hash: u64) -> impl Iterator<Item = &AtomicPtr<Series<C>>> {
        (0..).map(move |step| self.slot(low(hash).wrapping_add(step)))
    }

    /// The series that a slot's word points to, where it does.
    #[inline]
    pub(super) fn series(word: *mut Series<C>) -> Option<NonNull<Series<C>>> {
        let address = |address| {
            if TAGGED {
                address & !(usize::MAX << TAG_SHIFT)
            } else {
                address
            }
        };
        NonNull::new(word.map_addr(address)).filter(|series| series.as_ptr() != gap())
    }

    /// All of them.
    pub(super) fn all(&self) -> &[AtomicPtr<Series<C>>] {
        &self.slots
    }

    /// As many as it takes for so many series and some more.
    pub(super) fn for_series(series: usize) -> Self {
        let mut len = FEWEST;
        while series >= most_filled(len) / 4 * if len <= SPARSE { 4 } else { 3 } {
            len *= 2;
        }
        Self::new(len)
    }

    /// How many may be filled.
    pub(super) fn room(&self) -> usize {
        most_filled(self.slots.len())
    }

    /// Stores a series in the first slot that is free; true where it was empty, not a gap.
    pub(super) fn store(&self, hash: u64, series: Kept<C>) -> bool {
        let free = self.probe(hash).find_map(|slot| {
            let word = slot.load(Relaxed);
            Self::series(word).is_none().then_some((slot, word))
        });
        let series = series.into_raw().as_ptr();
        if TAGGED && series.addr() & usize::MAX << TAG_SHIFT != 0 {
            // No address of these targets; to go on would be to follow another one.
            std::process::abort();
        }
        let Some((slot, word)) = free else {
            unreachable!("there are more slots than series")
        };
        // SeqCst includes Release: who finds it finds it complete.
        slot.store(series.map_addr(|address| address | tag(hash)), SeqCst);
        word.is_null()
    }
}

/// How many of these slots may be filled.
fn most_filled(slots: usize) -> usize {
    let fifths = if slots <= SPARSE { 2 } else { 4 };
    slots / 5 * fifths
}
