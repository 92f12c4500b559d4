//! What the sending thread sees of a feed.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Relaxed, Release};

use super::ChangeFeed;
use super::blocks::WORDS;
use super::queue::Reader;
use crate::encode::{Event, Held};
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
            events: Vec::with_capacity(WORDS),
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
            if is_left && !reader.has_more(&self.feed.blocks) {
                self.readers.swap_remove(index).end(&self.feed.blocks);
            } else {
                index += 1;
            }
        }
        self.feed.blocks.make_more(self.readers.len());
        dropped
    }

    /// Whether changes were dropped or folded since this was last asked.
    pub(crate) fn take_behind(&self) -> bool {
        self.feed.is_behind.load(Relaxed) && self.feed.is_behind.swap(false, AcqRel)
    }

    /// Whether changes wait.
    pub(crate) fn has_more(&mut self) -> bool {
        let mut readers = self.readers.iter_mut();
        readers.any(|reader| reader.has_more(&self.feed.blocks))
    }

    /// How many changes wait; each is looked at.
    pub(crate) fn count(&self) -> usize {
        let counts = self.readers.iter();
        counts.map(|reader| reader.count(&self.feed.blocks)).sum()
    }

    /// Hands out the changes that there are, each thread's in its order, to `take`, which says how
    /// many it took; one that takes fewer than there are leaves the rest of that thread's for later.
    /// Those that are `marked` alone, or all.
    pub(crate) fn drain(&mut self, marked: bool, mut take: impl FnMut(&[Event]) -> usize) {
        let mut events = mem::take(&mut self.events);
        // Another one is the first each time: the first may be all that there is room for.
        self.turn = self.turn.wrapping_add(1);
        let count = self.readers.len();
        for index in 0..count {
            let reader = &mut self.readers[self.turn.wrapping_add(index) % count];
            loop {
                events.clear();
                let most = if marked { reader.marked() } else { usize::MAX };
                reader.read(&self.feed.blocks, most, &mut events);
                if events.is_empty() {
                    break;
                }
                let taken = take(&events);
                reader.advance(taken);
                // No further where the thread is writing now: it would have to wait for the memory
                // that is read, again and again.
                if taken < events.len() || reader.is_at_end() {
                    break;
                }
            }
        }
        self.events = events;
    }

    /// Marks all changes that there are now.
    pub(crate) fn mark(&mut self) {
        for reader in &mut self.readers {
            reader.mark(&self.feed.blocks);
        }
    }

    /// Whether changes that were marked are still to be handed out.
    pub(crate) fn has_marked(&self) -> bool {
        self.readers.iter().any(|reader| reader.marked() > 0)
    }

    /// Changes are taken again: whoever finds no room waits for it.
    pub(crate) fn unstall(&self) {
        if self.feed.is_stalled.load(Relaxed) {
            self.feed.is_stalled.store(false, Release);
        }
    }

    /// How many threads' queues there are.
    #[cfg(test)]
    pub(crate) fn readers(&self) -> usize {
        self.readers.len()
    }
}

/// Those that are marked.
impl Held for Inbox {
    fn for_each(&self, see: &mut dyn FnMut(Event)) {
        for reader in &self.readers {
            reader.for_each_marked(&self.feed.blocks, see);
        }
    }
}
