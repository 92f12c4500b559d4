//! The change feed of a stream: what is recorded goes into memory, and the thread that sends takes
//! it from there.
//!
//! Each thread that records has a queue of its own in it, of blocks that all queues share, so
//! that recording takes no lock and waits for nobody. Blocks are made by the sending
//! thread, but for the first one of a thread that finds none.

mod blocks;
mod inbox;
mod queue;

use std::cell::{Cell, RefCell};
use std::process;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use ppc_core::feed::{Change, Feed};

use self::blocks::Blocks;
pub(super) use self::inbox::Inbox;
use self::queue::{Queue, Writer};
use super::destination::Streams;
use super::stream_settings::Full;

/// Where threads that record leave changes for a stream.
#[derive(Debug)]
pub(super) struct ChangeFeed {
    /// Tells it from others of the process.
    number: u64,
    full: Full,
    streams: Streams,
    blocks: Blocks,
    /// Queues of threads that recorded for the first time.
    newcomers: Mutex<Vec<Arc<Queue>>>,
    /// Changes were dropped or folded, so that what was told is behind what was recorded.
    is_behind: AtomicBool,
    /// Changes dropped where there was no queue to count them in.
    lost: AtomicU64,
    /// Nothing is taken any more.
    is_closed: AtomicBool,
    /// Nothing was taken for so long that nobody waits.
    is_stalled: AtomicBool,
    process: u32,
}

/// Nobody waits for longer than this while nothing is taken from the feed.
const STALL: Duration = Duration::from_secs(5);

/// Between two looks for room.
const PAUSE: Duration = Duration::from_micros(100);

/// How often a thread asks for the lock of the newcomers.
const TRIES: usize = 100;

thread_local! {
    static HERE: Here = const {
        Here {
            sends: Cell::new(false),
            writers: RefCell::new(Vec::new()),
        }
    };
}

/// What a thread has.
struct Here {
    /// It sends, and what it records meanwhile is told by the next gather.
    sends: Cell<bool>,
    /// Its queues, one a stream.
    writers: RefCell<Vec<Writer>>,
}

impl ChangeFeed {
    pub(super) fn new(full: Full, streams: Streams) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Arc::new(Self {
            number: NEXT.fetch_add(1, Relaxed),
            full,
            streams,
            blocks: Blocks::new(),
            newcomers: Mutex::default(),
            is_behind: AtomicBool::new(false),
            lost: AtomicU64::new(0),
            is_closed: AtomicBool::new(false),
            is_stalled: AtomicBool::new(false),
            process: process::id(),
        })
    }

    /// Runs what sends: a change that is recorded there would have itself sent, again and again.
    pub(super) fn while_sending<T>(send: impl FnOnce() -> T) -> T {
        struct Reset;
        impl Drop for Reset {
            fn drop(&mut self) {
                let _ = HERE.try_with(|here| here.sends.set(false));
            }
        }
        let _ = HERE.try_with(|here| here.sends.set(true));
        let _reset = Reset;
        send()
    }

    /// Has nobody wait for room any more.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Release);
    }

    /// The number of this thread's queue in the list, which is made where there is none.
    fn join(&self, writers: &mut Vec<Writer>) -> Option<usize> {
        // Of streams that have ended.
        writers.retain(Writer::is_read);
        let (mut writer, queue) = Writer::new(self.number);
        for _ in 0..TRIES {
            match self.newcomers.try_lock() {
                Ok(mut newcomers) => newcomers.push(queue),
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().push(queue),
                Err(TryLockError::WouldBlock) => {
                    // Whoever holds it for a few instructions may have been interrupted, and needs
                    // the processor.
                    thread::yield_now();
                    continue;
                }
            }
            writer.begin(&self.blocks);
            writers.push(writer);
            return Some(writers.len() - 1);
        }
        None
    }

    /// A change for which there is no room.
    #[cold]
    fn overflow(&self, writer: &mut Writer, series: u64, change: Change) {
        // A lock is held, or there is nothing that could be lost.
        if matches!(change, Change::Removed | Change::Replaced) {
            return self.fall_behind();
        }
        if self.full == Full::Block && self.wait_for_room(writer) {
            writer.push(series, change);
            return;
        }
        self.fall_behind();
        // What a gather tells as well is folded.
        let is_told_once =
            self.streams == Streams::Changes && matches!(change, Change::Observed(_));
        if self.full != Full::Coalesce || is_told_once {
            writer.drop_one();
        }
    }

    fn fall_behind(&self) {
        if !self.is_behind.load(Relaxed) {
            self.is_behind.store(true, Release);
        }
    }

    /// Waits until there is room; not where nothing is taken, or nobody is there to take it.
    fn wait_for_room(&self, writer: &mut Writer) -> bool {
        let mut taken = (self.blocks.taken_back(), Instant::now());
        // In a forked child nobody sends.
        while !self.is_closed.load(Acquire)
            && !self.is_stalled.load(Acquire)
            && self.process == process::id()
        {
            thread::sleep(PAUSE);
            if writer.find_room(&self.blocks) {
                return true;
            }
            let now = self.blocks.taken_back();
            if now != taken.0 {
                taken = (now, Instant::now());
            } else if taken.1.elapsed() > STALL {
                self.is_stalled.store(true, Release);
            }
        }
        false
    }
}

impl Feed for ChangeFeed {
    fn changed(&self, series: u64, change: Change) {
        let told = HERE.try_with(|here| {
            if here.sends.get() {
                return Some(());
            }
            let mut writers = here.writers.try_borrow_mut().ok()?;
            let known = writers.iter().position(|writer| writer.feed == self.number);
            let at = match known {
                Some(at) => at,
                None => self.join(&mut writers)?,
            };
            let writer = writers.get_mut(at)?;
            if writer.has_room() || writer.find_room(&self.blocks) {
                writer.push(series, change);
            } else {
                self.overflow(writer, series, change);
            }
            Some(())
        });
        // The thread ends, and has no queue any more.
        if !matches!(told, Ok(Some(()))) {
            self.fall_behind();
            self.lost.fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
