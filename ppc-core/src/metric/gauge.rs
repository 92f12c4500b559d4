//! Gauges: numbers that go up and down.

use std::time::Duration;

use super::held::{holding, metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::cell::GaugeCell;
use crate::clock;
use crate::kind::Kind;

metric_type! {
    /// A number that goes up and down: a temperature, a queue's length, the time of an event.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Gauge, Registry};
    ///
    /// let queue = Gauge::builder("queue_length").register(&Registry::new())?;
    /// queue.set(5);
    /// queue.sub(2);
    /// let _one_more = queue.track_in_progress();
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Gauge(GaugeCell), Kind::Gauge
}

recording! { Gauge:
    /// Sets the value.
    fn set(&self, value: impl Amount) series => series.cell.set(value.number().as_f64());

    /// Adds one.
    fn inc(&self) series => series.cell.add(1.0);

    /// Takes one away.
    fn dec(&self) series => series.cell.add(-1.0);

    /// Adds an amount.
    fn add(&self, amount: impl Amount) series => series.cell.add(amount.number().as_f64());

    /// Takes an amount away.
    fn sub(&self, amount: impl Amount) series => series.cell.add(-amount.number().as_f64());

    /// Sets the value to the time of day, in seconds since the Unix epoch.
    fn set_to_current_time(&self) series => series.cell.set(clock::unix_time().as_secs_f64());
}

holding! { Gauge:
    /// Adds one now and takes it away when the guard is dropped.
    fn track_in_progress(&self) -> InProgress => InProgress::new(self.clone());
}

timing! { Gauge, "sets the gauge to" }

impl Timed for Gauge {
    fn took(&self, elapsed: Duration) {
        self.set(elapsed);
    }
}

/// Holds a gauge up by one until it is dropped; made by
/// [`Gauge::track_in_progress`].
#[derive(Debug)]
#[must_use = "the gauge goes down again when this is dropped"]
pub struct InProgress(Gauge);

impl InProgress {
    pub(crate) fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.dec();
    }
}
