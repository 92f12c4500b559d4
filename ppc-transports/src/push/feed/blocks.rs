//! The blocks that queues are made of, and the stack of those that are free.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, OnceLock};

/// Changes in a block: 4 KiB.
pub(super) const EVENTS: usize = 256;
/// Blocks at most: about a million changes, 16 MiB.
pub(super) const MOST: usize = 4096;
/// Blocks from the start on, because a job may begin with a burst: 2 MiB.
const FIRST: usize = 512;
/// Blocks that are free after a look, at least.
const SPARE: usize = 256;

/// A run of changes that one thread writes and the sending one reads.
#[derive(Debug)]
pub(super) struct Block {
    /// Its number among all, from 1 on; 0 stands for none.
    pub(super) number: u32,
    /// How many changes are in it.
    pub(super) written: AtomicU32,
    /// The block that comes behind it.
    pub(super) next: AtomicU32,
    pub(super) events: Box<[[AtomicU64; 2]]>,
}

/// All blocks of a feed.
#[derive(Debug)]
pub(super) struct Blocks {
    all: Box<[OnceLock<Arc<Block>>]>,
    /// How many there are; changed by the sending thread alone.
    made: AtomicU32,
    /// The free ones are a stack: the number of the uppermost, and above it how often that has
    /// changed, so that nobody takes an old top for the one of now.
    top: AtomicU64,
    /// What is below each of them in the stack.
    below: Box<[AtomicU32]>,
    free: AtomicU32,
    /// How often one was taken back.
    returned: AtomicU64,
}

impl Blocks {
    pub(super) fn new() -> Self {
        let blocks = Self {
            all: (0..MOST).map(|_| OnceLock::new()).collect(),
            made: AtomicU32::new(0),
            top: AtomicU64::new(0),
            below: (0..MOST).map(|_| AtomicU32::new(0)).collect(),
            free: AtomicU32::new(0),
            returned: AtomicU64::new(0),
        };
        blocks.make(FIRST);
        blocks
    }

    /// The block of this number.
    pub(super) fn get(&self, number: u32) -> Option<&Arc<Block>> {
        self.all.get(index(number)?)?.get()
    }

    /// Takes a block that is free.
    pub(super) fn take(&self) -> Option<Arc<Block>> {
        let mut top = self.top.load(Acquire);
        loop {
            let (number, changes) = parts(top);
            let below = self.below.get(index(number)?)?.load(Relaxed);
            match self
                .top
                .compare_exchange_weak(top, whole(below, changes + 1), AcqRel, Acquire)
            {
                Ok(_) => {
                    self.free.fetch_sub(1, Relaxed);
                    return self.get(number).cloned();
                }
                Err(now) => top = now,
            }
        }
    }

    /// Takes a block back that nobody writes or reads any more.
    pub(super) fn take_back(&self, block: &Block) {
        block.written.store(0, Relaxed);
        block.next.store(0, Relaxed);
        self.returned.fetch_add(1, Release);
        self.put(block.number);
    }

    /// How often a block was taken back.
    pub(super) fn taken_back(&self) -> u64 {
        self.returned.load(Acquire)
    }

    /// Sees to it that enough are free for as many changes again as are waiting, and then some.
    /// Only for the thread that sends.
    pub(super) fn make_more(&self) {
        let (made, free) = (self.made.load(Relaxed), self.free.load(Relaxed));
        let wanted = SPARE.max(2 * made.saturating_sub(free) as usize);
        self.make(wanted.saturating_sub(free as usize));
    }

    fn make(&self, count: usize) {
        let made = self.made.load(Relaxed) as usize;
        for (place, number) in self.all.iter().zip(1..).skip(made).take(count) {
            let events = (0..EVENTS).map(|_| [const { AtomicU64::new(0) }; 2]);
            let block = Block {
                number,
                written: AtomicU32::new(0),
                next: AtomicU32::new(0),
                events: events.collect(),
            };
            if place.set(Arc::new(block)).is_ok() {
                self.made.store(number, Relaxed);
                self.put(number);
            }
        }
    }

    fn put(&self, number: u32) {
        let Some(place) = index(number).and_then(|index| self.below.get(index)) else {
            return;
        };
        self.free.fetch_add(1, Relaxed);
        let mut top = self.top.load(Relaxed);
        loop {
            let (uppermost, changes) = parts(top);
            place.store(uppermost, Relaxed);
            match self
                .top
                // Release: who takes it finds it empty.
                .compare_exchange_weak(top, whole(number, changes + 1), AcqRel, Relaxed)
            {
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }
}

fn index(number: u32) -> Option<usize> {
    (number as usize).checked_sub(1)
}

#[expect(clippy::cast_possible_truncation, reason = "two halves of a word")]
fn parts(top: u64) -> (u32, u32) {
    (top as u32, (top >> 32) as u32)
}

fn whole(number: u32, changes: u32) -> u64 {
    u64::from(changes) << 32 | u64::from(number)
}
