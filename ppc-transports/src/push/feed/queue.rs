//! The queue of one thread: blocks one behind the other, written by it and read by the thread that
//! sends.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64, fence};

use ppc_core::feed::{Change, Real};

use super::blocks::{Block, Blocks, WORDS};
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
    /// So many changes are to be read before something else is done.
    marked: usize,
    /// How many dropped ones were counted.
    dropped: u64,
}

/// A change is a word, or two: the number of the series, a value that fits behind it, and in the
/// lowest bits what became of the series. A value that does not fit is in a word of its own.
const KINDS: u32 = 3;
const SMALL: u32 = 8;
/// The value has a word of its own.
const LARGE: u64 = (1 << SMALL) - 1;
/// Words of a change at most.
pub(super) const WIDEST: usize = 2;

/// A counter or gauge went up by the whole number that stands in the first word.
const STEPPED: u64 = 6;

#[inline]
fn words(series: u64, change: Change) -> Option<(u64, Option<u64>)> {
    let (kind, value) = match change {
        Change::Added(amount) => {
            let real = amount.get();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "kept only where nothing was cut off"
            )]
            let whole = real as u64;
            #[expect(clippy::float_cmp, reason = "equal means that nothing was cut off")]
            if whole < LARGE && whole as f64 == real {
                return Some((first(series, whole, STEPPED), None));
            }
            (0, amount.0)
        }
        Change::Set(value) => (1, value.0),
        Change::Observed(value) => (2, value.0),
        Change::States(states) => (3, states),
        Change::Replaced => (4, 0),
        Change::Removed => (5, 0),
        // Changes come with the versions of this workspace, together with their numbers here.
        _ => return None,
    };
    Some((first(series, LARGE, kind), Some(value)))
}

#[inline]
fn first(series: u64, small: u64, kind: u64) -> u64 {
    series << (SMALL + KINDS) | small << KINDS | kind
}

/// Whether there is a second word.
#[inline]
fn is_wide(word: u64) -> bool {
    word >> KINDS & LARGE == LARGE
}

#[inline]
fn event(word: u64, value: u64) -> Event {
    let change = match word & ((1 << KINDS) - 1) {
        0 => Change::Added(Real(value)),
        1 => Change::Set(Real(value)),
        2 => Change::Observed(Real(value)),
        3 => Change::States(value),
        4 => Change::Replaced,
        5 => Change::Removed,
        _ => Change::Added(((word >> KINDS & LARGE) as f64).into()),
    };
    Event {
        series: word >> (SMALL + KINDS),
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
            at: WORDS,
        };
        (writer, queue)
    }

    /// Whether the other end is there.
    pub(super) fn is_read(&self) -> bool {
        Arc::strong_count(&self.queue) > 1
    }

    #[inline]
    pub(super) fn has_room(&self) -> bool {
        self.at + WIDEST <= WORDS
    }

    /// Takes another block, where there is one.
    #[cold]
    pub(super) fn find_room(&mut self, blocks: &Blocks) -> bool {
        let block = blocks.take();
        block.is_some_and(|block| self.go_on(block))
    }

    /// Takes the first block, for which there is always room.
    pub(super) fn begin(&mut self, blocks: &Blocks) -> bool {
        let block = blocks.take_first();
        block.is_some_and(|block| self.go_on(block))
    }

    fn go_on(&mut self, block: Arc<Block>) -> bool {
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
        let (Some((word, value)), Some(block)) = (words(series, change), &self.block) else {
            return;
        };
        let mut put = |word| {
            if let Some(place) = block.words.get(self.at) {
                place.store(word, Relaxed);
                self.at += 1;
            }
        };
        put(word);
        if let Some(value) = value {
            put(value);
        }
        #[expect(clippy::cast_possible_truncation, reason = "as many as in a block")]
        block.written.store(self.at as u32, Release);
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
            marked: 0,
            dropped: 0,
        }
    }

    /// Whether its thread is gone; what it wrote is there to be read.
    pub(super) fn is_left(&self) -> bool {
        let is_left = Arc::strong_count(&self.queue) == 1;
        // What it wrote came before it let go.
        fence(Acquire);
        is_left
    }

    /// Appends the changes that are in the block at hand, `most` at most.
    pub(super) fn read(&mut self, blocks: &Blocks, most: usize, events: &mut Vec<Event>) {
        if let Some(words) = self.go_on(blocks) {
            let changes = Changes { words }.map(|(event, _)| event);
            events.extend(changes.take(most));
        }
    }

    /// Passes over so many of the changes that are in the block at hand.
    pub(super) fn advance(&mut self, count: usize) {
        if let Some(block) = &self.block {
            let words = &block.words[self.at..block.written.load(Acquire) as usize];
            let widths = Changes { words }.map(|(_, width)| width);
            self.at += widths.take(count).sum::<usize>();
        }
        self.marked = self.marked.saturating_sub(count);
    }

    /// The words in the block at hand that have not been read; in the next one, where there are no
    /// more.
    fn go_on(&mut self, blocks: &Blocks) -> Option<&[AtomicU64]> {
        loop {
            let next = match &self.block {
                Some(block) => &block.next,
                None => &self.queue.first,
            };
            // Before the words: once there is another block, all of this one's are there.
            let next = blocks.get(next.load(Acquire));
            if let Some(block) = &self.block
                && block.written.load(Acquire) as usize > self.at
            {
                break;
            }
            if let Some(block) = self.block.replace(Arc::clone(next?)) {
                blocks.take_back(&block);
            }
            self.at = 0;
        }
        let block = self.block.as_ref()?;
        block
            .words
            .get(self.at..block.written.load(Acquire) as usize)
    }

    /// Whether there is no block behind the one at hand.
    pub(super) fn is_at_end(&self) -> bool {
        let block = self.block.as_ref();
        block.is_none_or(|block| block.next.load(Relaxed) == 0)
    }

    /// Whether there are changes to be read.
    pub(super) fn has_more(&mut self, blocks: &Blocks) -> bool {
        self.go_on(blocks).is_some()
    }

    /// The changes that there are to be read.
    fn peek<'a>(&'a self, blocks: &'a Blocks) -> impl Iterator<Item = Event> + 'a {
        let mut block = match &self.block {
            Some(block) => Some(block),
            None => blocks.get(self.queue.first.load(Acquire)),
        };
        let mut at = self.at;
        let words = iter::from_fn(move || {
            let this = block?;
            let next = this.next.load(Acquire);
            let words = this.words.get(at..this.written.load(Acquire) as usize);
            (block, at) = (blocks.get(next), 0);
            words
        });
        words.flat_map(|words| Changes { words }.map(|(event, _)| event))
    }

    /// How many changes there are to be read.
    pub(super) fn count(&self, blocks: &Blocks) -> usize {
        self.peek(blocks).count()
    }

    /// Marks all that there are now.
    pub(super) fn mark(&mut self, blocks: &Blocks) {
        self.marked = self.count(blocks);
    }

    /// How many of those that were marked are still to be read.
    pub(super) fn marked(&self) -> usize {
        self.marked
    }

    /// Shows those.
    pub(super) fn for_each_marked(&self, blocks: &Blocks, see: &mut dyn FnMut(Event)) {
        self.peek(blocks).take(self.marked).for_each(see);
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

/// The changes in words, each with how many it takes.
struct Changes<'a> {
    words: &'a [AtomicU64],
}

impl Iterator for Changes<'_> {
    type Item = (Event, usize);

    #[inline]
    fn next(&mut self) -> Option<(Event, usize)> {
        let (first, rest) = self.words.split_first()?;
        let word = first.load(Relaxed);
        if !is_wide(word) {
            self.words = rest;
            return Some((event(word, 0), 1));
        }
        // Both words are written before they are counted.
        let (second, rest) = rest.split_first()?;
        self.words = rest;
        Some((event(word, second.load(Relaxed)), 2))
    }
}
