//! Methods that measure any future.

use std::pin::pin;
use std::time::Duration;

use super::call::{Call, Record};
use crate::metric::{Counter, Gauge, Timed};
use crate::outcome::Outcome;

/// Measures a future from its first poll until it has returned, panicked or been dropped; one
/// that is never polled is not measured.
///
/// A labelled look-up is given by its handle: `.timed(&REQUESTS.service("auth").handle())`.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Histogram, MeasureFuture, Registry};
///
/// # let registry = Registry::new();
/// let (seconds, calls) = (
///     Histogram::builder("fetch").unit("seconds").register(&registry)?,
///     Counter::builder("fetches").register(&registry)?,
/// );
/// let fetch = async { 42 }.timed(&seconds).counted(&calls);
/// # let mut fetch = std::pin::pin!(fetch);
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(fetch.as_mut().poll(&mut context).is_ready()); // fetch.await
/// # assert!(format!("{:?}", registry).contains("fetches"));
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub trait MeasureFuture: Future + Sized {
    /// Records the seconds that the future takes, however it ends: a histogram or a summary
    /// observes them, a gauge is set to them.
    fn timed<M: Timed + Clone>(
        self,
        metric: &M,
    ) -> impl Future<Output = Self::Output> + use<Self, M> {
        measured(self, Took(metric.clone()), |_| Outcome::Ok)
    }

    /// Adds one when the future ends, however that comes.
    fn counted(self, counter: &Counter) -> impl Future<Output = Self::Output> + use<Self> {
        measured(self, Ended(counter.clone()), |_| Outcome::Ok)
    }

    /// Adds one when the future returns an `Err` or panics; one that is dropped is no error.
    fn errors_counted<T, E>(
        self,
        counter: &Counter,
    ) -> impl Future<Output = Result<T, E>> + use<Self, T, E>
    where
        Self: Future<Output = Result<T, E>>,
    {
        measured(self, Failed(counter.clone()), Outcome::of)
    }

    /// Holds the gauge up by one while the future is under way.
    fn in_progress(self, gauge: &Gauge) -> impl Future<Output = Self::Output> + use<Self> {
        measured(self, UnderWay(gauge.clone()), |_| Outcome::Ok)
    }
}

impl<F: Future> MeasureFuture for F {}

async fn measured<F: Future, R: Record>(
    future: F,
    record: R,
    outcome: impl FnOnce(&F::Output) -> Outcome,
) -> F::Output {
    let mut call = Call::start_async(record);
    let value = {
        // In a block of its own: the future is gone when its end is recorded.
        let future = pin!(future);
        call.poll(future).await
    };
    call.finish(outcome(&value));
    value
}

/// What is recorded to one metric: a clock is read for the time alone.
macro_rules! records {
    ($record:ident$(<$param:ident: $bound:ident>)?($metric:ty), $is_timed:expr, $end:expr) => {
        pub(super) struct $record$(<$param>)?(pub(super) $metric);

        impl$(<$param: $bound>)? Record for $record$(<$param>)? {
            const IS_TIMED: bool = $is_timed;

            fn start(&self) {}

            fn end(&self, outcome: Outcome, elapsed: Duration) {
                let end: fn(&$metric, Outcome, Duration) = $end;
                end(&self.0, outcome, elapsed);
            }
        }
    };
}

records! { Took<M: Timed>(M), true, |metric, _, elapsed| metric.took(elapsed) }
records! { Ended(Counter), false, |counter, _, _| counter.inc() }
records! { Failed(Counter), false, |counter, outcome, _| {
    if matches!(outcome, Outcome::Error | Outcome::Panic) {
        counter.inc();
    }
} }

pub(super) struct UnderWay(pub(super) Gauge);

impl Record for UnderWay {
    const IS_TIMED: bool = false;

    fn start(&self) {
        self.0.inc();
    }

    fn end(&self, _: Outcome, _: Duration) {}

    fn leave(&self) {
        self.0.dec();
    }
}
