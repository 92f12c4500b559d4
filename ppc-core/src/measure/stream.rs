//! Methods that measure any stream.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::call::Call;
use super::future::Took;
use crate::metric::{Counter, Timed};

/// Measures a stream.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Histogram, MeasureStream, Registry};
/// # use futures_core::Stream;
/// # fn rows() -> impl Stream<Item = Result<u32, String>> {
/// #     futures_util::stream::iter([Ok(1), Err("two".to_owned()), Ok(3)])
/// # }
///
/// # let registry = Registry::new();
/// let rows_read = Counter::builder("rows").register(&registry)?;
/// let bad_rows = Counter::builder("bad_rows").register(&registry)?;
/// let seconds = Histogram::builder("read").unit("seconds").register(&registry)?;
/// let rows = rows().counted(&rows_read).errors_counted(&bad_rows).timed(&seconds);
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub trait MeasureStream: Stream + Sized {
    /// Records the seconds from the first poll to the stream's end, or to its drop: of the whole
    /// stream, with what its consumer does in between. One that is never polled is not measured.
    fn timed<M: Timed + Clone>(self, metric: &M) -> impl Stream<Item = Self::Item> + use<Self, M> {
        TimedStream {
            stream: self,
            metric: Some(metric.clone()),
            call: None,
        }
    }

    /// Adds one for each item.
    fn counted(self, counter: &Counter) -> impl Stream<Item = Self::Item> + use<Self> {
        CountedStream {
            stream: self,
            counter: counter.clone(),
            counts: |_| true,
        }
    }

    /// Adds one for each item that is an `Err`.
    fn errors_counted<T, E>(
        self,
        counter: &Counter,
    ) -> impl Stream<Item = Result<T, E>> + use<Self, T, E>
    where
        Self: Stream<Item = Result<T, E>>,
    {
        CountedStream {
            stream: self,
            counter: counter.clone(),
            counts: Result::is_err,
        }
    }
}

impl<S: Stream> MeasureStream for S {}

pin_project! {
    struct TimedStream<S, M: Timed> {
        #[pin]
        stream: S,
        // Until the first poll.
        metric: Option<M>,
        // From then on, until the end.
        call: Option<Call<Took<M>>>,
    }
}

impl<S: Stream, M: Timed> Stream for TimedStream<S, M> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if let Some(metric) = this.metric.take() {
            *this.call = Some(Call::start_async(Took(metric)));
        }
        let item = ready!(this.stream.poll_next(context));
        if item.is_none() {
            *this.call = None;
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

pin_project! {
    struct CountedStream<S: Stream> {
        #[pin]
        stream: S,
        counter: Counter,
        counts: fn(&S::Item) -> bool,
    }
}

impl<S: Stream> Stream for CountedStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let item = ready!(this.stream.poll_next(context));
        if item.as_ref().is_some_and(|item| (this.counts)(item)) {
            this.counter.inc();
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}
