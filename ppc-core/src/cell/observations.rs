//! Histograms and summaries: a sum, and counts.
//!
//! No count of all is kept for a histogram: it is the sum of its buckets, so no reading can
//! contradict itself. A summary with quantiles has a [`Window`] beside, which each observation
//! goes to as well; so it has no words of each thread, and none of the others asks for a window
//! but where it is slow anyway.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use super::block;
use super::counter::subtract_real;
use super::feed::Change;
use super::numbers::{Shape, Totals, add_observations, read_observations};
use super::pinned::Pinned;
use super::place::{OFTEN, Place};
use super::series::Series;
use super::value::Cell;
use super::window::Window;
use super::word::{add_own_real, add_shared_real};
use crate::buckets::Bounds;
use crate::clock;
use crate::descriptor::Descriptor;

/// A histogram: the sum of its observations, and how many fell into each bucket.
#[derive(Debug)]
pub struct HistogramCell {
    bounds: Arc<Bounds>,
    words: Box<[AtomicU64]>,
}

/// A summary: the sum of its observations, and how many there were.
#[derive(Debug)]
pub struct SummaryCell {
    words: [AtomicU64; 2],
    /// Where it has quantiles.
    window: Option<Box<Window>>,
}

/// Adds in words of this thread; false where it has none.
#[inline]
fn observe_own(place: &Place, index: usize, value: f64) -> bool {
    let Some((sum, count)) = place.own_words(index) else {
        return false;
    };
    // The sum first, and both with Release, as `read_observations` needs it.
    add_own_real(sum, value);
    count.store(count.load(Relaxed).wrapping_add(1), Release);
    true
}

/// Adds in words that all threads share; true once in a while for a bucket that is often hit.
#[inline]
fn observe_shared(words: &[AtomicU64], index: usize, value: f64) -> bool {
    add_shared_real(&words[0], value);
    words[1 + index].fetch_add(1, Release) % OFTEN == OFTEN - 1
}

/// Adds to words that all threads share, and to the window.
fn observe_both(words: &[AtomicU64], window: &Window, value: f64) {
    observe_shared(words, 0, value);
    window.observe(value, clock::now());
}

impl HistogramCell {
    #[inline]
    fn bucket(&self, value: f64) -> usize {
        self.bounds.bucket(value)
    }

    #[inline]
    fn words(&self) -> &[AtomicU64] {
        &self.words
    }

    #[expect(clippy::unused_self, reason = "a summary may have one")]
    fn window(&self) -> Option<&Window> {
        None
    }
}

impl SummaryCell {
    #[inline]
    #[expect(clippy::unused_self, reason = "a histogram looks into its bounds")]
    fn bucket(&self, _: f64) -> usize {
        0
    }

    #[inline]
    fn words(&self) -> &[AtomicU64] {
        &self.words
    }

    fn window(&self) -> Option<&Window> {
        self.window.as_deref()
    }
}

macro_rules! observing {
    ($cell:ty) => {
        impl Series<$cell> {
            /// Adds an observation that is not NaN.
            #[inline]
            pub(crate) fn observe(&self, value: f64) {
                let index = self.cell.bucket(value);
                if observe_own(&self.place, index, value) {
                } else if self.writer.load(Relaxed) == block::current().id() {
                    if observe_shared(self.cell.words(), index, value) {
                        self.promote_hot();
                    }
                } else {
                    self.observe_as_another(value);
                }
            }

            /// The same as another thread than the one before, or by the long way.
            #[cold]
            fn observe_as_another(&self, value: f64) {
                if self.observe_the_long_way(value) {
                    self.sign();
                }
            }

            /// The same through a handle, which is soon worth words of each thread.
            #[cold]
            pub(crate) fn observe_held(&self, value: f64) {
                if self.observe_the_long_way(value) {
                    self.place.sign(self.cell.shape());
                }
            }

            /// True where the series may want words.
            fn observe_the_long_way(&self, value: f64) -> bool {
                self.renounce_inherited();
                if let Some(window) = self.cell.window() {
                    self.tell(Change::Observed(value.into()));
                    observe_both(self.cell.words(), window, value);
                    return false;
                }
                let is_watched = self.tell(Change::Observed(value.into()));
                if !is_watched && self.place.make_own() {
                    self.observe(value);
                    return false;
                }
                observe_shared(self.cell.words(), self.cell.bucket(value), value);
                !is_watched
            }
        }

        impl Pinned<$cell> {
            /// Adds an observation that is not NaN, where this thread has words for it.
            #[inline]
            pub(crate) fn observe(&self, value: f64) -> bool {
                self.get()
                    .is_some_and(|found| observe_own(&found.place, found.cell.bucket(value), value))
            }
        }
    };
}

impl Pinned<HistogramCell> {
    /// As [`observe`](Self::observe), for a time.
    #[inline]
    pub(crate) fn observe_time(&self, seconds: f64) -> bool {
        self.get().is_some_and(|found| {
            let index = found.cell.bounds.foretold_bucket(seconds);
            observe_own(&found.place, index, seconds)
        })
    }
}

observing! { HistogramCell }
observing! { SummaryCell }

/// Appends a sum and counts: those of the series, and those of the threads.
#[inline]
fn read(shared: &[AtomicU64], number: Option<u16>, totals: &Totals, words: &mut Vec<u64>) {
    let start = words.len();
    read_observations(shared, words);
    if let Some(owned) = number.and_then(|number| totals.observations(number, shared.len() - 1)) {
        add_observations(owned, &mut words[start..]);
    }
}

fn subtract(reading: &mut [u64], base: &[u64]) {
    subtract_real(&mut reading[0], base[0]);
    for (count, base) in reading[1..].iter_mut().zip(&base[1..]) {
        *count = count.wrapping_sub(*base);
    }
}

impl Cell for HistogramCell {
    fn new(descriptor: &Descriptor) -> Self {
        let bounds = descriptor.buckets().shared_bounds();
        let words = (0..bounds.len() + 2).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, words }
    }

    fn shape(&self) -> Option<Shape> {
        Shape::observations(self.bounds.len() + 1)
    }

    /// The sum, then each bucket's own count, not cumulated.
    fn read(&self, number: Option<u16>, totals: &Totals, words: &mut Vec<u64>) {
        read(&self.words, number, totals, words);
    }

    const IS_COUNTED: bool = true;

    fn begin(&self) -> bool {
        self.words.iter().fold(false, |was_other, word| {
            was_other | (word.swap(0, Relaxed) != 0)
        })
    }

    fn subtract(reading: &mut [u64], base: &[u64]) {
        subtract(reading, base);
    }
}

impl Cell for SummaryCell {
    fn new(descriptor: &Descriptor) -> Self {
        let window = || {
            let (quantiles, length) = (descriptor.shared_quantiles(), descriptor.window());
            Box::new(Window::new(quantiles, length, clock::now()))
        };
        Self {
            words: [const { AtomicU64::new(0) }; 2],
            window: (!descriptor.quantiles().is_empty()).then(window),
        }
    }

    fn goes_the_long_way(&self) -> bool {
        self.window.is_some()
    }

    fn shape(&self) -> Option<Shape> {
        Shape::observations(1)
    }

    /// The sum, then the count.
    fn read(&self, number: Option<u16>, totals: &Totals, words: &mut Vec<u64>) {
        read(&self.words, number, totals, words);
    }

    const IS_COUNTED: bool = true;

    fn begin(&self) -> bool {
        self.words.iter().fold(false, |was_other, word| {
            was_other | (word.swap(0, Relaxed) != 0)
        })
    }

    fn subtract(reading: &mut [u64], base: &[u64]) {
        subtract(reading, base);
    }

    /// The quantiles.
    fn read_recent(&self, words: &mut Vec<u64>) {
        if let Some(window) = &self.window {
            window.read(clock::now(), words);
        }
    }

    fn forget_recent(&self) {
        if let Some(window) = &self.window {
            window.reset();
        }
    }
}
