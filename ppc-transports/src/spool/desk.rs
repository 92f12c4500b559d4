//! Where a client leaves its orders for the thread of its spool, and finds what that has read.

use std::collections::VecDeque;
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::Waker;
use std::time::Duration;

use super::folder::{Found, Put};
use crate::lock::lock;

/// Bytes that are read ahead of who delivers them; a push that is larger is read alone.
pub(super) const AHEAD: usize = 1024 * 1024;

/// What is to be done.
#[derive(Debug)]
pub(super) enum Order {
    Put(Put, Ticket),
    Finish(u64),
    Leave(u64),
}

/// Stands for something that was given to a spool, or comes from there.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    number: u64,
    state: Arc<AtomicU8>,
}

const WAITS: u8 = 0;
const STORED: u8 = 1;
const FAILED: u8 = 2;

impl Ticket {
    pub(super) fn new(number: u64) -> Self {
        let state = Arc::new(AtomicU8::new(WAITS));
        Self { number, state }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn store(&self) {
        self.state.store(STORED, Ordering::Release);
    }

    pub(super) fn fail(&self) {
        self.state.store(FAILED, Ordering::Release);
    }

    /// Whether it is not on the disk, and will not be.
    pub(crate) fn has_failed(&self) -> bool {
        self.state.load(Ordering::Acquire) == FAILED
    }

    /// Whether it is on the disk.
    pub(crate) fn is_stored(&self) -> bool {
        self.state.load(Ordering::Acquire) == STORED
    }
}

/// What came to light of a spool.
#[derive(Debug, Default)]
pub(crate) struct SpoolNews {
    /// Samples that could not be read.
    pub(crate) damaged: u64,
    /// Samples that had to make room.
    pub(crate) full: u64,
    /// Samples that could not be stored, and are not in memory any more.
    pub(crate) unstored: u64,
    /// A file that is of a newer version.
    pub(crate) newer: Option<(PathBuf, u16)>,
    /// What the system said.
    pub(crate) trouble: Option<String>,
}

#[derive(Debug)]
pub(super) struct Desk {
    state: Mutex<State>,
    changed: Condvar,
    waker: Waker,
}

/// How far its end is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    #[default]
    Ahead,
    /// No more orders come.
    Closed,
    /// The thread has ended.
    Over,
}

#[derive(Debug, Default)]
struct State {
    orders: VecDeque<Order>,
    /// Bytes of the orders.
    bytes: usize,
    found: VecDeque<(Found, Ticket)>,
    /// More is to be read than what was found, or may be.
    has_left: bool,
    /// The client wants to be given some of it.
    is_asked: bool,
    end: End,
    news: SpoolNews,
}

/// What the thread is to do.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) orders: Vec<Order>,
    /// Pushes are to be read.
    pub(super) reads: bool,
    pub(super) is_closed: bool,
}

impl Desk {
    pub(super) fn new(waker: Waker) -> Self {
        Self {
            // Nobody has looked yet.
            state: Mutex::new(State {
                has_left: true,
                ..State::default()
            }),
            changed: Condvar::new(),
            waker,
        }
    }

    /// Leaves an order, unless as many bytes as that wait already, or nobody carries it out.
    pub(super) fn order(&self, order: Order, most: usize) -> bool {
        let mut state = self.state();
        let bytes = match &order {
            Order::Put(put, _) => put.lines.len(),
            Order::Finish(_) | Order::Leave(_) => 0,
        };
        if state.end != End::Ahead || state.bytes.saturating_add(bytes) > most {
            return false;
        }
        state.bytes += bytes;
        state.has_left |= matches!(order, Order::Leave(_));
        state.orders.push_back(order);
        drop(state);
        self.changed.notify_one();
        true
    }

    pub(super) fn has_left(&self) -> bool {
        let state = self.state();
        state.end != End::Over && (state.has_left || !state.found.is_empty())
    }

    pub(super) fn next(&self, limit: usize) -> Option<(Found, Ticket)> {
        let mut state = self.state();
        let found = state
            .found
            .pop_front_if(|(found, _)| found.lines.len() <= limit);
        state.is_asked = true;
        if state.has_left {
            self.changed.notify_one();
        }
        found
    }

    /// No more orders come. Returns whether all are carried out.
    pub(super) fn close(&self) -> bool {
        let mut state = self.state();
        if state.end == End::Ahead {
            state.end = End::Closed;
        }
        self.changed.notify_one();
        state.end == End::Over
    }

    pub(super) fn take_news(&self) -> SpoolNews {
        mem::take(&mut self.state().news)
    }

    /// Waits until there is something to do, or for so long.
    pub(super) fn wait(&self, pause: Duration) -> Work {
        let mut state = self.state();
        let has_work =
            |state: &State| !state.orders.is_empty() || state.end == End::Closed || state.reads();
        if !has_work(&state) {
            let waited = self.changed.wait_timeout(state, pause);
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
        state.bytes = 0;
        Work {
            orders: state.orders.drain(..).collect(),
            reads: state.reads(),
            is_closed: state.end == End::Closed,
        }
    }

    /// Tells the client what was found, and whether there is more.
    pub(super) fn tell(&self, found: Vec<(Found, Ticket)>, has_left: bool, news: SpoolNews) {
        let mut state = self.state();
        let is_new = !found.is_empty() || has_left != state.has_left;
        state.is_asked &= found.is_empty();
        state.found.extend(found);
        // Of what was left since, nobody has heard yet.
        let is_leave = |order: &Order| matches!(order, Order::Leave(_));
        state.has_left = has_left || state.orders.iter().any(is_leave);
        state.news.add(news);
        drop(state);
        if is_new {
            self.waker.wake_by_ref();
        }
    }

    /// All orders are carried out, or nobody does it.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.end = End::Over;
        for order in state.orders.drain(..) {
            if let Order::Put(_, ticket) = order {
                ticket.fail();
            }
        }
        state.found.clear();
        drop(state);
        self.waker.wake_by_ref();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    /// Whether more is to be read now.
    fn reads(&self) -> bool {
        self.is_asked && self.has_left && self.found.is_empty()
    }
}

impl SpoolNews {
    fn add(&mut self, other: Self) {
        self.damaged += other.damaged;
        self.full += other.full;
        self.unstored += other.unstored;
        self.newer = self.newer.take().or(other.newer);
        self.trouble = other.trouble.or(self.trouble.take());
    }
}
