//! Histograms: observations.

use std::time::Duration;

use super::held::{Held, metric_type, observing, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::buckets::BucketBounds;
use crate::cell::{Found, HistogramCell};
use crate::family::{Builder, FamilyInner, Labelled};
use crate::kind::Kind;
use crate::label::{Complete, LabelValue};

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

recording! { Histogram:
    /// Adds an observation, with an exemplar: labels that lead to the event behind it, a trace's id
    /// as a rule. The latest of each bucket is told beside it, in formats that have a place for it;
    /// Influx has none.
    ///
    /// Names and values have at most 128 characters together. Longer ones, and names that are
    /// invalid or given twice, make no exemplar and are counted as ignored; the observation counts
    /// all the same. Recording waits for nobody: of exemplars that are noted in one family at the
    /// same moment, one may be left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Histogram, Registry};
    ///
    /// let latency = Histogram::builder("latency").register(&Registry::new())?;
    /// latency.observe_with_exemplar(0.25, [("trace_id", "4bf92f3577b34da6")]);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn observe_with_exemplar(
        &self,
        value: impl Amount,
        labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>
    ) => (value.number().as_f64(), labels), observe_held_noting, observe_found_noting;
}

timing! { Histogram, "observes" }

impl Timed for Histogram {
    #[inline]
    fn took(&self, elapsed: Duration) {
        let seconds = elapsed.as_secs_f64();
        if !self.0.pinned.observe_time(seconds) {
            self.observe(seconds);
        }
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

observing! { Histogram, HistogramCell }

fn observe_held_noting(
    held: &Held<Histogram>,
    (value, labels): (
        f64,
        impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
    ),
) {
    observe_held(held, value);
    if !value.is_nan() {
        let id = held.series().id();
        note(held.family(), id, value, labels);
    }
}

fn observe_found_noting(
    labelled: &Labelled<Histogram, impl Complete>,
    (value, labels): (
        f64,
        impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
    ),
) {
    if value.is_nan() {
        labelled.family().descriptor().ignore();
    } else {
        let id = labelled.record(observing_in(value));
        note(labelled.family().inner(), id, value, labels);
    }
}

/// The same as [`observing`], and says which series it was.
fn observing_in(value: f64) -> impl FnOnce(Found<'_, HistogramCell>) -> u64 {
    move |series| {
        series.observe(value);
        series.id()
    }
}

fn note(
    family: &FamilyInner<Histogram>,
    series: u64,
    value: f64,
    labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
) {
    let bucket = family.descriptor.buckets().bucket(value);
    family.note(series, bucket, value, labels);
}
