//! What a handle of the facade records to: cells of ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{CounterFn, GaugeFn, HistogramFn};
use ppc_core::{Counter, Gauge, Histogram};

/// A counter, and the highest total that somebody has set it to.
#[derive(Clone, Debug)]
pub(super) struct CounterCell {
    pub(super) counter: Counter,
    pub(super) absolute: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
pub(super) struct GaugeCell(pub(super) Gauge);

#[derive(Clone, Debug)]
pub(super) struct HistogramCell(pub(super) Histogram);

impl CounterFn for CounterCell {
    #[inline]
    fn increment(&self, value: u64) {
        self.counter.inc_by(value);
    }

    fn absolute(&self, value: u64) {
        self.absolute.fetch_max(value, Ordering::Relaxed);
    }
}

impl GaugeFn for GaugeCell {
    #[inline]
    fn increment(&self, value: f64) {
        self.0.add(value);
    }

    #[inline]
    fn decrement(&self, value: f64) {
        self.0.sub(value);
    }

    #[inline]
    fn set(&self, value: f64) {
        self.0.set(value);
    }
}

impl HistogramFn for HistogramCell {
    #[inline]
    fn record(&self, value: f64) {
        self.0.observe(value);
    }
}

/// Every handle that there may be for a key.
pub(super) trait Cell: Clone + 'static {
    /// What the facade hands out.
    type Handle: Clone + 'static;

    /// A handle with a count of references of its own.
    fn handle(self) -> Self::Handle;
}

impl Cell for CounterCell {
    type Handle = metrics::Counter;

    fn handle(self) -> metrics::Counter {
        metrics::Counter::from_arc(Arc::new(self))
    }
}

impl Cell for GaugeCell {
    type Handle = metrics::Gauge;

    fn handle(self) -> metrics::Gauge {
        metrics::Gauge::from_arc(Arc::new(self))
    }
}

impl Cell for HistogramCell {
    type Handle = metrics::Histogram;

    fn handle(self) -> metrics::Histogram {
        metrics::Histogram::from_arc(Arc::new(self))
    }
}
