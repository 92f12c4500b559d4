//! The observations of a while back, for a summary's quantiles: a sketch for each part of it.
//!
//! ```text
//! shards, one at first, more where threads meet:  ring of 5 sketches by age | ring | ..
//! ```
//!
//! A sketch counts in bins that rise by a constant factor, so it knows each value to within 1%.
//! Recording waits for no lock: who finds a shard locked goes on to the next. A gather adds up
//! all shards and ages.
//!
//! The crate's way to stay small, which is to give up the accuracy of the smallest values, is
//! never taken: magnitudes are cut to a range whose bins are all within its limit.

use std::array;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::Duration;

use sketches_ddsketch::{Config, DDSketch};

use super::block;
use super::tried::Tried;
use crate::clock::Instant;
use crate::lock;

/// Into how many parts the window is cut; the oldest goes as a whole when a new one begins.
const AGES: usize = 5;

/// Up to how many threads find a lock of their own at a time. A power of two.
const SHARDS: usize = 8;

/// How far a quantile may be from the value observed, relative to it.
const ACCURACY: f64 = 0.01;
/// What is no further from zero counts as zero.
const SMALLEST: f64 = 1e-12;
/// What is further from zero counts as infinite.
const GREATEST: f64 = 1e22;
/// Stands in the sketches for what counts as infinite.
const BEYOND: f64 = 2e22;
/// Bins of each sign in a sketch, of 8 bytes each: enough for all from [`SMALLEST`] to
/// [`BEYOND`], of which there are `ln(2e34) / ln(1.01 / 0.99)`, or 3,950.
const MAX_BINS: u32 = 4096;

/// See the module.
pub(super) struct Window {
    quantiles: Arc<[f64]>,
    /// Of all sketches: only those of one can be added up.
    config: Config,
    start: Instant,
    /// Nanoseconds until the next sketch begins.
    part: u64,
    shards: [Shard; SHARDS],
    /// How many shards threads begin with: a power of two, and no more than they need, because
    /// each takes memory.
    spread: AtomicUsize,
    /// How many observations found no shard.
    missed: AtomicU64,
}

/// Alone in its cache line: threads with shards of their own write none that others write.
#[derive(Default)]
#[repr(align(64))]
struct Shard(Tried<Box<Ring>>);

/// Sketches by the number of their part of time, counted from the window's start.
struct Ring {
    sketches: [DDSketch; AGES],
    newest: u64,
}

impl Window {
    /// `length` is what the quantiles look back; it may be as great as any.
    pub(super) fn new(quantiles: Arc<[f64]>, length: Duration, start: Instant) -> Self {
        let part = length.as_nanos() / AGES as u128;
        Self {
            quantiles,
            config: Config::new(ACCURACY, MAX_BINS, SMALLEST),
            start,
            part: u64::try_from(part).unwrap_or(u64::MAX).max(1),
            shards: array::from_fn(|_| Shard::default()),
            spread: AtomicUsize::new(1),
            missed: AtomicU64::new(0),
        }
    }

    /// Adds an observation that is not NaN. It is left out where as many threads as there are
    /// shards hold them all.
    pub(super) fn observe(&self, value: f64, now: Instant) {
        let part = self.part_at(now);
        let spread = self.spread.load(Relaxed);
        let first = usize::from(block::current().id()) & (spread - 1);
        for turn in 0..SHARDS {
            if let Some(mut ring) = self.shards[(first + turn) % SHARDS].0.at_once() {
                let ring = ring.get_or_insert_with(|| Box::new(Ring::new(self.config, part)));
                ring.advance(self.config, part);
                ring.sketches[place(ring.newest)].add(stand_in(value));
                return;
            }
            if turn == 0 {
                self.spread_out(spread);
            }
        }
        self.missed.fetch_add(1, Relaxed);
    }

    /// Has threads begin with more shards, after two met at one.
    #[cold]
    fn spread_out(&self, spread: usize) {
        if spread < SHARDS {
            // That two do so at once is no harm.
            self.spread.store(spread * 2, Relaxed);
        }
        // A block has an id, by which threads are told apart.
        let _ = block::own();
    }

    /// Appends the quantiles; NaN where nothing was observed.
    pub(super) fn read(&self, now: Instant, words: &mut Vec<u64>) {
        let part = self.part_at(now);
        let mut all = DDSketch::new(self.config);
        for shard in &self.shards {
            if let Some(mut ring) = lock::soon(|| shard.0.at_once())
                && let Some(ring) = &mut *ring
            {
                ring.advance(self.config, part);
                for sketch in &ring.sketches {
                    // Never fails: the configuration is the same.
                    let _ = all.merge(sketch);
                }
            }
        }
        let quantiles = self.quantiles.iter();
        words.extend(quantiles.map(|quantile| told(&all, *quantile).to_bits()));
    }

    /// Forgets all observations.
    pub(super) fn reset(&self) {
        for shard in &self.shards {
            if let Some(mut ring) = lock::soon(|| shard.0.at_once()) {
                *ring = None;
            }
        }
    }

    fn part_at(&self, now: Instant) -> u64 {
        let nanos = now.saturating_duration_since(self.start).as_nanos();
        u64::try_from(nanos).unwrap_or(u64::MAX) / self.part
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window")
            .field("missed", &self.missed)
            .finish_non_exhaustive()
    }
}

impl Ring {
    fn new(config: Config, newest: u64) -> Self {
        Self {
            sketches: array::from_fn(|_| DDSketch::new(config)),
            newest,
        }
    }

    /// Empties the sketches of parts that are over, up to a new one. Others may have come further
    /// already.
    fn advance(&mut self, config: Config, newest: u64) {
        let new = newest.saturating_sub(self.newest).min(AGES as u64);
        for back in 0..new {
            let oldest = &mut self.sketches[place(newest - back)];
            if oldest.count() > 0 {
                *oldest = DDSketch::new(config);
            }
        }
        self.newest = newest.max(self.newest);
    }
}

/// Where in a ring a part of time is.
fn place(part: u64) -> usize {
    // Below `AGES`.
    usize::try_from(part % AGES as u64).unwrap_or(0)
}

/// What is added to a sketch for a value.
fn stand_in(value: f64) -> f64 {
    if value.abs() > GREATEST {
        BEYOND.copysign(value)
    } else {
        value
    }
}

/// A quantile of what was added.
fn told(sketch: &DDSketch, quantile: f64) -> f64 {
    let (Ok(Some(value)), Some(least), Some(most)) =
        (sketch.quantile(quantile), sketch.min(), sketch.max())
    else {
        return f64::NAN;
    };
    // What stands in a bin for all its values may be outside of what was observed.
    let value = value.max(least).min(most);
    if value.abs() > GREATEST.midpoint(BEYOND) {
        f64::INFINITY.copysign(value)
    } else {
        value
    }
}

#[cfg(test)]
mod tests;
