//! Methods that measure any future and any stream.

use std::future::{pending, ready};
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Waker};

use futures_executor::block_on;
use futures_util::{Stream, StreamExt, stream};
use ppc::{Counter, Gauge, Histogram, MeasureFuture, MeasureStream, Registry, metric};

use super::measured::value_in;

static REGISTRY: Registry = Registry::new();

metric! {
    static STATIC_SECONDS: Summary { labels: [a], registry: REGISTRY }
}

struct Metrics {
    registry: Registry,
    seconds: Histogram,
    ended: Counter,
    errors: Counter,
    busy: Gauge,
}

impl Metrics {
    fn new() -> Self {
        let registry = Registry::new();
        Self {
            seconds: Histogram::builder("seconds").register(&registry).unwrap(),
            ended: Counter::builder("ended").register(&registry).unwrap(),
            errors: Counter::builder("errors").register(&registry).unwrap(),
            busy: Gauge::builder("busy").register(&registry).unwrap(),
            registry,
        }
    }

    fn measured<T, E, F>(&self, future: F) -> impl Future<Output = Result<T, E>> + use<T, E, F>
    where
        F: Future<Output = Result<T, E>>,
    {
        future
            .errors_counted(&self.errors)
            .counted(&self.ended)
            .timed(&self.seconds)
            .in_progress(&self.busy)
    }

    #[track_caller]
    fn check(&self, expected: [f64; 4]) {
        let value = |family| value_in(&self.registry, family, &[]);
        let found = ["seconds", "ended", "errors", "busy"].map(value);
        assert_eq!(found, expected);
    }
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> bool {
    future
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_ready()
}

#[test]
fn a_future_is_measured_however_it_ends() {
    let metrics = Metrics::new();
    let ok = async {
        metrics.check([0.0, 0.0, 0.0, 1.0]);
        Ok::<u32, String>(5)
    };
    assert_eq!(block_on(metrics.measured(ok)), Ok(5));
    metrics.check([1.0, 1.0, 0.0, 0.0]);
    assert_eq!(
        block_on(metrics.measured(ready(Err::<(), _>("no")))),
        Err("no")
    );
    metrics.check([2.0, 2.0, 1.0, 0.0]);
    let panics = catch_unwind(|| {
        let panics = async { panic!("by design") };
        block_on(Metrics::new().measured::<u8, u8, _>(panics)).is_ok()
    });
    assert!(panics.is_err());
    let mut waits = Box::pin(metrics.measured(pending::<Result<u8, u8>>()));
    metrics.check([2.0, 2.0, 1.0, 0.0]);
    assert!(!poll(waits.as_mut()));
    metrics.check([2.0, 2.0, 1.0, 1.0]);
    drop(waits);
    metrics.check([3.0, 3.0, 1.0, 0.0]);
    drop(metrics.measured(ready(Ok::<u8, u8>(1)))); // never polled
    metrics.check([3.0, 3.0, 1.0, 0.0]);
}

#[test]
fn a_panic_of_a_future_is_an_error() {
    let metrics = Metrics::new();
    let measured = metrics.measured::<u8, u8, _>(async { panic!("by design") });
    let measured = std::panic::AssertUnwindSafe(measured);
    assert!(catch_unwind(|| block_on({ measured }.0).is_ok()).is_err());
    metrics.check([1.0, 1.0, 1.0, 0.0]);
}

#[test]
fn measured_futures_own_what_they_record_to_and_stay_send() {
    fn sent<F: Future + Send + 'static>(future: F) -> F {
        future
    }
    let future = {
        let seconds = STATIC_SECONDS.a("sent").handle();
        sent(ready(5).timed(&seconds))
    };
    assert_eq!(block_on(future), 5);
    let count = value_in(&REGISTRY, "static_seconds", &[("a", "sent")]);
    assert_eq!(count, 1.0);
}

#[test]
fn a_stream_is_timed_as_a_whole_and_counted_by_item() {
    let metrics = Metrics::new();
    let items = [Ok(1), Err("two"), Ok(3)];
    let measured = || {
        stream::iter(items)
            .counted(&metrics.ended)
            .errors_counted(&metrics.errors)
            .timed(&metrics.seconds)
    };
    drop(measured());
    metrics.check([0.0, 0.0, 0.0, 0.0]);
    let mut stream = Box::pin(measured());
    assert_eq!(stream.size_hint(), (3, Some(3)));
    assert_eq!(block_on(stream.next()), Some(Ok(1)));
    metrics.check([0.0, 1.0, 0.0, 0.0]);
    assert_eq!(block_on(stream.by_ref().collect::<Vec<_>>()), items[1..]);
    metrics.check([1.0, 3.0, 1.0, 0.0]);
    drop(stream);
    metrics.check([1.0, 3.0, 1.0, 0.0]);
    let mut dropped = Box::pin(measured());
    assert_eq!(block_on(dropped.next()), Some(Ok(1)));
    drop(dropped);
    metrics.check([2.0, 4.0, 1.0, 0.0]);
}
