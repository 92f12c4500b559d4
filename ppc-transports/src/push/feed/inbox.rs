//! What the sending thread sees of a feed.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

use super::ChangeFeed;
use super::blocks::EVENTS;
use super::queue::Reader;
use crate::encode::Event;
use crate::lock::lock;

/// The queues of all threads.
#[derive(Debug)]
pub(crate) struct Inbox {
    feed: Arc<ChangeFeed>,
    readers: Vec<Reader>,
    /// Whose turn it is.
    turn: usize,
    /// The changes at hand.
    events: Vec<Event>,
}

impl Inbox {
    pub(crate) fn new(feed: Arc<ChangeFeed>) -> Self {
        Self {
            feed,
            readers: Vec::new(),
            turn: 0,
            events: Vec::with_capacity(EVENTS),
        }
    }

    pub(crate) fn feed(&self) -> &ChangeFeed {
        &self.feed
    }

    /// Looks for new threads and for those that are gone, and makes room.
    pub(crate) fn look(&mut self) -> u64 {
        let newcomers = mem::take(&mut *lock(&self.feed.newcomers));
        self.readers.extend(newcomers.into_iter().map(Reader::new));
        let mut dropped = self.feed.lost.swap(0, Relaxed);
        let mut index = 0;
        while let Some(reader) = self.readers.get_mut(index) {
            // Asked first: what its thread wrote before it went is counted below.
            let is_left = reader.is_left();
            dropped += reader.take_dropped();
            if is_left && reader.count(&self.feed.blocks) == 0 {
                self.readers.swap_remove(index).end(&self.feed.blocks);
            } else {
                index += 1;
            }
        }
        self.feed.blocks.make_more();
        dropped
    }

    /// Whether changes were dropped or folded since this was last asked.
    pub(crate) fn take_behind(&self) -> bool {
        self.feed.is_behind.load(Relaxed) && self.feed.is_behind.swap(false, AcqRel)
    }

    /// How many changes wait.
    pub(crate) fn count(&self) -> usize {
        let counts = self.readers.iter();
        counts.map(|reader| reader.count(&self.feed.blocks)).sum()
    }

    /// Hands out all changes that there are, each thread's in its order, to `take`, which says how
    /// many it took; one that takes fewer than there are leaves the rest of that thread's for later.
    pub(crate) fn drain(&mut self, mut take: impl FnMut(&[Event]) -> usize) {
        let mut events = mem::take(&mut self.events);
        for _ in 0..self.readers.len() {
            self.turn = (self.turn + 1) % self.readers.len();
            let reader = &mut self.readers[self.turn];
            // No more than there are now: others have a turn as well.
            let mut left = reader.count(&self.feed.blocks);
            while left > 0 {
                events.clear();
                let count = reader.read(&self.feed.blocks, left, &mut events);
                let taken = take(&events);
                reader.advance(taken);
                left -= taken;
                if taken < count || count == 0 {
                    break;
                }
            }
        }
        self.events = events;
    }

    /// Changes are taken again: whoever finds no room waits for it.
    pub(crate) fn unstall(&self) {
        if self.feed.is_stalled.load(Relaxed) {
            self.feed.is_stalled.store(false, Release);
        }
    }

    /// Moves all changes that there are into a list, each thread's in its order.
    pub(crate) fn take_all(&mut self, all: &mut Vec<Event>) {
        let counts = self.readers.iter();
        let counts: Vec<_> = counts
            .map(|reader| reader.count(&self.feed.blocks))
            .collect();
        for (reader, mut left) in self.readers.iter_mut().zip(counts) {
            while left > 0 {
                let count = reader.read(&self.feed.blocks, left, all);
                reader.advance(count);
                left -= count;
                if count == 0 {
                    break;
                }
            }
        }
    }
}
