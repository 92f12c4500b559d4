//! One destination of a client: what is to be sent to it now, and how far that has gone.

mod changes;
mod ending;
mod later;
mod sending;
mod stored;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::task::Waker;
use std::time::{Duration, Instant};

use ppc_core::{LabelSet, Snapshot};

use super::backlog::Backlog;
use super::count_samples::count_samples;
use super::current::{Current, Role, Share, Stamp};
use super::destination::{Parts, Pushing, Streams};
use super::keeping::Keeping;
use super::orders::Stop;
use super::soon::Soon;
use super::stream::Stream;
use crate::encode::Encoder;
use crate::pack::{Body, Packer};
use crate::send::{Plan, Sender};
use crate::spool::Spool;
use crate::teller::Teller;

/// So many series that the receiver has not seen yet make a push one of new series.
const MANY_NEW: usize = 100;

/// Encodes, packs and sends to one destination, one push at a time, never blocking.
#[derive(Debug)]
pub(crate) struct Lane {
    teller: Teller,
    encoder: Box<dyn Encoder>,
    /// Where every change is sent, until the final values are.
    stream: Option<Stream>,
    packer: Packer,
    body: Option<Body>,
    sender: Box<dyn Sender>,
    lines: Vec<u8>,
    /// The body of the payload at hand, and of which lines it is.
    made: (Range<usize>, Vec<u8>),
    current: Option<Current>,
    /// Series up to this number have been sent.
    known: u64,
    /// A push is to begin as soon as nothing is in its way.
    due: bool,
    /// The encoder is in its way.
    waits: bool,
    /// The sender has not written all of the last payload yet.
    torn: bool,
    /// Pushes follow each other as soon as something may have changed.
    soon: Option<Soon>,
    /// What could not be delivered yet, where that is of use later on.
    backlog: Option<Backlog>,
    /// Where it is stored.
    spool: Option<Spool>,
}

impl Lane {
    pub(crate) fn new(
        parts: &Parts,
        pushing: &Pushing<'_>,
        stream: Option<Stream>,
        keeping: &Keeping,
        waker: &Waker,
    ) -> Self {
        let encoder = (parts.encoder)(pushing);
        // Where every change is sent, a later one says what an earlier one did not.
        let unit = encoder.timestamp_unit().filter(|_| stream.is_none());
        let teller = Teller::new(&parts.name);
        let spool = keeping.open_spool(unit.is_some(), &parts.name, &teller, waker);
        // What is stored is kept in memory as well until it is.
        let unit = unit.filter(|_| keeping.buffer.bytes > 0 || spool.is_some());
        Self {
            teller,
            encoder,
            stream,
            packer: parts.packer,
            body: parts.body,
            sender: (parts.sender)(waker.clone()),
            lines: Vec::new(),
            made: (0..0, Vec::new()),
            current: None,
            known: 0,
            due: parts.at_start,
            waits: false,
            torn: false,
            soon: (pushing.streams && parts.streams == Streams::Soon).then(Soon::default),
            backlog: unit.map(|unit| Backlog::new(keeping.buffer, unit)),
            spool,
        }
    }

    /// The period of the client is another one.
    pub(crate) fn set_period(&mut self, period: Duration) {
        self.encoder.set_period(period);
    }

    /// Whether every change is sent.
    pub(crate) fn streams(&self) -> bool {
        self.stream.is_some()
    }

    /// There is nothing to be done.
    pub(crate) fn is_idle(&self) -> bool {
        self.current.is_none() && !self.due && self.stream.is_none() && !self.can_resume()
    }

    /// A push is to begin, and may.
    pub(crate) fn is_due(&self) -> bool {
        self.due && !self.waits
    }

    /// A push is to begin, or its values are to be kept for later, and nothing is in its way.
    pub(crate) fn is_ready(&self) -> bool {
        let is_beside = || self.backlog.as_ref().is_some_and(|backlog| backlog.beside);
        self.due && !self.waits && (self.current.is_none() || is_beside())
    }

    /// Asks whether a push that is to begin has to wait for another client's.
    pub(crate) fn must_wait(&mut self) -> bool {
        self.waits = self.due && self.current.is_none() && self.encoder.must_wait();
        self.waits
    }

    /// The schedule wants a push. One that is under way is not disturbed, and this one is skipped;
    /// one that waits for another try makes way; beside one that stands still values are read and
    /// kept, where they can be.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.tell_news();
        if self.stream.is_some() {
            return;
        }
        if let Some(current) = &self.current {
            if self.sender.is_between_tries() {
                self.set_aside("error", now);
            } else if !self
                .backlog
                .as_mut()
                .is_some_and(|b| b.may_read_beside(current))
            {
                return;
            }
        }
        self.due = true;
    }

    /// The final push is wanted.
    pub(crate) fn order_last(&mut self) {
        if let Some(stream) = &mut self.stream {
            return stream.order_last();
        }
        // Nothing follows the final values.
        self.soon = None;
        if let Some(backlog) = &mut self.backlog {
            backlog.beside = false;
        }
        self.encoder.begin_last();
        self.due = true;
    }

    /// Takes the values of a snapshot, to send them from now on.
    pub(crate) fn begin(
        &mut self,
        snapshot: &Snapshot,
        labels: &LabelSet,
        now: Instant,
        stop: Option<&Stop>,
    ) {
        self.due = false;
        if self.stream.is_some() {
            return self.learn(snapshot, labels, now, stop);
        }
        let stamp = Stamp::of(snapshot, now);
        self.read_new(&stamp);
        if self.current.is_some() {
            return self.begin_beside(snapshot, labels, stamp);
        }
        let mut plan = self.plan(now, stop);
        let closes = self.sender.closes(&plan);
        self.lines.clear();
        let (mut newest, mut shares) = (0, Vec::new());
        if !closes {
            let omitted = self.encoder.encode(snapshot, labels, &mut self.lines);
            self.teller.omitted(&omitted);
            if let Some(soon) = &mut self.soon {
                soon.looked(now);
            }
            let has_kept = stop.is_some() && !self.is_backlog_empty();
            if self.lines.is_empty() && !self.torn && !has_kept {
                if stop.is_some() {
                    self.encoder.end_last();
                }
                return;
            }
            (newest, plan.new_series) = self.find_new(snapshot);
            shares = self.store(stamp);
            if stop.is_some() {
                self.add_kept(&mut shares);
            }
        }
        self.start_sending(plan, newest, Role::of(stop), shares);
        if let Some(current) = &mut self.current {
            current.closes = closes;
        }
    }

    /// The highest number of a series, and whether many of them have not been sent yet.
    fn find_new(&self, snapshot: &Snapshot) -> (u64, bool) {
        let ids = || {
            snapshot
                .families()
                .flat_map(|family| family.series().map(|series| series.id()))
        };
        let new = ids().filter(|id| *id > self.known).take(MANY_NEW);
        (ids().max().unwrap_or(0), new.count() == MANY_NEW)
    }

    /// A push that begins now, and is the final one where there is a `stop`.
    fn plan(&self, now: Instant, stop: Option<&Stop>) -> Plan {
        Plan {
            payloads: 1,
            new_series: false,
            start: now,
            deadline: stop.map(|stop| stop.deadline),
            succeeded: stop.is_some_and(|stop| stop.succeeded),
            repeatable: self.encoder.is_repeatable(),
            kept: self.backlog.is_some(),
        }
    }

    /// Begins to send the lines that there are, of series up to a number.
    fn start_sending(&mut self, mut plan: Plan, newest: u64, role: Role, shares: Vec<Share>) {
        if !self.lines.is_empty() {
            // What was kept stands behind, and is in no hurry.
            let own = shares.first().map_or(self.lines.len(), |share| share.end);
            plan.payloads = self.packer.payloads(&self.lines[..own]).count();
        }
        self.made.0 = 0..0;
        self.sender.begin(plan);
        let samples = count_samples(&self.lines);
        self.current = Some(Current {
            shares,
            role,
            ..Current::new(plan.start, newest, plan.payloads, samples)
        });
    }
}
