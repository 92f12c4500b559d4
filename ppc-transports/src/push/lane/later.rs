//! What a lane keeps for later, and how it comes back to it.

use std::mem;
use std::time::Instant;

use ppc_core::{LabelSet, Snapshot};

use super::Lane;
use crate::pack::Cut;
use crate::push::backlog::{Backlog, GivenUp, Kept};
use crate::push::count_samples::count_samples;

impl Lane {
    /// Ends the push under way; what is left of it is kept for later, where that is of use.
    pub(super) fn set_aside(&mut self, outcome: &'static str, now: Instant) {
        let Some(current) = self.current.clone() else {
            return;
        };
        let ended = self.finish_as(outcome, now);
        if self.backlog.is_some() {
            let left = current.last_sent(ended.unsure).start;
            let mut lines = mem::take(&mut self.lines);
            lines.drain(..if ended.refused { 0 } else { left });
            self.keep(lines, current.read, now);
        }
    }

    /// Reads values that cannot be sent now, because a push before them stands still.
    pub(super) fn begin_beside(&mut self, snapshot: &Snapshot, labels: &LabelSet, now: Instant) {
        if let Some(backlog) = &mut self.backlog {
            backlog.beside = false;
        }
        let mut lines = Vec::new();
        let omitted = self.encoder.encode(snapshot, labels, &mut lines);
        self.teller.omitted(&omitted);
        self.keep(lines, now, now);
    }

    /// Keeps lines of values that were `read` at a time.
    pub(super) fn keep(&mut self, lines: Vec<u8>, read: Instant, now: Instant) {
        if let Some(backlog) = &mut self.backlog {
            let samples = count_samples(&lines);
            let given_up = backlog.keep(
                Kept {
                    lines,
                    samples,
                    read,
                },
                now,
            );
            self.tell_given_up(given_up);
        }
    }

    /// Whether there is something to come back to, and a reason to.
    pub(super) fn can_resume(&self) -> bool {
        let backlog = self.backlog.as_ref();
        backlog.is_some_and(|backlog| backlog.is_open && !backlog.is_empty())
    }

    pub(super) fn is_backlog_empty(&self) -> bool {
        self.backlog.as_ref().is_none_or(Backlog::is_empty)
    }

    /// Comes back to what was kept, where nothing newer is to be sent.
    pub(super) fn resume(&mut self, now: Instant) {
        if self.current.is_some() || self.due || !self.can_resume() {
            return;
        }
        let Some(backlog) = &mut self.backlog else {
            return;
        };
        let given_up = backlog.expire(now);
        let next = backlog.next(self.packer.limit(), self.packer.ends() == Cut::Lines);
        self.tell_given_up(given_up);
        if let Some(kept) = next {
            self.lines = kept.lines;
            let plan = self.plan(now, None);
            self.start_sending(plan, 0, false);
            if let Some(current) = &mut self.current {
                current.read = kept.read;
            }
        }
    }

    /// Adds everything that was kept to the final values, behind them: there is no later.
    pub(super) fn add_kept(&mut self) {
        // A family may stand once in a body.
        if self.packer.ends() != Cut::Lines {
            return;
        }
        let kept = self.backlog.iter_mut().flat_map(Backlog::take_all);
        kept.for_each(|kept| self.lines.extend_from_slice(&kept.lines));
    }

    /// The client is over, and what is still kept is lost.
    pub(crate) fn close(&mut self) {
        let kept = self.backlog.iter_mut().flat_map(Backlog::take_all);
        let samples = kept.map(|kept| kept.samples).sum();
        if samples > 0 {
            let text = format!(
                "{samples} samples of earlier pushes are lost: the receiver did not take them \
                 before the end"
            );
            self.teller.dropped("deadline", samples, &text);
        }
    }

    fn tell_given_up(&self, given_up: GivenUp) {
        let GivenUp { full, outdated } = given_up;
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
