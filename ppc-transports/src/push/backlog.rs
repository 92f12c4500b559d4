//! What could not be delivered yet, in memory: values of past pushes, each with its own timestamp,
//! for when the receiver is back.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use super::current::Current;

/// How much is kept for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of lines, for each destination; none are kept where it is 0.
    pub(crate) bytes: usize,
    pub(crate) age: Duration,
}

/// The lines of a past push.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) lines: Vec<u8>,
    pub(super) samples: u64,
    /// When its values were read.
    pub(super) read: Instant,
}

/// Samples that were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GivenUp {
    /// For want of room.
    pub(super) full: u64,
    /// Because they were too old.
    pub(super) outdated: u64,
}

/// Past pushes, the oldest first.
#[derive(Debug)]
pub(super) struct Backlog {
    limits: Limits,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// Whose turn it is: what is fresh is sent between what is old.
    is_fresh_next: bool,
    /// The last push arrived, as far as is known.
    pub(super) is_open: bool,
    /// Values are to be read though a push is under way.
    pub(super) beside: bool,
    /// Where the push under way stood at the last tick.
    stood_at: Option<(Instant, usize)>,
}

impl Backlog {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            kept: VecDeque::new(),
            bytes: 0,
            is_fresh_next: false,
            is_open: false,
            beside: false,
            stood_at: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether values are to be read though this push is under way: where it has stood still since
    /// the last tick, or is of old values. One that goes on will be over, and then there are newer ones.
    pub(super) fn may_read_beside(&mut self, current: &Current) -> bool {
        let stands_at = (current.start, current.at);
        let stood_at = self.stood_at.replace(stands_at);
        self.beside = current.at == 0 || current.is_resumed() || stood_at == Some(stands_at);
        self.beside
    }

    /// Keeps a push, and says what had to go for it.
    pub(super) fn keep(&mut self, kept: Kept, now: Instant) -> GivenUp {
        if kept.lines.is_empty() {
            return GivenUp::default();
        }
        self.bytes += kept.lines.len();
        let older = self.kept.iter().rposition(|other| other.read <= kept.read);
        self.kept.insert(older.map_or(0, |index| index + 1), kept);
        let mut given_up = self.expire(now);
        while self.bytes > self.limits.bytes {
            given_up.full += self.pop_oldest().map_or(0, |kept| kept.samples);
        }
        given_up
    }

    /// Gives up what is too old.
    pub(super) fn expire(&mut self, now: Instant) -> GivenUp {
        let mut given_up = GivenUp::default();
        let is_old = |kept: &Kept| now.saturating_duration_since(kept.read) > self.limits.age;
        let old = self.kept.iter().take_while(|kept| is_old(kept)).count();
        for _ in 0..old {
            given_up.outdated += self.pop_oldest().map_or(0, |kept| kept.samples);
        }
        given_up
    }

    /// Takes what is to be sent next: the oldest, and each other time the newest. As many old ones
    /// go together as have no more than `limit` bytes, where they `may_join`.
    pub(super) fn next(&mut self, limit: usize, may_join: bool) -> Option<Kept> {
        self.is_fresh_next = !self.is_fresh_next;
        if !self.is_fresh_next {
            let newest = self.kept.pop_back()?;
            self.bytes -= newest.lines.len();
            return Some(newest);
        }
        let mut oldest = self.pop_oldest()?;
        while may_join
            && let Some(next) = self.kept.front()
            // No payload has the newline of its last line.
            && oldest.lines.len() + next.lines.len() <= limit.saturating_add(1)
            && let Some(next) = self.pop_oldest()
        {
            oldest.join(&next);
        }
        Some(oldest)
    }

    /// Takes all there is.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Kept> {
        self.bytes = 0;
        mem::take(&mut self.kept).into_iter()
    }

    fn pop_oldest(&mut self) -> Option<Kept> {
        let oldest = self.kept.pop_front()?;
        self.bytes -= oldest.lines.len();
        Some(oldest)
    }
}

impl Kept {
    /// Adds a later push.
    fn join(&mut self, next: &Self) {
        self.lines.extend_from_slice(&next.lines);
        self.samples += next.samples;
    }
}
