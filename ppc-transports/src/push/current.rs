//! How far a push has gone.

use std::ops::Range;
use std::time::Instant;

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
    /// When its values were read: before that, where they were kept.
    pub(super) read: Instant,
    pub(super) newest: u64,
    pub(super) payloads: u64,
    pub(super) bytes: u64,
    pub(super) samples: u64,
    /// Samples of the payload at hand that are done with.
    pub(super) settled: u64,
    /// It is one request of the sender's own.
    pub(super) closes: bool,
    pub(super) went_wrong: bool,
    /// It is the final one.
    pub(super) is_last: bool,
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
            read: start,
            newest,
            payloads: payloads as u64,
            bytes: 0,
            samples,
            settled: 0,
            closes: false,
            went_wrong: false,
            is_last: false,
            trouble: None,
        }
    }

    /// Whether its values were kept from an earlier push.
    pub(super) fn is_resumed(&self) -> bool {
        self.read < self.start
    }

    /// The lines of the last so many payloads that were sent.
    pub(super) fn last_sent(&self, payloads: usize) -> Range<usize> {
        let first = self.sent.len().saturating_sub(payloads);
        self.sent.get(first).copied().unwrap_or(self.at)..self.at
    }
}
