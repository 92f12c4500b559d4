//! How far a push has gone.

use std::ops::Range;
use std::time::Instant;

use ppc_core::Snapshot;

use super::orders::Stop;
use crate::spool::Ticket;

/// When values were read, and where they are stored as well.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    /// In milliseconds since the Unix epoch, as their timestamps are.
    pub(super) read: u64,
    /// The same by a clock that is never set.
    pub(super) since: Instant,
    pub(super) ticket: Option<Ticket>,
    pub(super) origin: Origin,
}

/// Where values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Read,
    /// From the spool, where this client had stored them.
    ReadBack,
    /// From there, where another process had.
    Others,
}

impl Stamp {
    /// Of values that were read now.
    pub(super) fn of(snapshot: &Snapshot, now: Instant) -> Self {
        let read = snapshot.timestamp().as_millis();
        Self {
            read: u64::try_from(read).unwrap_or(u64::MAX),
            since: now,
            ticket: None,
            origin: Origin::Read,
        }
    }
}

/// Lines of the push under way that were read at the same time.
#[derive(Clone, Debug)]
pub(super) struct Share {
    /// Where they end.
    pub(super) end: usize,
    pub(super) stamp: Stamp,
}

/// What a push is among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Periodic,
    /// Of values that were kept from earlier pushes.
    Resumed,
    /// The final one.
    Last,
}

impl Role {
    /// Of a push of values that are read now, and are the final ones where there is a `stop`.
    pub(super) fn of(stop: Option<&Stop>) -> Self {
        stop.map_or(Self::Periodic, |_| Self::Last)
    }
}

/// A push under way.
#[derive(Clone, Debug)]
pub(super) struct Current {
    /// Where the next payload begins.
    pub(super) at: usize,
    /// Where those began that were sent.
    pub(super) sent: Vec<usize>,
    /// How often it went back to some of them.
    pub(super) rewinds: u32,
    pub(super) start: Instant,
    /// What its lines are of, where that matters later.
    pub(super) shares: Vec<Share>,
    pub(super) role: Role,
    pub(super) newest: u64,
    pub(super) payloads: u64,
    pub(super) bytes: u64,
    pub(super) samples: u64,
    /// Samples of the payload at hand that are done with.
    pub(super) settled: u64,
    /// It is one request of the sender's own.
    pub(super) closes: bool,
    pub(super) went_wrong: bool,
    /// What the last try met, where another follows.
    pub(super) trouble: Option<String>,
}

impl Current {
    /// One that begins now, with so many payloads and samples, of series up to the number of the
    /// newest.
    pub(super) fn new(start: Instant, newest: u64, payloads: usize, samples: u64) -> Self {
        Self {
            at: 0,
            sent: Vec::new(),
            rewinds: 0,
            start,
            shares: Vec::new(),
            role: Role::Periodic,
            newest,
            payloads: payloads as u64,
            bytes: 0,
            samples,
            settled: 0,
            closes: false,
            went_wrong: false,
            trouble: None,
        }
    }

    /// Whether all of it is on a disk, and can be read again.
    pub(super) fn is_stored(&self) -> bool {
        let is_stored = |share: &Share| share.stamp.ticket.as_ref().is_some_and(Ticket::is_stored);
        !self.shares.is_empty() && self.shares.iter().all(is_stored)
    }

    /// The lines of the last so many payloads that were sent.
    pub(super) fn last_sent(&self, payloads: usize) -> Range<usize> {
        let first = self.sent.len().saturating_sub(payloads);
        self.sent.get(first).copied().unwrap_or(self.at)..self.at
    }
}
