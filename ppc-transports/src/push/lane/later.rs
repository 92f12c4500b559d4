//! What a lane keeps for later, and how it comes back to it.

use std::mem;
use std::time::Instant;

use ppc_core::{LabelSet, Snapshot};

use super::Lane;
use crate::pack::Cut;
use crate::push::backlog::{Backlog, GivenUp, Kept};
use crate::push::count_samples::count_samples;
use crate::push::current::{Current, Role, Share, Stamp};
use crate::spool::{Spool, Ticket};

impl Lane {
    /// Newer values were read than all that is kept.
    pub(super) fn read_new(&mut self, stamp: &Stamp) {
        if let Some(backlog) = &mut self.backlog {
            let given_up = backlog.supersede(stamp);
            self.tell_given_up(given_up);
        }
    }

    /// Ends the push under way; what is left of it is kept for later, where that is of use.
    pub(super) fn set_aside(&mut self, outcome: &'static str, now: Instant) {
        let Some(current) = self.current.clone() else {
            return;
        };
        let ended = self.finish_as(outcome, now);
        let lines = mem::take(&mut self.lines);
        let mut from = current.at;
        if ended.is_begun
            && let Some(payload) = self.packer.payload(&lines, from)
        {
            // The rest of it follows, whatever comes next.
            from = lines.len().min(payload.end + 1);
        }
        if let Some(backlog) = &mut self.backlog {
            // What is on its way arrives, unless the connection breaks.
            let unsure = current.last_sent(ended.unsure).start;
            backlog.doubtful.extend_from_slice(&lines[unsure..from]);
        }
        self.keep_shares(&current, &lines, if ended.refused { 0 } else { from }, now);
        self.lines = lines;
    }

    /// Has what may have been lost with a connection sent again, behind the lines at hand.
    pub(super) fn send_doubtful(&mut self) {
        let doubtful = self.backlog.as_mut();
        let doubtful = doubtful.map(|backlog| mem::take(&mut backlog.doubtful));
        let Some(mut lines) = doubtful.filter(|lines| !lines.is_empty()) else {
            return;
        };
        self.lines.append(&mut lines);
        let end = self.lines.len();
        if let Some(current) = &mut self.current
            && let Some(last) = current.shares.last_mut()
        {
            last.end = end;
        }
    }

    /// Keeps the lines of a push from one of them on.
    pub(super) fn keep_shares(
        &mut self,
        current: &Current,
        lines: &[u8],
        from: usize,
        now: Instant,
    ) {
        let mut start = 0;
        for Share { end, stamp } in &current.shares {
            let left = start.max(from)..*end;
            start = *end;
            if left.is_empty() {
                self.finish_ticket(stamp.ticket.as_ref());
            } else {
                self.keep(lines[left].to_vec(), stamp.clone(), now);
            }
        }
    }

    /// Reads values that cannot be sent now, because a push before them stands still.
    pub(super) fn begin_beside(&mut self, snapshot: &Snapshot, labels: &LabelSet, stamp: Stamp) {
        if let Some(backlog) = &mut self.backlog {
            backlog.beside = false;
        }
        let (mut lines, now) = (Vec::new(), stamp.since);
        let omitted = self.encoder.encode(snapshot, labels, &mut lines);
        self.teller.omitted(&omitted);
        // The lines at hand are of the push under way.
        mem::swap(&mut self.lines, &mut lines);
        let shares = self.store(stamp);
        mem::swap(&mut self.lines, &mut lines);
        for share in shares {
            self.keep(mem::take(&mut lines), share.stamp, now);
        }
    }

    /// Keeps lines for later: where they are stored it is there that they are.
    pub(super) fn keep(&mut self, lines: Vec<u8>, stamp: Stamp, now: Instant) {
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        let is_stored = stamp.ticket.as_ref().is_some_and(Ticket::is_stored);
        if is_stored && !backlog.is_superseded(&stamp) {
            return self.leave_ticket(stamp.ticket.as_ref());
        }
        let samples = count_samples(&lines);
        let kept = Kept {
            lines,
            samples,
            stamp,
        };
        let given_up = backlog.keep(kept, now);
        self.tell_given_up(given_up);
    }

    /// Whether there is something to come back to, and a reason to.
    pub(super) fn can_resume(&self) -> bool {
        let is_open = self.backlog.as_ref().is_some_and(|backlog| backlog.is_open);
        let is_left = || self.spool.as_ref().is_some_and(Spool::has_left);
        is_open && (!self.is_backlog_empty() || is_left())
    }

    pub(super) fn is_backlog_empty(&self) -> bool {
        self.backlog.as_ref().is_none_or(Backlog::is_empty)
    }

    /// Comes back to what was kept, where nothing newer is to be sent: the oldest, and each other
    /// time the newest.
    pub(super) fn resume(&mut self, now: Instant) {
        if self.current.is_some() || self.due || !self.can_resume() {
            return;
        }
        let (limit, may_join) = (self.packer.limit(), self.packer.ends() == Cut::Lines);
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        let outdated = backlog.expire(now);
        let mut next = Vec::new();
        if backlog.is_fresh_next {
            next.extend(backlog.newest());
        }
        let was_fresh = !next.is_empty();
        let given_up = GivenUp {
            outdated,
            ..GivenUp::default()
        };
        self.tell_given_up(given_up);
        if next.is_empty() {
            next = self.read_back(limit, may_join, now);
        }
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        if next.is_empty() {
            next = backlog.oldest(limit, may_join);
        }
        if next.is_empty() {
            return;
        }
        backlog.is_fresh_next = !was_fresh;
        self.lines.clear();
        let mut shares = Vec::new();
        self.append(next, &mut shares);
        let plan = self.plan(now, None);
        self.start_sending(plan, 0, Role::Resumed, shares);
    }

    /// Appends what was kept to the lines at hand.
    fn append(&mut self, kept: Vec<Kept>, shares: &mut Vec<Share>) {
        for Kept { lines, stamp, .. } in kept {
            self.lines.extend_from_slice(&lines);
            let end = self.lines.len();
            shares.push(Share { end, stamp });
        }
    }

    /// Adds everything that was kept to the final values, behind them: there is no later.
    pub(super) fn add_kept(&mut self, shares: &mut Vec<Share>) {
        // A family may stand once in a body.
        if self.packer.ends() == Cut::Lines
            && let Some(backlog) = &mut self.backlog
        {
            let kept = backlog.take_all();
            self.append(kept, shares);
        }
    }

    /// Whether the final push is over, and what is stored is seen to.
    pub(crate) fn is_over(&self) -> bool {
        self.is_idle() && self.spool.as_ref().is_none_or(Spool::close)
    }

    /// The client is over, and what is kept in memory alone is lost.
    pub(crate) fn close(&mut self) {
        let kept = self.backlog.as_mut().map(Backlog::take_all);
        let kept = kept.unwrap_or_default().into_iter();
        let is_stored = |kept: &Kept| kept.stamp.ticket.as_ref().is_some_and(Ticket::is_stored);
        let lost = kept.filter(|kept| !is_stored(kept));
        let samples = lost.map(|kept| kept.samples).sum();
        if samples > 0 {
            let text = format!(
                "{samples} samples of earlier pushes are lost: the receiver did not take them \
                 before the end"
            );
            self.teller.dropped("deadline", samples, &text);
        }
        self.tell_news();
    }

    /// Leaves to the spool what it has, or is about to have, and counts the samples of the rest.
    fn leave(&self, kept: &[Kept]) -> u64 {
        let mut lost = 0;
        for Kept { samples, stamp, .. } in kept {
            let ticket = stamp.ticket.as_ref();
            if ticket.is_some_and(|ticket| !ticket.has_failed()) {
                self.leave_ticket(ticket);
            } else {
                lost += samples;
                self.finish_ticket(ticket);
            }
        }
        lost
    }

    fn tell_given_up(&self, given_up: GivenUp) {
        let GivenUp {
            full,
            outdated,
            superseded,
        } = given_up;
        for kept in superseded {
            self.finish_ticket(kept.stamp.ticket.as_ref());
        }
        let (full, outdated) = (self.leave(&full), self.leave(&outdated));
        if full > 0 {
            let text = format!(
                "{full} samples are lost: what could not be delivered is more than `buffer` holds"
            );
            self.teller.dropped("buffer_full", full, &text);
        }
        if outdated > 0 {
            let text =
                format!("{outdated} samples are lost: they waited for longer than `buffer_age`");
            self.teller.dropped("outdated", outdated, &text);
        }
    }
}
