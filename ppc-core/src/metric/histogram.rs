//! Histograms: observations.

use std::time::Duration;

use super::held::{metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::buckets::BucketBounds;
use crate::cell::HistogramCell;
use crate::family::Builder;
use crate::kind::Kind;
use crate::series::Series;

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
    fn observe(&self, value: impl Amount) series => observe(series, value.number().as_f64());
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
fn observe(series: &Series<HistogramCell>, value: f64) {
    if value.is_nan() {
        series.descriptor().ignore();
    } else {
        series.cell.observe(value);
    }
}
