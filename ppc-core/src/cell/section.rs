//! Look-ups, and the grace of what they may still see.
//!
//! A look-up runs in a section: the counter of the thread's block is odd meanwhile. Who unlinks
//! something notes the counters that are odd, and frees it once each has changed: nobody waits,
//! and a look-up writes no word that others write.
//!
//! The look-up raises its counter and then loads what is linked; the remover unlinks and then
//! loads the counters. Between the two there is a full fence on both sides ([`barrier`]), so
//! either the look-up does not see what is gone, or its counter is seen.

use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

use super::barrier;
use super::block::{self, Block};
use crate::clock::{self, Instant};

/// Held by a look-up. What it finds stays valid until it is dropped.
pub(crate) struct Section {
    block: &'static Block,
    /// What the counter is set to at the end: even, or the same where a section is within another.
    after: u64,
    /// The block is not this thread's, which is ending, and is given back.
    borrowed: bool,
    /// A section ends on the thread it began on.
    marker: PhantomData<*const ()>,
}

impl Section {
    #[inline]
    pub(crate) fn enter() -> Self {
        let block = block::current();
        let now = block.section.load(Relaxed);
        if now & 1 == 0 {
            Self::begin(block, now, false)
        } else {
            Self::enter_unusual(block, now)
        }
    }

    #[inline]
    fn begin(block: &'static Block, now: u64, borrowed: bool) -> Self {
        barrier::begin(&block.section, now + 1);
        Self {
            block,
            after: now + 2,
            borrowed,
            marker: PhantomData,
        }
    }

    /// Within a section, on a new thread, or on one that is ending.
    #[cold]
    fn enter_unusual(block: &'static Block, now: u64) -> Self {
        if !block.is_empty() {
            return Self {
                block,
                after: now,
                borrowed: false,
                marker: PhantomData,
            };
        }
        let (block, borrowed) = match block::own() {
            Some(own) => (own, false),
            None => (Block::claim(), true),
        };
        Self::begin(block, block.section.load(Relaxed), borrowed)
    }
}

impl Drop for Section {
    #[inline]
    fn drop(&mut self) {
        // Release: what was read in the section was read before the counter changed.
        self.block.section.store(self.after, Release);
        if self.borrowed {
            self.block.leave();
        }
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").finish_non_exhaustive()
    }
}

/// The look-ups that may still see what was unlinked before it was begun.
pub(super) struct Grace {
    under_way: Vec<(&'static Block, u64)>,
    /// Where the kernel refused its fence: when each thread has had its own for long, and who is
    /// under way can be told.
    told_from: Option<Instant>,
}

impl Grace {
    /// Begins now, for what has been unlinked before.
    pub(super) fn begin() -> Self {
        if barrier::demand() {
            Self {
                under_way: under_way(),
                told_from: None,
            }
        } else {
            Self {
                under_way: Vec::new(),
                told_from: Some(clock::now() + barrier::SURELY),
            }
        }
    }

    /// Whether all of them have ended.
    pub(super) fn is_over(&mut self) -> bool {
        if let Some(told_from) = self.told_from {
            if clock::now() < told_from {
                return false;
            }
            self.told_from = None;
            self.under_way = under_way();
        }
        self.under_way
            // Acquire: their readings happened before what follows.
            .retain(|(block, noted)| block.section.load(Acquire) == *noted && !block.is_orphan());
        self.under_way.is_empty()
    }
}

fn under_way() -> Vec<(&'static Block, u64)> {
    block::all()
        .filter_map(|block| {
            // Acquire, in SeqCst: of sections that have ended.
            let now = block.section.load(SeqCst);
            (now & 1 == 1).then_some((block, now))
        })
        .collect()
}
