//! How a lane sends the lines at hand, and what it does with what its sender says.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::Lane;
use super::ending::UNACKNOWLEDGED;
use crate::push::count_samples::count_samples;
use crate::push::current::Role;
use crate::send::{Failure, Part, Progress, Unsure};
use crate::stats::stats;

/// Whatever a sender waits for is asked for again after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Payloads sent in one go, before orders are looked at again.
const GO: usize = 64;

/// A push is not sent over again more often than this, where its connection breaks: what breaks it
/// may be one of its lines.
const MOST_REWINDS: u32 = 2;

impl Lane {
    /// Sends what may go now. Returns when to come back, or nothing once there is nothing left.
    pub(crate) fn advance(&mut self, now: Instant) -> Option<Instant> {
        self.resume(now);
        for _ in 0..GO {
            let current = self.current.as_mut()?;
            let payload = match self.packer.payload(&self.lines, current.at) {
                None if current.closes => 0..0,
                None => match self.sender.settle(now) {
                    Progress::Wait(pause) => return Some(now + pause.min(LONGEST_WAIT)),
                    Progress::Broken(failure, pause, unsure) => {
                        self.rewind(unsure, &failure, pause);
                        return Some(now + pause);
                    }
                    _ => {
                        self.finish(now);
                        return self.can_resume().then_some(now);
                    }
                },
                Some(payload) => payload,
            };
            let next = self.lines.len().min(payload.end + 1);
            let left = payload.start..next;
            let bytes = match &self.body {
                None => &self.lines[payload.clone()],
                Some(_) if payload.is_empty() => &[],
                Some(body) => {
                    if self.made.0 != payload {
                        self.made.1.clear();
                        let written = body.write(&self.lines[payload.clone()], &mut self.made.1);
                        if let Err(error) = written {
                            let reason = "uncompressed";
                            self.lose(payload.start..self.lines.len(), &Failure { reason, error });
                            self.finish_as("error", now);
                            return None;
                        }
                        self.made.0 = payload.clone();
                    }
                    &self.made.1
                }
            };
            match self.sender.send(bytes, now) {
                Progress::Sent => {
                    current.bytes += bytes.len() as u64;
                    current.trouble = None;
                    current.sent.push(payload.start);
                    self.encoder.delivered(left);
                }
                Progress::Wait(pause) => return Some(now + pause.min(LONGEST_WAIT)),
                Progress::Retry(failure, pause) => {
                    return Some(now + self.try_again(&failure, pause));
                }
                Progress::Broken(failure, pause, unsure) => {
                    self.rewind(unsure, &failure, pause);
                    return Some(now + pause);
                }
                Progress::Partly(parts, again) => {
                    self.settle_parts(payload.start, parts);
                    if let Some((failure, pause)) = again {
                        return Some(now + self.try_again(&failure, pause));
                    }
                }
                Progress::TooLarge(failure) => {
                    let smaller = self.packer.with_limit(payload.len() / 2);
                    let part = smaller.payload(&self.lines, payload.start);
                    if part.is_some_and(|part| part.len() < payload.len()) {
                        self.packer = smaller;
                        continue;
                    }
                    self.lose(left, &failure);
                }
                Progress::Dropped(failure) => self.lose(left, &failure),
                Progress::Unknown(failure) => {
                    self.encoder.delivered(left.clone());
                    let reason = UNACKNOWLEDGED;
                    self.lose(left, &Failure { reason, ..failure });
                }
                Progress::Absent(failure)
                    if self.backlog.is_some()
                        && (current.role != Role::Last || current.is_stored()) =>
                {
                    let text = format!("{}; what is not delivered is kept", failure.error);
                    self.teller.warn(failure.reason, &text);
                    self.set_aside("error", now);
                    return None;
                }
                Progress::Absent(failure) | Progress::Failed(failure) => {
                    self.lose(payload.start..self.lines.len(), &failure);
                    self.finish_lost(now);
                    return None;
                }
            }
            if let Some(current) = &mut self.current {
                current.at = next;
                current.settled = 0;
                current.closes = false;
            }
        }
        Some(now)
    }

    /// Notes why the payload at hand is tried again, after this time.
    fn try_again(&mut self, failure: &Failure, pause: Duration) -> Duration {
        if let Some(current) = &mut self.current {
            current.trouble = Some(failure.error.to_string());
        }
        let pause = pause.min(Duration::from_hours(1));
        let again = format!("{}; trying again in {pause:.1?}", failure.error);
        self.teller.warn(failure.reason, &again);
        pause
    }

    /// Parts of the payload that begins at `start` are done with.
    fn settle_parts(&mut self, start: usize, parts: Vec<Part>) {
        for part in parts {
            let mut lines = start + part.range.start..start + part.range.end;
            // No payload has the newline of its last line.
            let ends = lines.end > 0 && self.lines.get(lines.end - 1) != Some(&b'\n');
            lines.end = self.lines.len().min(lines.end + usize::from(ends));
            self.encoder.delivered(lines.clone());
            if let Some(current) = &mut self.current {
                current.settled += count_samples(&self.lines[lines.clone()]);
            }
            if let Some(failure) = part.lost {
                self.lose(lines, &failure);
            }
        }
    }

    /// The connection broke: goes back to the first of the last so many payloads, which may not
    /// have arrived. What is not to be sent twice is counted instead.
    fn rewind(&mut self, unsure: Unsure, failure: &Failure, pause: Duration) {
        self.send_doubtful();
        let Some(current) = &mut self.current else {
            return;
        };
        let mut lines = current.last_sent(unsure.sent);
        let kept = current.sent.len().saturating_sub(unsure.sent);
        current.sent.truncate(kept);
        current.trouble = Some(failure.error.to_string());
        let is_repeatable = self.encoder.is_repeatable();
        let goes_back = is_repeatable && (lines.is_empty() || current.rewinds < MOST_REWINDS);
        if goes_back {
            current.rewinds += u32::from(!lines.is_empty());
            current.at = lines.start;
        } else {
            if unsure.begun
                && !is_repeatable
                && let Some(payload) = self.packer.payload(&self.lines, current.at)
            {
                lines.end = self.lines.len().min(payload.end + 1);
                self.encoder.delivered(current.at..lines.end);
                current.at = lines.end;
            }
            current.went_wrong = true;
        }
        let samples = count_samples(&self.lines[lines]);
        let what = match samples {
            0 => String::new(),
            _ if goes_back => format!("; {samples} samples are sent again"),
            _ => {
                stats().dropped(UNACKNOWLEDGED, samples);
                format!("; {samples} samples may be lost")
            }
        };
        let text = format!("{}{what}; trying again in {pause:.1?}", failure.error);
        self.teller.warn(failure.reason, &text);
    }

    /// These lines do not arrive.
    fn lose(&mut self, lines: Range<usize>, failure: &Failure) {
        if let Some(current) = &mut self.current {
            current.went_wrong = true;
        }
        let samples = count_samples(&self.lines[lines]);
        self.teller
            .dropped(failure.reason, samples, &failure.error.to_string());
    }
}
