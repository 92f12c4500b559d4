//! Gauges: a number that is set.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::feed::Change;
use super::numbers::{Shape, Totals};
use super::pinned::Pinned;
use super::series::Series;
use super::value::Cell;
use super::word::add_shared_real;
use crate::descriptor::Descriptor;

/// A gauge: one float, which all threads share, because the last one to set it is right.
#[derive(Debug, Default)]
pub struct GaugeCell(AtomicU64);

impl Series<GaugeCell> {
    #[inline]
    pub(crate) fn set(&self, value: f64) {
        self.notice();
        self.tell(Change::Set(value.into()));
        self.cell.0.store(value.to_bits(), Release);
    }

    #[inline]
    pub(crate) fn add(&self, amount: f64) {
        self.notice();
        self.tell(Change::Added(amount.into()));
        add_shared_real(&self.cell.0, amount);
    }
}

impl Pinned<GaugeCell> {
    /// Sets the value, where it is resolved and need not be noticed.
    #[inline]
    pub(crate) fn set(&self, value: f64) -> bool {
        self.while_awake(|series| series.cell.0.store(value.to_bits(), Release))
    }
}

impl Cell for GaugeCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn shape(&self) -> Option<Shape> {
        None
    }

    #[inline]
    fn read(&self, _: Option<u16>, _: &Totals, words: &mut Vec<u64>) {
        words.push(self.0.load(Acquire));
    }

    const IS_COUNTED: bool = false;

    fn begin(&self) -> bool {
        self.0.swap(0, Relaxed) != 0
    }

    fn reset(&self, from: &[u64]) {
        if let Some(&from) = from.first() {
            // Not where it was set since.
            let _ = self.0.compare_exchange(from, 0, Release, Relaxed);
        }
    }
}
