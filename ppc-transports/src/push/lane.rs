//! One destination of a client: what is to be sent to it now, and how far that has gone.

mod changes;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::task::Waker;
use std::time::{Duration, Instant};

use ppc_core::{LabelSet, Snapshot};

use super::current::Current;
use super::destination::{Parts, Pushing, Streams};
use super::orders::Stop;
use super::soon::Soon;
use super::stream::Stream;
use crate::encode::Encoder;
use crate::pack::{Body, Packer};
use crate::send::{Failure, Part, Plan, Progress, Sender, Unsure};
use crate::stats::stats;
use crate::teller::Teller;

/// So many series that the receiver has not seen yet make a push one of new series.
const MANY_NEW: usize = 100;

/// Whatever a sender waits for is asked for again after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Payloads sent in one go, before orders are looked at again.
const GO: usize = 64;

/// A push is not sent over again more often than this, where its connection breaks: what breaks it
/// may be one of its lines.
const MOST_REWINDS: u32 = 2;

/// Why samples are counted that may have arrived, and are not sent again.
const UNACKNOWLEDGED: &str = "unacknowledged";

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
}

/// What is not known of a push that ended.
#[derive(Clone, Copy, Debug, Default)]
struct Ended {
    /// How many samples of the payload at hand may have arrived.
    unknown: u64,
    /// How many of the payloads sent before may not have.
    unsure: usize,
}

impl Lane {
    pub(crate) fn new(
        parts: &Parts,
        pushing: &Pushing<'_>,
        stream: Option<Stream>,
        waker: &Waker,
    ) -> Self {
        Self {
            teller: Teller::new(&parts.name),
            encoder: (parts.encoder)(pushing),
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
        self.current.is_none() && !self.due && self.stream.is_none()
    }

    /// A push is to begin, and may.
    pub(crate) fn is_due(&self) -> bool {
        self.due && !self.waits
    }

    /// A push is to begin, and nothing is in its way.
    pub(crate) fn is_ready(&self) -> bool {
        self.due && !self.waits && self.current.is_none()
    }

    /// Asks whether a push that is to begin has to wait for another client's.
    pub(crate) fn must_wait(&mut self) -> bool {
        self.waits = self.due && self.current.is_none() && self.encoder.must_wait();
        self.waits
    }

    /// The schedule wants a push. One that is under way is not disturbed, and this one is skipped;
    /// one that waits for another try makes way.
    pub(crate) fn tick(&mut self, now: Instant) {
        if self.stream.is_some() {
            return;
        }
        if self.current.is_some() {
            if !self.sender.is_between_tries() {
                return;
            }
            self.finish_as("error", now);
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
        self.encoder.begin_last();
        self.due = true;
    }

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
        let current = current.clone();
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
        let mut plan = self.plan(now, stop);
        let closes = self.sender.closes(&plan);
        self.lines.clear();
        let mut newest = 0;
        if !closes {
            let omitted = self.encoder.encode(snapshot, labels, &mut self.lines);
            self.teller.omitted(&omitted);
            if let Some(soon) = &mut self.soon {
                soon.looked(now);
            }
            if self.lines.is_empty() && !self.torn {
                if stop.is_some() {
                    self.encoder.end_last();
                }
                return;
            }
            (newest, plan.new_series) = self.find_new(snapshot);
        }
        self.start_sending(plan, newest, stop.is_some());
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
        }
    }

    /// Begins to send the lines that there are, of series up to a number.
    fn start_sending(&mut self, mut plan: Plan, newest: u64, is_last: bool) {
        if !self.lines.is_empty() {
            plan.payloads = self.packer.payloads(&self.lines).count();
        }
        self.made.0 = 0..0;
        self.sender.begin(plan);
        let samples = count_samples(&self.lines);
        self.current = Some(Current {
            is_last,
            ..Current::new(plan.start, newest, plan.payloads, samples)
        });
    }

    /// Sends what may go now. Returns when to come back, or nothing once there is nothing left.
    pub(crate) fn advance(&mut self, now: Instant) -> Option<Instant> {
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
                        return None;
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
                Progress::Failed(failure) => {
                    self.lose(payload.start..self.lines.len(), &failure);
                    self.finish_as("error", now);
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

    fn finish(&mut self, now: Instant) {
        let went_wrong = self
            .current
            .as_ref()
            .is_some_and(|current| current.went_wrong);
        self.finish_as(if went_wrong { "error" } else { "ok" }, now);
    }

    fn finish_as(&mut self, outcome: &'static str, now: Instant) -> Ended {
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
        if report.refused > 0 {
            // Which ones were refused is not known: their share of the samples.
            let share = u128::from(report.refused) * u128::from(current.samples);
            let samples = share.div_ceil(u128::from(current.payloads.max(1)));
            let text = "nobody receives at this address (connection refused)";
            let samples = u64::try_from(samples).unwrap_or(u64::MAX);
            self.teller.dropped("refused", samples, text);
            outcome = if outcome == "ok" { "error" } else { outcome };
        }
        if current.is_last {
            self.encoder.end_last();
        }
        self.teller.hurried(report.hurried);
        if outcome == "ok" {
            self.known = self.known.max(current.newest);
        }
        let seconds = now.saturating_duration_since(current.start).as_secs_f64();
        self.teller.pushed(outcome, seconds, current.bytes);
        let unsure = report.unsure.sent;
        Ended { unknown, unsure }
    }
}

/// How many samples there are in these lines; the headers of families are none.
fn count_samples(lines: &[u8]) -> u64 {
    let headers = memchr::memmem::find_iter(lines, b"\n#").count();
    let headers = headers + usize::from(lines.starts_with(b"#"));
    (memchr::memchr_iter(b'\n', lines).count() - headers) as u64
}
