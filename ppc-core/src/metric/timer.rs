//! Timers: the seconds until they are dropped.

use std::time::Duration;

use crate::clock::{self, Instant};
use crate::family::Metric;

/// A metric that can take a duration: a histogram or summary observes it, a gauge is set to it.
///
/// Sealed through [`Metric`].
#[diagnostic::on_unimplemented(
    message = "a histogram, a summary or a gauge takes a time, and this is a `{Self}`",
    label = "cannot take a time",
    note = "a look-up by labels is one by its `.handle()`"
)]
pub trait Timed: Metric {
    #[doc(hidden)]
    fn took(&self, elapsed: Duration);
}

/// Measures from its making to its drop, however that comes about.
///
/// # Examples
///
/// ```
/// use ppc_core::{Histogram, Registry};
///
/// let latency = Histogram::builder("latency").register(&Registry::new())?;
/// let timer = latency.start_timer();
/// let elapsed = timer.stop(); // observes; dropping it would, too
/// latency.start_timer().discard(); // observes nothing
/// # let _ = elapsed;
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the timer ends when this is dropped"]
pub struct Timer<M: Timed> {
    metric: M,
    start: Instant,
    armed: bool,
}

impl<M: Timed> Timer<M> {
    pub(crate) fn new(metric: M) -> Self {
        Self {
            metric,
            start: clock::now(),
            armed: true,
        }
    }

    /// Records the time and returns it.
    pub fn stop(mut self) -> Duration {
        self.armed = false;
        let elapsed = self.start.elapsed();
        self.metric.took(elapsed);
        elapsed
    }

    /// Ends without recording.
    pub fn discard(mut self) {
        self.armed = false;
    }
}

impl<M: Timed> Drop for Timer<M> {
    fn drop(&mut self) {
        if self.armed {
            self.metric.took(self.start.elapsed());
        }
    }
}

/// Starts to measure when the future is first polled, not when it is made.
pub(crate) async fn time_async<M: Timed, F: Future>(metric: M, future: F) -> F::Output {
    let _timer = Timer::new(metric);
    future.await
}
