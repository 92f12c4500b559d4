//! Summaries: observations.

use std::time::Duration;

use super::held::{metric_type, observing, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::cell::SummaryCell;
use crate::family::Builder;
use crate::kind::Kind;

metric_type! {
    /// Observations counted, with their sum; and their quantiles, where any are declared.
    ///
    /// # Quantiles
    ///
    /// They are of the last observations; [`window`](Builder::window) says how far back. It moves on
    /// by a fifth at a time: an observation leaves it after four to five fifths. Count and sum are of
    /// all observations.
    ///
    /// - Each is within 1% of a value that was observed, that of place `q * (n - 1)` of `n` in
    ///   order, rounded down; those of 0 and 1 are exact.
    /// - Values no further than 10⁻¹² from zero count as zero; those further than 10²² are told as
    ///   infinite, as infinite ones are.
    /// - While nothing was observed they are NaN. Influx has no way to write that: the quantile is
    ///   left out.
    /// - Recording waits for no other thread, and takes some 60 ns. An observation that finds eight
    ///   other threads in the middle of theirs, on the same series, is left out of the quantiles.
    /// - Every series takes memory for its window: 8 bytes for every 2% from the least to the
    ///   greatest magnitude in each fifth of it, or some 25 KB from 0.1 ms to 10 s; 320 KB at the
    ///   most. It is up to eight times as much where as many threads observe at the same moment.
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
    ///
    /// With quantiles:
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use ppc_core::{Registry, Summary};
    ///
    /// let latency = Summary::builder("latency")
    ///     .unit("seconds")
    ///     .quantiles([0.5, 0.99])
    ///     .window(Duration::from_mins(5))
    ///     .register(&Registry::new())?;
    /// latency.observe(0.25); // latency_seconds{quantile="0.5"} 0.25
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
    #[inline]
    fn took(&self, elapsed: Duration) {
        self.observe(elapsed);
    }
}

impl<L> Builder<Summary, L> {
    /// The quantiles to tell, rising, each from 0 to 1: `[0.5, 0.9, 0.99]`. None by default.
    ///
    /// They are within 1%, and cost time and memory: see [`Summary`](Summary#quantiles).
    pub fn quantiles(mut self, quantiles: impl Into<Vec<f64>>) -> Self {
        self.settings.quantiles = Some(quantiles.into());
        self
    }

    /// How far back the observations lie that the quantiles are of, longer than 0. 10 minutes by
    /// default.
    ///
    /// It moves on by a fifth at a time: see [`Summary`](Summary#quantiles).
    pub fn window(mut self, window: Duration) -> Self {
        self.settings.window = Some(window);
        self
    }
}

observing! { Summary, SummaryCell }
