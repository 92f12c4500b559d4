//! The queue of one thread: blocks one behind the other, written by it and read by the thread that
//! sends.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};

use ppc_core::feed::Change;

use super::blocks::{Block, Blocks, EVENTS};
use crate::encode::Event;

/// What both ends share.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The number of its first block.
    first: AtomicU32,
    /// How many changes were dropped; counted by its thread alone.
    dropped: AtomicU64,
}

/// The end of the thread that records.
#[derive(Debug)]
pub(super) struct Writer {
    /// The number of its feed.
    pub(super) feed: u64,
    queue: Arc<Queue>,
    block: Option<Arc<Block>>,
    at: usize,
}

/// The end of the thread that sends.
#[derive(Debug)]
pub(super) struct Reader {
    queue: Arc<Queue>,
    block: Option<Arc<Block>>,
    at: usize,
    /// How many dropped ones were counted.
    dropped: u64,
}

/// What became of a series stands in the lowest bits of its number.
const KINDS: u32 = 3;

fn words(series: u64, change: Change) -> Option<[u64; 2]> {
    let (kind, value) = match change {
        Change::Added(value) => (0, value.to_bits()),
        Change::Set(value) => (1, value.to_bits()),
        Change::Observed(value) => (2, value.to_bits()),
        Change::States(states) => (3, states),
        Change::Replaced => (4, 0),
        Change::Removed => (5, 0),
        // Changes come with the versions of this workspace, together with their numbers here.
        _ => return None,
    };
    Some([series << KINDS | kind, value])
}

#[inline]
fn event([series, value]: [u64; 2]) -> Event {
    let change = match series & 7 {
        0 => Change::Added(f64::from_bits(value)),
        1 => Change::Set(f64::from_bits(value)),
        2 => Change::Observed(f64::from_bits(value)),
        3 => Change::States(value),
        4 => Change::Replaced,
        _ => Change::Removed,
    };
    Event {
        series: series >> KINDS,
        change,
    }
}

impl Writer {
    pub(super) fn new(feed: u64) -> (Self, Arc<Queue>) {
        let queue = Arc::new(Queue::default());
        let writer = Self {
            feed,
            queue: Arc::clone(&queue),
            block: None,
            at: EVENTS,
        };
        (writer, queue)
    }

    /// Whether the other end is there.
    pub(super) fn is_read(&self) -> bool {
        Arc::strong_count(&self.queue) > 1
    }

    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.at < EVENTS
    }

    /// Takes another block, where there is one.
    #[cold]
    pub(super) fn find_room(&mut self, blocks: &Blocks) -> bool {
        let Some(block) = blocks.take() else {
            return false;
        };
        let before = self.block.as_ref().map(|block| &block.next);
        before
            .unwrap_or(&self.queue.first)
            .store(block.number, Release);
        self.block = Some(block);
        self.at = 0;
        true
    }

    /// Adds a change, for which there is room.
    #[inline]
    pub(super) fn push(&mut self, series: u64, change: Change) {
        let Some([series, value]) = words(series, change) else {
            return;
        };
        if let Some(block) = &self.block
            && let Some(place) = block.events.get(self.at)
        {
            place[0].store(series, Relaxed);
            place[1].store(value, Relaxed);
            self.at += 1;
            #[expect(clippy::cast_possible_truncation, reason = "as many as in a block")]
            block.written.store(self.at as u32, Release);
        }
    }

    /// Counts a change that was dropped.
    pub(super) fn drop_one(&self) {
        let dropped = self.queue.dropped.load(Relaxed);
        self.queue.dropped.store(dropped + 1, Relaxed);
    }
}

impl Reader {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self {
            queue,
            block: None,
            at: 0,
            dropped: 0,
        }
    }

    /// Whether its thread is gone; what it wrote is there to be read.
    pub(super) fn is_left(&self) -> bool {
        Arc::strong_count(&self.queue) == 1
    }

    /// Appends the changes that are in the block at hand, `most` at most; how many that were.
    pub(super) fn read(&mut self, blocks: &Blocks, most: usize, events: &mut Vec<Event>) -> usize {
        if !self.go_on(blocks) {
            return 0;
        }
        let Some(block) = &self.block else { return 0 };
        let written = block.written.load(Acquire) as usize;
        let end = written.min(self.at.saturating_add(most));
        let places = block.events.get(self.at..end).unwrap_or_default();
        events.extend(
            places
                .iter()
                .map(|[series, value]| event([series.load(Relaxed), value.load(Relaxed)])),
        );
        places.len()
    }

    /// Passes over changes that were read.
    pub(super) fn advance(&mut self, count: usize) {
        self.at += count;
    }

    /// Goes on to the next block, once all of one is read; false where there is nothing.
    fn go_on(&mut self, blocks: &Blocks) -> bool {
        let next = match &self.block {
            Some(_) if self.at < EVENTS => return true,
            Some(block) => &block.next,
            None => &self.queue.first,
        };
        let Some(next) = blocks.get(next.load(Acquire)) else {
            return false;
        };
        if let Some(block) = self.block.replace(Arc::clone(next)) {
            blocks.take_back(&block);
        }
        self.at = 0;
        true
    }

    /// How many changes there are to be read.
    pub(super) fn count(&self, blocks: &Blocks) -> usize {
        let first = || blocks.get(self.queue.first.load(Acquire));
        let mut block = match &self.block {
            Some(block) => Some(block),
            None => first(),
        };
        let mut count = 0;
        while let Some(this) = block {
            count += this.written.load(Acquire) as usize;
            block = blocks.get(this.next.load(Acquire));
        }
        count - self.at
    }

    /// How many changes were dropped since this was last asked.
    pub(super) fn take_dropped(&mut self) -> u64 {
        let dropped = self.queue.dropped.load(Relaxed);
        dropped - std::mem::replace(&mut self.dropped, dropped)
    }

    /// Gives its last block back: it is read, and nobody writes it.
    pub(super) fn end(mut self, blocks: &Blocks) {
        if let Some(block) = self.block.take() {
            blocks.take_back(&block);
        }
    }
}
