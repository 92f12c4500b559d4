//! The cells that hold the numbers: the only atomics, and the only compare-exchange loops.
//!
//! Everything outside sees a cell through its few methods and through [`Cell::read`], which
//! appends the words of one consistent reading. Floats are words by their bits. Another way to
//! store numbers needs a change of this file alone.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::{Mutex, PoisonError};

use crate::amount::Number;
use crate::descriptor::Descriptor;
use crate::label::Pairs;

/// What a family creates for each series, and a snapshot reads.
pub trait Cell: Send + Sync + 'static {
    #[doc(hidden)]
    fn new(descriptor: &Descriptor) -> Self;

    /// Appends the words of a reading; how many, and what they are, is fixed by the kind.
    #[doc(hidden)]
    fn read(&self, words: &mut Vec<u64>);

    /// The pairs of an info; nothing for every other kind.
    #[doc(hidden)]
    fn pairs(&self) -> Option<Pairs> {
        None
    }
}

/// A float that is added to.
#[derive(Debug, Default)]
struct Real(AtomicU64);

impl Real {
    fn add(&self, amount: f64) {
        let add = |bits| Some((f64::from_bits(bits) + amount).to_bits());
        // Never fails: `add` always has a next value.
        let _ = self.0.fetch_update(AcqRel, Relaxed, add);
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Release);
    }

    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Acquire))
    }
}

/// A counter: whole amounts apart from fractions, so that counting by one is one addition.
#[derive(Debug, Default)]
pub struct CounterCell {
    whole: AtomicU64,
    fraction: Real,
}

/// Amounts up to this stay whole; above it only sums of sixteen million such amounts could
/// overflow, and an f64 keeps them to the last digit anyone can see.
const WHOLE_MAX: u64 = 1 << 40;

impl CounterCell {
    /// Adds an amount that is not negative and not NaN.
    #[inline]
    pub(crate) fn add(&self, amount: Number) {
        match amount {
            Number::Natural(n) if n <= WHOLE_MAX => {
                self.whole.fetch_add(n, Release);
            }
            other => self.add_real(other.as_f64()),
        }
    }

    fn add_real(&self, amount: f64) {
        if amount.fract() == 0.0 && amount <= WHOLE_MAX as f64 {
            // In range by the condition above.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked"
            )]
            self.whole.fetch_add(amount as u64, Release);
        } else {
            self.fraction.add(amount);
        }
    }

    fn total(&self) -> f64 {
        self.whole.load(Acquire) as f64 + self.fraction.get()
    }
}

impl Cell for CounterCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn read(&self, words: &mut Vec<u64>) {
        words.push(self.total().to_bits());
    }
}

/// A gauge: one float.
#[derive(Debug, Default)]
pub struct GaugeCell(Real);

impl GaugeCell {
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.0.set(value);
    }

    #[inline]
    pub(crate) fn add(&self, amount: f64) {
        self.0.add(amount);
    }
}

impl Cell for GaugeCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn read(&self, words: &mut Vec<u64>) {
        words.push(self.0.get().to_bits());
    }
}

/// A histogram: how many observations fell into each bucket, and their sum.
///
/// The count is not kept: it is the sum of the buckets, so no reading can contradict itself.
#[derive(Debug)]
pub struct HistogramCell {
    bounds: Box<[f64]>,
    buckets: Box<[AtomicU64]>,
    sum: Real,
}

impl HistogramCell {
    /// Adds an observation that is not NaN.
    #[inline]
    pub(crate) fn observe(&self, value: f64) {
        let index = self.bounds.iter().position(|bound| value <= *bound);
        // The sum first: a reader that sees the bucket sees the sum too.
        self.sum.add(value);
        self.buckets[index.unwrap_or(self.bounds.len())].fetch_add(1, Release);
    }
}

impl Cell for HistogramCell {
    fn new(descriptor: &Descriptor) -> Self {
        let bounds: Box<[f64]> = descriptor.buckets().bounds().into();
        let buckets = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self {
            bounds,
            buckets,
            sum: Real::default(),
        }
    }

    /// Each bucket's own count, not cumulated, then the sum.
    fn read(&self, words: &mut Vec<u64>) {
        words.extend(self.buckets.iter().map(|bucket| bucket.load(Acquire)));
        words.push(self.sum.get().to_bits());
    }
}

/// A summary: how many observations, and their sum.
#[derive(Debug, Default)]
pub struct SummaryCell {
    count: AtomicU64,
    sum: Real,
}

impl SummaryCell {
    /// Adds an observation that is not NaN.
    #[inline]
    pub(crate) fn observe(&self, value: f64) {
        self.sum.add(value);
        self.count.fetch_add(1, Release);
    }
}

impl Cell for SummaryCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    /// The count, then the sum.
    fn read(&self, words: &mut Vec<u64>) {
        words.push(self.count.load(Acquire));
        words.push(self.sum.get().to_bits());
    }
}

/// An info: pairs of names and values, replaced as a whole.
#[derive(Debug, Default)]
pub struct InfoCell(Mutex<Option<Pairs>>);

impl InfoCell {
    pub(crate) fn set(&self, pairs: Pairs) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(pairs);
    }
}

impl Cell for InfoCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn read(&self, _: &mut Vec<u64>) {}

    fn pairs(&self) -> Option<Pairs> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// A state set: one bit a state, so that changing from one state to another is one store and no
/// reading shows two states or none.
#[derive(Debug)]
pub struct StateSetCell(AtomicU64);

impl StateSetCell {
    pub(crate) fn set_only(&self, index: usize) {
        self.0.store(1 << index, Release);
    }

    pub(crate) fn set(&self, index: usize, on: bool) {
        let bit = 1 << index;
        if on {
            self.0.fetch_or(bit, Release);
        } else {
            self.0.fetch_and(!bit, Release);
        }
    }
}

impl Cell for StateSetCell {
    /// Starts in the first state.
    fn new(_: &Descriptor) -> Self {
        Self(AtomicU64::new(1))
    }

    fn read(&self, words: &mut Vec<u64>) {
        words.push(self.0.load(Acquire));
    }
}
