//! Histograms: observations.

use std::time::Duration;

use super::held::{Held, metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::buckets::BucketBounds;
use crate::cell::{Found, HistogramCell};
use crate::family::{Builder, Labelled};
use crate::kind::Kind;
use crate::label::Complete;

metric_type! {
    /// Observations counted in buckets, with their sum: latencies, sizes.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use ppc_core::{Histogram, Registry};
    ///
    /// let latency = Histogram::builder("latency").unit("seconds").register(&Registry::new())?;
    /// latency.observe(0.25);
    /// latency.observe(Duration::from_millis(250));
    /// let answer = latency.time(|| 42);
    /// # assert_eq!(answer, 42);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Histogram(HistogramCell), Kind::Histogram
}

recording! { Histogram:
    /// Adds an observation; NaN is ignored and counted as ignored.
    fn observe(&self, value: impl Amount) => value.number().as_f64(), observe_held, observe_found;
}

timing! { Histogram, "observes" }

impl Timed for Histogram {
    fn took(&self, elapsed: Duration) {
        self.observe(elapsed);
    }
}

impl<L> Builder<Histogram, L> {
    /// The upper bounds of the buckets, rising; `+Inf` is added.
    /// [`DEFAULT_BUCKETS`](crate::DEFAULT_BUCKETS) by default.
    pub fn buckets(mut self, bounds: impl BucketBounds) -> Self {
        self.buckets = Some(bounds.bounds());
        self
    }
}

#[inline]
fn observe_held(held: &Held<Histogram>, value: f64) {
    if value.is_nan() {
        held.descriptor().ignore();
    } else if !held.pinned.observe(value) {
        held.series().observe_held(value);
    }
}

#[inline]
fn observe_found(labelled: &Labelled<Histogram, impl Complete>, value: f64) {
    if value.is_nan() {
        labelled.family().descriptor().ignore();
    } else if !labelled
        .pinned()
        .is_some_and(|pinned| pinned.observe(value))
    {
        labelled.record(observing(value));
    }
}

/// Not a closure at its caller, which would be another one for each type of labels.
fn observing(value: f64) -> impl FnOnce(Found<'_, HistogramCell>) {
    move |series| series.observe(value)
}
