//! One destination of a client: what is to be sent to it now, and how far that has gone.

use std::time::{Duration, Instant};

use ppc_core::{LabelSet, Snapshot};

use super::destination::Parts;
use super::stats::stats;
use crate::encode::{Encoder, Omitted};
use crate::log::{self, Level};
use crate::pack::Packer;
use crate::send::{Failure, Plan, Progress, Sender};

/// So many series that the receiver has not seen yet make a push one of new series.
const MANY_NEW: usize = 100;

/// Payloads sent in one go, before orders are looked at again.
const GO: usize = 64;

/// Encodes, packs and sends to one destination, one push at a time, never blocking.
#[derive(Debug)]
pub(crate) struct Lane {
    name: String,
    encoder: Box<dyn Encoder>,
    packer: Packer,
    sender: Box<dyn Sender>,
    lines: Vec<u8>,
    current: Option<Current>,
    /// Series up to this number have been sent.
    known: u64,
}

/// A push under way.
#[derive(Debug)]
struct Current {
    /// Where the next payload begins.
    at: usize,
    start: Instant,
    newest: u64,
    payloads: u64,
    bytes: u64,
    samples: u64,
    went_wrong: bool,
}

impl Lane {
    pub(crate) fn new(parts: &Parts) -> Self {
        Self {
            name: parts.name.clone(),
            encoder: (parts.encoder)(),
            packer: parts.packer,
            sender: (parts.sender)(),
            lines: Vec::new(),
            current: None,
            known: 0,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.current.is_none()
    }

    /// Takes the values of a snapshot, to send them from now on.
    pub(crate) fn begin(
        &mut self,
        snapshot: &Snapshot,
        labels: &LabelSet,
        now: Instant,
        deadline: Option<Instant>,
    ) {
        self.lines.clear();
        let omitted = self.encoder.encode(snapshot, labels, &mut self.lines);
        self.tell_omitted(&omitted);
        if self.lines.is_empty() {
            return;
        }
        let ids = || {
            snapshot
                .families()
                .flat_map(|family| family.series().map(|series| series.id()))
        };
        let payloads = self.packer.payloads(&self.lines).count();
        self.sender.begin(Plan {
            payloads,
            new_series: ids().filter(|id| *id > self.known).take(MANY_NEW).count() == MANY_NEW,
            start: now,
            deadline,
        });
        self.current = Some(Current {
            at: 0,
            start: now,
            newest: ids().max().unwrap_or(0),
            payloads: payloads as u64,
            bytes: 0,
            samples: count_lines(&self.lines),
            went_wrong: false,
        });
    }

    /// Sends what may go now. Returns when to come back, or nothing once there is nothing left.
    pub(crate) fn advance(&mut self, now: Instant) -> Option<Instant> {
        for _ in 0..GO {
            let current = self.current.as_mut()?;
            let Some(payload) = self.packer.payload(&self.lines, current.at) else {
                self.finish(now);
                return None;
            };
            let next = payload.end + 1;
            match self.sender.send(&self.lines[payload.clone()], now) {
                Progress::Sent => current.bytes += payload.len() as u64,
                Progress::Wait(pause) => return Some(now + pause.min(Duration::from_mins(1))),
                Progress::Dropped(failure) => {
                    current.went_wrong = true;
                    stats().dropped(
                        failure.reason,
                        count_lines(&self.lines[payload.start..next]),
                    );
                    self.tell(&failure);
                }
                Progress::Failed(failure) => {
                    current.went_wrong = true;
                    stats().dropped(failure.reason, count_lines(&self.lines[payload.start..]));
                    self.tell(&failure);
                    self.finish_as("error", now);
                    return None;
                }
            }
            if let Some(current) = &mut self.current {
                current.at = next;
            }
        }
        Some(now)
    }

    /// Gives up what is left, because something newer is to be sent.
    pub(crate) fn supersede(&mut self, now: Instant) {
        if self.current.is_some() {
            self.finish_as("superseded", now);
        }
    }

    /// Gives up what is left, because the time is over.
    pub(crate) fn give_up(&mut self, now: Instant) {
        let Some(current) = &self.current else { return };
        let left = count_lines(&self.lines[current.at..]);
        stats().dropped("deadline", left);
        let text = "the final push was not over within its flush_timeout";
        self.warn("deadline", &format!("{text}; {left} samples are lost"));
        self.finish_as("error", now);
    }

    fn finish(&mut self, now: Instant) {
        let went_wrong = self
            .current
            .as_ref()
            .is_some_and(|current| current.went_wrong);
        self.finish_as(if went_wrong { "error" } else { "ok" }, now);
    }

    fn finish_as(&mut self, outcome: &'static str, now: Instant) {
        let Some(current) = self.current.take() else {
            return;
        };
        let report = self.sender.end();
        let mut outcome = outcome;
        if report.refused > 0 {
            // Which ones were refused is not known: their share of the samples.
            let share = u128::from(report.refused) * u128::from(current.samples);
            let samples = share.div_ceil(u128::from(current.payloads.max(1)));
            stats().dropped("refused", u64::try_from(samples).unwrap_or(u64::MAX));
            self.warn(
                "refused",
                "nobody receives at this address (connection refused)",
            );
            outcome = if outcome == "ok" { "error" } else { outcome };
        }
        if report.hurried > 0 {
            stats().hurried(&self.name, report.hurried);
            let text = "datagrams of the final push went faster than the receiver is known to \
                        read, to be within flush_timeout, and may be lost; a longer \
                        flush_timeout helps, or a transport that acknowledges (TCP, HTTP)";
            self.warn("hurried", &format!("{} {text}", report.hurried));
        }
        if outcome == "ok" {
            self.known = self.known.max(current.newest);
        }
        let seconds = now.saturating_duration_since(current.start).as_secs_f64();
        stats().pushed(&self.name, outcome, seconds, current.bytes);
    }

    fn tell(&self, failure: &Failure) {
        self.warn(failure.reason, &failure.error.to_string());
    }

    fn warn(&self, cause: &str, text: &str) {
        let name = &self.name;
        log::tell(
            Level::Warn,
            &format!("{name} {cause}"),
            format_args!("push to {name}: {text}"),
        );
    }

    fn tell_omitted(&self, omitted: &Omitted) {
        for (count, reason, text) in [
            (omitted.not_a_number, "not_a_number", "are not a number"),
            (
                omitted.infinite,
                "infinite",
                "are infinite, which the format cannot say",
            ),
        ] {
            if count > 0 {
                stats().dropped(reason, count);
                self.warn(
                    reason,
                    &format!("{count} samples are left out: they {text}"),
                );
            }
        }
    }
}

fn count_lines(lines: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', lines).count() as u64
}
