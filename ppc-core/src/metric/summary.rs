//! Summarys: observations.

use std::time::Duration;

use super::held::{Held, metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::cell::{Found, SummaryCell};
use crate::family::{Builder, Labelled};
use crate::kind::Kind;
use crate::label::Complete;

metric_type! {
    /// Observations counted, with their sum: where the mean is enough.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use ppc_core::{Summary, Registry};
    ///
    /// let latency = Summary::builder("latency").unit("seconds").register(&Registry::new())?;
    /// latency.observe(0.25);
    /// latency.observe(Duration::from_millis(250));
    /// let answer = latency.time(|| 42);
    /// # assert_eq!(answer, 42);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Summary(SummaryCell), Kind::Summary
}

recording! { Summary:
    /// Adds an observation; NaN is ignored and counted as ignored.
    fn observe(&self, value: impl Amount) => value.number().as_f64(), observe_held, observe_found;
}

timing! { Summary, "observes" }

impl Timed for Summary {
    fn took(&self, elapsed: Duration) {
        self.observe(elapsed);
    }
}

impl<L> Builder<Summary, L> {
    /// The quantiles to tell, rising, each from 0 to 1: `[0.5, 0.9, 0.99]`. None by default.
    pub fn quantiles(mut self, quantiles: impl Into<Vec<f64>>) -> Self {
        self.settings.quantiles = Some(quantiles.into());
        self
    }

    /// How far back the observations lie that the quantiles are of, longer than 0. 10 minutes by
    /// default.
    pub fn window(mut self, window: Duration) -> Self {
        self.settings.window = Some(window);
        self
    }
}

#[inline]
fn observe_held(held: &Held<Summary>, value: f64) {
    if value.is_nan() {
        held.descriptor().ignore();
    } else if !held.pinned.observe(value) {
        held.series().observe_held(value);
    }
}

#[inline]
fn observe_found(labelled: &Labelled<Summary, impl Complete>, value: f64) {
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
fn observing(value: f64) -> impl FnOnce(Found<'_, SummaryCell>) {
    move |series| series.observe(value)
}
