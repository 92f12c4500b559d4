//! How a push of a lane ends: well, badly, or because something newer takes its place.

use std::mem;
use std::time::Instant;

use super::Lane;
use crate::push::backlog::Backlog;
use crate::push::count_samples::count_samples;
use crate::push::current::Role;
use crate::stats::stats;

/// Why samples are counted that may have arrived, and are not sent again.
pub(super) const UNACKNOWLEDGED: &str = "unacknowledged";

/// What is not known of a push that ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ended {
    /// How many samples of the payload at hand may have arrived.
    pub(super) unknown: u64,
    /// How many of the payloads sent before may not have.
    pub(super) unsure: usize,
    /// The payload at hand went in part, and the rest of it will.
    pub(super) is_begun: bool,
    /// Some payloads are known not to have arrived, and not which.
    pub(super) refused: bool,
}

impl Lane {
    /// Gives up what is left of an older push, because something newer is to be sent. What must
    /// settle may do so, unless `now_or_never`.
    pub(crate) fn make_way(&mut self, now: Instant, now_or_never: bool) {
        if !self.due || (self.sender.must_settle() && !now_or_never) {
            return;
        }
        let Some(current) = &self.current else { return };
        let outcome = if current.trouble.is_some() {
            "error"
        } else {
            "superseded"
        };
        // What goes on as it should, at its own pace, would hold the end up.
        let is_well = |backlog: &Backlog| {
            self.sender.is_paced() && current.trouble.is_none() && !backlog.is_slow(current)
        };
        if self
            .backlog
            .as_ref()
            .is_some_and(|backlog| !is_well(backlog))
        {
            return self.set_aside(outcome, now);
        }
        let current = current.clone();
        self.finish_tickets(&current);
        let ended = self.finish_as(outcome, now);
        let left = count_samples(&self.lines[current.at..]).saturating_sub(ended.unknown);
        if self.stream.is_some() && left > 0 {
            // The final values do not say them again.
            let text = format!("{left} changes were not sent within half of flush_timeout");
            self.teller.dropped("deadline", left, &text);
        }
        // What takes the place of values is newer; differences are not told again.
        let samples = count_samples(&self.lines[current.last_sent(ended.unsure)]);
        if samples > 0 && !self.encoder.is_repeatable() {
            let text = format!("{samples} samples may be lost: the receiver has not taken them");
            self.teller.dropped(UNACKNOWLEDGED, samples, &text);
        }
    }

    /// Gives up what is left, because the time is over.
    pub(crate) fn give_up(&mut self, now: Instant) {
        if self.waits {
            let text = "the final push was not over within its flush_timeout; it waited for that \
                        of another client, and what was recorded meanwhile is lost";
            self.teller.dropped("deadline", 1, text);
            self.teller.pushed("error", 0.0, 0);
        }
        let Some(current) = &self.current else { return };
        let current = current.clone();
        let ended = self.finish_as("error", now);
        let doubtful = self.backlog.as_mut();
        let doubtful = doubtful.map(|backlog| mem::take(&mut backlog.doubtful));
        stats().dropped(UNACKNOWLEDGED, count_samples(&doubtful.unwrap_or_default()));
        if current.is_stored() {
            self.leave_tickets(&current);
            let text = "the final push was not over within its flush_timeout; it is in the spool, \
                        for the next run to deliver";
            return self.teller.warn("deadline", text);
        }
        let unsure = count_samples(&self.lines[current.last_sent(ended.unsure)]);
        stats().dropped(UNACKNOWLEDGED, unsure);
        let left = count_samples(&self.lines[current.at..])
            .saturating_sub(ended.unknown)
            .saturating_sub(current.settled);
        let mut text = format!(
            "the final push was not over within its flush_timeout; {left} samples are lost"
        );
        if unsure > 0 {
            text = format!("{text}, {unsure} may be");
        }
        if let Some(trouble) = &current.trouble {
            text = format!("{text}; the last try: {trouble}");
        }
        self.teller.dropped("deadline", left, &text);
    }

    /// Ends the push under way, of which everything has gone.
    pub(super) fn finish(&mut self, now: Instant) {
        let Some(current) = self.current.clone() else {
            return;
        };
        let outcome = if current.went_wrong { "error" } else { "ok" };
        let ended = self.finish_as(outcome, now);
        if ended.refused {
            let lines = mem::take(&mut self.lines);
            self.keep_shares(&current, &lines, 0, now);
            self.lines = lines;
        } else {
            self.finish_tickets(&current);
        }
    }

    /// Ends the push under way, of which the rest is counted as lost.
    pub(super) fn finish_lost(&mut self, now: Instant) {
        if let Some(current) = self.current.clone() {
            self.finish_as("error", now);
            self.finish_tickets(&current);
        }
    }

    pub(super) fn finish_as(&mut self, outcome: &'static str, now: Instant) -> Ended {
        let Some(current) = self.current.take() else {
            return Ended::default();
        };
        let report = self.sender.end();
        let (mut outcome, mut unknown) = (outcome, 0);
        self.torn = report.unsure.begun;
        // The lines of a part that went may be told already, and will be.
        let is_told = report.unsure.begun && !self.encoder.is_repeatable();
        if (report.unknown || is_told)
            && let Some(payload) = self.packer.payload(&self.lines, current.at)
        {
            let lines = payload.start..self.lines.len().min(payload.end + 1);
            unknown = count_samples(&self.lines[lines.clone()]);
            stats().dropped(UNACKNOWLEDGED, unknown);
            self.encoder.delivered(lines);
        }
        let is_kept = self.backlog.is_some() && current.role != Role::Last;
        if report.refused > 0 && is_kept {
            outcome = "error";
        } else if report.refused > 0 {
            // Which ones were refused is not known: their share of the samples.
            let share = u128::from(report.refused) * u128::from(current.samples);
            let samples = share.div_ceil(u128::from(current.payloads.max(1)));
            let text = "nobody receives at this address (connection refused)";
            let samples = u64::try_from(samples).unwrap_or(u64::MAX);
            self.teller.dropped("refused", samples, text);
            outcome = if outcome == "ok" { "error" } else { outcome };
        }
        if current.role == Role::Last {
            self.encoder.end_last();
        }
        self.teller.hurried(report.hurried);
        if outcome == "ok" {
            self.known = self.known.max(current.newest);
        }
        let seconds = now.saturating_duration_since(current.start).as_secs_f64();
        self.teller.pushed(outcome, seconds, current.bytes);
        if let Some(backlog) = &mut self.backlog {
            backlog.is_open = outcome == "ok";
            if outcome == "ok" {
                backlog.doubtful.clear();
            }
        }
        Ended {
            unknown,
            unsure: report.unsure.sent,
            is_begun: report.unsure.begun,
            refused: report.refused > 0 && is_kept,
        }
    }
}
