//! The blocks that queues are made of, and the stack of those that are free.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, OnceLock};

/// Words in a block: 4 KiB.
pub(super) const WORDS: usize = 512;
/// Blocks for changes that wait, at most: half a million changes of two words, or a million of one; 8 MiB.
pub(super) const MOST: usize = 2048;
/// Blocks at all: each thread keeps one, be it read or not, and those do not count.
const ALL: usize = 4 * MOST;
/// Blocks from the start on, and blocks that are free after a look, at least.
const SPARE: usize = 256;

/// A run of changes that one thread writes and the sending one reads.
#[derive(Debug)]
pub(super) struct Block {
    /// Its number among all, from 1 on; 0 stands for none.
    pub(super) number: u32,
    /// How many words were written.
    pub(super) written: AtomicU32,
    /// The block that comes behind it.
    pub(super) next: AtomicU32,
    pub(super) words: Box<[AtomicU64]>,
}

/// All blocks of a feed.
#[derive(Debug)]
pub(super) struct Blocks {
    all: Box<[OnceLock<Arc<Block>>]>,
    /// How many there are.
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
            all: (0..ALL).map(|_| OnceLock::new()).collect(),
            made: AtomicU32::new(0),
            top: AtomicU64::new(0),
            below: (0..ALL).map(|_| AtomicU32::new(0)).collect(),
            free: AtomicU32::new(0),
            returned: AtomicU64::new(0),
        };
        blocks.make(SPARE, MOST);
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

    /// Takes a block for a thread's first changes, which may be one of many that came since the
    /// last look: makes one where none is free.
    pub(super) fn take_first(&self) -> Option<Arc<Block>> {
        self.take()
            .or_else(|| self.get(self.make_one(ALL)?).cloned())
    }

    /// Sees to it that enough are free for several times as many changes as are waiting, beside one
    /// for each of so many threads. Only for the thread that sends.
    pub(super) fn make_more(&self, threads: usize) {
        let (free, made) = (self.free.load(Relaxed), self.made.load(Relaxed));
        let wanted = SPARE.max(4 * made.saturating_sub(free) as usize);
        self.make(wanted.saturating_sub(free as usize), MOST + threads);
    }

    fn make(&self, count: usize, limit: usize) {
        for _ in 0..count {
            match self.make_one(limit) {
                Some(number) => self.put(number),
                None => return,
            }
        }
    }

    /// Makes a block, of which there are not to be more than so many.
    fn make_one(&self, limit: usize) -> Option<u32> {
        let one_more = |made: u32| ((made as usize) < limit.min(ALL)).then_some(made + 1);
        let made = self.made.fetch_update(Relaxed, Relaxed, one_more).ok()?;
        let block = Block {
            number: made + 1,
            written: AtomicU32::new(0),
            next: AtomicU32::new(0),
            words: (0..WORDS).map(|_| AtomicU64::new(0)).collect(),
        };
        let place = self.all.get(made as usize)?;
        place.set(Arc::new(block)).ok()?;
        Some(made + 1)
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
