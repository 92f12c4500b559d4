//! The numbers of series, in which their families can be told.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU16, AtomicU64};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Numbers below this one were given by a parent process.
static OWN_FROM: AtomicU64 = AtomicU64::new(0);

/// A number that was not given before, for a series of this family or for another life of one.
pub(crate) fn next_id(family: FamilyTag) -> u64 {
    NEXT.fetch_add(1, Relaxed) << FamilyTag::BITS | u64::from(family.0)
}

/// Whether a number was given before the fork that this process began with.
#[inline]
pub(super) fn is_inherited(id: u64) -> bool {
    id < OWN_FROM.load(Relaxed)
}

/// After a fork, in the child.
pub(super) fn in_child() {
    OWN_FROM.store(next_id(FamilyTag::default()), Relaxed);
}

/// Stands in the lowest bits of the numbers of a family's series. Of more than 65,536 families some
/// have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FamilyTag(u16);

impl FamilyTag {
    const BITS: u32 = u16::BITS;

    /// That of a new family.
    pub(super) fn next() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(1);
        Self(NEXT.fetch_add(1, Relaxed))
    }

    /// That of the family of this series.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits alone")]
    pub(super) fn of(series: u64) -> Self {
        Self(series as u16)
    }

    /// The word in a set of all, and the bit in it.
    #[inline]
    pub(super) fn place(self) -> (usize, u64) {
        (usize::from(self.0 >> 6), 1 << (self.0 & 63))
    }
}
