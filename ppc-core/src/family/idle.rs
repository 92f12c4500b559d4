//! Series that nobody records any more, found at gathers.

use std::collections::HashMap;
use std::time::Duration;

use crate::cell::{Cell, Found};
use crate::clock::{self, Instant};

/// What was read of each series, and since when it is the same.
#[derive(Debug)]
pub(super) struct Idle {
    expire: Duration,
    seen: HashMap<u64, Seen>,
    /// Which gather this is; what was not seen in it is gone.
    gather: u64,
}

#[derive(Debug)]
struct Seen {
    reading: u64,
    since: Instant,
    gather: u64,
}

impl Idle {
    pub(super) fn new(expire: Duration) -> Self {
        Self {
            expire,
            seen: HashMap::new(),
            gather: 0,
        }
    }

    pub(super) fn start(&mut self) {
        self.gather += 1;
    }

    /// Whether a series is to go: its reading is what it was, and has been for so long.
    pub(super) fn is_over<C: Cell>(&mut self, found: Found<'_, C>, reading: &[u64]) -> bool {
        self.is_over_at(clock::now(), found, reading)
    }

    fn is_over_at<C: Cell>(&mut self, now: Instant, found: Found<'_, C>, reading: &[u64]) -> bool {
        let reading = fingerprint(reading);
        // A value that is set says by itself whether it was, even to what it was before.
        let is_same = found.slept();
        let seen = self.seen.entry(found.id()).or_insert(Seen {
            reading,
            since: now,
            gather: self.gather,
        });
        if !is_same.unwrap_or(seen.reading == reading) {
            (seen.reading, seen.since) = (reading, now);
        }
        seen.gather = self.gather;
        now.saturating_duration_since(seen.since) >= self.expire
    }

    /// Forgets what is gone.
    pub(super) fn finish(&mut self) {
        let gather = self.gather;
        self.seen.retain(|_, seen| seen.gather == gather);
    }
}

/// Differs when a reading does: its words are counts, which rise, or numbers.
fn fingerprint(reading: &[u64]) -> u64 {
    reading.iter().fold(0, |all: u64, word| {
        (all.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}
