//! Summarys: observations.

use std::time::Duration;

use super::held::{metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::cell::SummaryCell;
use crate::kind::Kind;
use crate::series::Series;

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
    fn observe(&self, value: impl Amount) series => observe(series, value.number().as_f64());
}

timing! { Summary, "observes" }

impl Timed for Summary {
    fn took(&self, elapsed: Duration) {
        self.observe(elapsed);
    }
}

#[inline]
fn observe(series: &Series<SummaryCell>, value: f64) {
    if value.is_nan() {
        series.descriptor().ignore();
    } else {
        series.cell.observe(value);
    }
}
