//! Chunks to a store, and what becomes of each.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::worker::{MakeBackend, Verdicts, Worker};
use crate::send::{Backoff, Failure, Part, Plan, Progress, Report, Sender};
use crate::store::{Fault, Verdict};

/// When to look again though nobody has woken the driver.
const WOKEN: Duration = Duration::from_secs(10);

/// Hands texts to a [`Worker`].
pub(super) struct StoreSender {
    make: Arc<MakeBackend>,
    waker: Waker,
    worker: Option<Worker>,
    /// A text is being written; of the push at hand, unless it is old.
    writing: Option<Age>,
    /// Which chunks are in the text that is being written: where they stand in the payload.
    places: Vec<Range<usize>>,
    /// Of the payload at hand, what is done with.
    settled: Vec<Range<usize>>,
    backoff: Backoff,
    /// There is a deadline, and no time to be polite.
    is_last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    New,
    /// Of a push that was given up.
    Old,
}

impl StoreSender {
    pub(super) fn new(make: Arc<MakeBackend>, waker: Waker) -> Self {
        Self {
            make,
            waker,
            worker: None,
            writing: None,
            places: Vec::new(),
            settled: Vec::new(),
            backoff: Backoff::default(),
            is_last: false,
        }
    }

    /// Has what is not done with of a payload written.
    fn start(&mut self, payload: &[u8]) -> io::Result<()> {
        let mut text = Vec::with_capacity(payload.len() + 1);
        self.places.clear();
        let mut start = 0;
        // What is done with is left out, and the rest keeps its order.
        self.settled.sort_unstable_by_key(|range| range.start);
        for settled in &self.settled {
            if start < settled.start {
                self.places.push(start..settled.start);
            }
            start = start.max(settled.end);
        }
        if start < payload.len() {
            self.places.push(start..payload.len());
        }
        for place in &self.places {
            text.extend_from_slice(&payload[place.clone()]);
        }
        if self.worker.is_none() {
            self.worker = Some(Worker::start(Arc::clone(&self.make), self.waker.clone())?);
        }
        let Some(worker) = &self.worker else {
            return Ok(());
        };
        worker.write(text)
    }

    /// Where a range of the text stands in the payload.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        let mut before = 0;
        for place in &self.places {
            if range.start < before + place.len() {
                let start = place.start + range.start - before;
                return start..start + range.len();
            }
            before += place.len();
        }
        range.clone()
    }

    /// What became of the payload.
    fn judge(&mut self, verdicts: Verdicts, now: Instant) -> Progress {
        let (mut parts, mut again) = (Vec::new(), None);
        for (range, verdict) in verdicts {
            let range = self.place(&range);
            let lost = match verdict {
                Verdict::Applied => None,
                Verdict::Refused(fault) => Some(failure(fault)),
                Verdict::Again(fault) => {
                    // Of several the first: that something is out of order follows from it.
                    again.get_or_insert(fault);
                    continue;
                }
            };
            self.settled.push(range.clone());
            parts.push(Part { range, lost });
        }
        let Some(fault) = again else {
            self.backoff.reset();
            return Progress::Partly(parts, None);
        };
        if !parts.is_empty() {
            self.backoff.reset();
        }
        let pause = self.pause(now);
        Progress::Partly(parts, Some((failure(fault), pause)))
    }

    /// The thread is gone, or there is none.
    fn fail(&mut self, error: io::Error, now: Instant) -> Progress {
        self.worker = None;
        self.writing = None;
        let reason = "store";
        Progress::Retry(Failure { reason, error }, self.pause(now))
    }

    /// How long to wait before another try: at the end never longer than after the first one.
    fn pause(&mut self, now: Instant) -> Duration {
        if self.is_last {
            self.backoff.reset();
        }
        self.backoff.fail(now, None)
    }
}

fn failure(fault: Fault) -> Failure {
    Failure {
        reason: fault.reason,
        error: io::Error::other(fault.text),
    }
}

impl Sender for StoreSender {
    fn begin(&mut self, plan: Plan) {
        self.settled.clear();
        self.writing = self.writing.map(|_| Age::Old);
        self.is_last = plan.deadline.is_some();
        if self.is_last {
            self.backoff.reset();
        }
    }

    fn send(&mut self, payload: &[u8], now: Instant) -> Progress {
        if let (Some(age), Some(worker)) = (self.writing, &self.worker) {
            match worker.verdicts() {
                Ok(None) => return Progress::Wait(WOKEN),
                Ok(Some(verdicts)) => {
                    self.writing = None;
                    if age == Age::New {
                        return self.judge(verdicts, now);
                    }
                }
                Err(error) => return self.fail(error, now),
            }
        }
        if let Some(pause) = self.backoff.wait(now) {
            return Progress::Wait(pause);
        }
        match self.start(payload) {
            Ok(()) => {
                self.writing = Some(Age::New);
                Progress::Wait(WOKEN)
            }
            Err(error) => self.fail(error, now),
        }
    }

    fn end(&mut self) -> Report {
        Report::default()
    }

    fn is_between_tries(&self) -> bool {
        self.writing.is_none() && self.backoff.is_set()
    }

    fn must_settle(&self) -> bool {
        self.writing == Some(Age::New)
    }
}

impl std::fmt::Debug for StoreSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreSender")
            .field("writing", &self.writing)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
