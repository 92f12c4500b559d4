//! What could not be delivered yet, in memory: values of past pushes, each with its own timestamp,
//! for when the receiver is back.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use super::current::{Current, Role, Stamp};

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
    pub(super) stamp: Stamp,
}

/// Past pushes that are not kept.
#[derive(Debug, Default)]
pub(super) struct GivenUp {
    /// For want of room.
    pub(super) full: Vec<Kept>,
    /// Because they are too old.
    pub(super) outdated: Vec<Kept>,
    /// Because there are newer values with the same timestamp.
    pub(super) superseded: Vec<Kept>,
}

/// Past pushes, the oldest first.
#[derive(Debug)]
pub(super) struct Backlog {
    limits: Limits,
    /// The unit of timestamps, in milliseconds.
    unit: u128,
    kept: VecDeque<Kept>,
    bytes: usize,
    /// Whose turn it is: what is fresh is sent between what is old.
    is_fresh_next: bool,
    /// When the newest values were read.
    newest: u64,
    /// Lines that a connection had taken when a later push took the place of theirs.
    pub(super) doubtful: Vec<u8>,
    /// The last push arrived, as far as is known.
    pub(super) is_open: bool,
    /// Values are to be read though a push is under way.
    pub(super) beside: bool,
    /// Where the push under way stood at the last tick.
    stood_at: Option<(Instant, usize)>,
}

impl Backlog {
    /// For lines whose timestamps have this unit.
    pub(super) fn new(limits: Limits, unit: Duration) -> Self {
        Self {
            limits,
            unit: unit.as_millis().max(1),
            kept: VecDeque::new(),
            bytes: 0,
            is_fresh_next: false,
            newest: 0,
            doubtful: Vec::new(),
            is_open: false,
            beside: false,
            stood_at: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether a push stands still, as far as is known, or is of old values: then values are to be
    /// read beside it, and kept. One that goes on will be over, and then there are newer ones.
    pub(super) fn is_slow(&self, current: &Current) -> bool {
        let has_stood = self.stood_at == Some((current.start, current.at));
        current.at == 0 || current.role == Role::Resumed || has_stood
    }

    /// The same at a tick, for which it is noted how far the push is.
    pub(super) fn may_read_beside(&mut self, current: &Current) -> bool {
        self.beside = self.is_slow(current);
        self.stood_at = Some((current.start, current.at));
        self.beside
    }

    /// The timestamp, in its unit, of what was read so many milliseconds after the Unix epoch.
    fn slot(&self, read: u64) -> u128 {
        u128::from(read) / self.unit
    }

    /// Newer values were read. What is kept with the same timestamp is of no use any more: servers keep
    /// what comes last.
    pub(super) fn supersede(&mut self, stamp: &Stamp) -> GivenUp {
        let (unit, slot) = (self.unit, self.slot(stamp.read));
        self.newest = stamp.read;
        let is_old = |kept: &Kept| u128::from(kept.stamp.read) / unit == slot;
        let (old, kept) = mem::take(&mut self.kept)
            .into_iter()
            .partition(|kept| is_old(kept));
        self.kept = kept;
        self.count_bytes();
        GivenUp {
            superseded: Vec::from(old),
            ..GivenUp::default()
        }
    }

    /// Whether there are newer values with this timestamp.
    pub(super) fn is_superseded(&self, stamp: &Stamp) -> bool {
        let slot = self.slot(stamp.read);
        // The newest itself may come back from the disk, too.
        let is_newer = |read: u64| read > stamp.read && self.slot(read) == slot;
        let mut kept = self.kept.iter();
        stamp.is_read_back && is_newer(self.newest) || kept.any(|kept| is_newer(kept.stamp.read))
    }

    /// Keeps a push, and says what had to go for it.
    pub(super) fn keep(&mut self, kept: Kept, now: Instant) -> GivenUp {
        let mut given_up = GivenUp::default();
        if kept.lines.is_empty() {
            return given_up;
        }
        if self.is_superseded(&kept.stamp) {
            given_up.superseded.push(kept);
            return given_up;
        }
        self.bytes += kept.lines.len();
        let mut others = self.kept.iter();
        let older = others.rposition(|other| other.stamp.read <= kept.stamp.read);
        self.kept.insert(older.map_or(0, |index| index + 1), kept);
        given_up.outdated = self.expire(now);
        while self.bytes > self.limits.bytes {
            given_up.full.extend(self.pop_oldest());
        }
        given_up
    }

    /// Gives up what is too old.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Kept> {
        let is_old = |kept: &Kept| {
            let age = now.saturating_duration_since(kept.stamp.since);
            age > self.limits.age
        };
        let old = self.kept.iter().take_while(|kept| is_old(kept)).count();
        (0..old).filter_map(|_| self.pop_oldest()).collect()
    }

    /// Whether what is new is next.
    pub(super) fn is_fresh_next(&mut self) -> bool {
        mem::replace(&mut self.is_fresh_next, false)
    }

    /// Takes the newest.
    pub(super) fn newest(&mut self) -> Option<Kept> {
        let newest = self.kept.pop_back()?;
        self.bytes -= newest.lines.len();
        Some(newest)
    }

    /// Takes the oldest: as many as have no more than `limit` bytes together, where they `may_join`.
    pub(super) fn oldest(&mut self, limit: usize, may_join: bool) -> Vec<Kept> {
        self.is_fresh_next = true;
        let Some(oldest) = self.pop_oldest() else {
            return Vec::new();
        };
        let (mut bytes, mut kept) = (oldest.lines.len(), vec![oldest]);
        while may_join
            && let Some(next) = self.kept.front()
            // No payload has the newline of its last line.
            && bytes + next.lines.len() <= limit.saturating_add(1)
        {
            bytes += next.lines.len();
            kept.extend(self.pop_oldest());
        }
        kept
    }

    /// Takes all there is.
    pub(super) fn take_all(&mut self) -> Vec<Kept> {
        self.bytes = 0;
        mem::take(&mut self.kept).into()
    }

    fn pop_oldest(&mut self) -> Option<Kept> {
        let oldest = self.kept.pop_front()?;
        self.bytes -= oldest.lines.len();
        Some(oldest)
    }

    fn count_bytes(&mut self) {
        self.bytes = self.kept.iter().map(|kept| kept.lines.len()).sum();
    }
}
