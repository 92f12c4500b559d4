//! One call of a measured function: from its start to its end, however that comes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use crate::cell::generation;
use crate::clock::{self, Instant};
use crate::outcome::Outcome;

/// What calls are recorded to.
pub trait Record {
    /// Whether the time is of any use; a clock is not read for nothing.
    const IS_TIMED: bool;

    /// A call begins.
    fn start(&self);

    /// A call has ended.
    fn end(&self, outcome: Outcome, elapsed: Duration);

    /// It has ended in the process that it began in: what its start has raised falls again.
    fn leave(&self) {}
}

/// A call under way, which is recorded when this is dropped.
#[derive(Debug)]
#[must_use = "the call ends when this is dropped"]
pub struct Call<R: Record> {
    record: R,
    start: Option<Instant>,
    on_drop: OnDrop,
    /// That of the process that it began in.
    generation: u32,
}

/// What a drop means.
#[derive(Clone, Copy, Debug)]
enum OnDrop {
    Ended(Outcome),
    /// Either a panic, or the drop of a future; the thread was unwinding already, or not.
    Never {
        in_panic: bool,
    },
}

impl<R: Record> Call<R> {
    /// A call that is over when its body is: if it does not return, it panics.
    #[inline]
    pub fn start(record: R) -> Self {
        Self::new(record, OnDrop::Ended(Outcome::Panic))
    }

    /// A call whose body is polled, by [`poll`](Self::poll).
    #[inline]
    pub fn start_async(record: R) -> Self {
        Self::new(record, OnDrop::Ended(Outcome::Cancelled))
    }

    /// A call of an `async fn` that never returns. Its body stands beside the call: a future of it
    /// would have no type to declare.
    #[inline]
    pub fn start_never(record: R) -> Self {
        let in_panic = thread::panicking();
        Self::new(record, OnDrop::Never { in_panic })
    }

    #[inline]
    fn new(record: R, on_drop: OnDrop) -> Self {
        record.start();
        Self {
            record,
            start: R::IS_TIMED.then(clock::now),
            on_drop,
            generation: generation(),
        }
    }

    /// Polls the body, and tells a panic in there from the drop of a future that waits: also where
    /// that happens because something else on the thread panicked.
    #[inline]
    pub fn poll<'a, F: Future>(&'a mut self, body: Pin<&'a mut F>) -> Polled<'a, F> {
        Polled {
            on_drop: &mut self.on_drop,
            body,
        }
    }

    /// The body has returned.
    #[inline]
    pub fn finish(mut self, outcome: Outcome) {
        self.on_drop = OnDrop::Ended(outcome);
    }
}

impl<R: Record> Drop for Call<R> {
    #[inline]
    fn drop(&mut self) {
        let elapsed = self.start.map_or(Duration::ZERO, |start| start.elapsed());
        let outcome = match self.on_drop {
            OnDrop::Ended(outcome) => outcome,
            OnDrop::Never { in_panic } if thread::panicking() && !in_panic => Outcome::Panic,
            OnDrop::Never { .. } => Outcome::Cancelled,
        };
        self.record.end(outcome, elapsed);
        if self.generation == generation() {
            self.record.leave();
        }
    }
}

/// The body of a call; see [`Call::poll`].
#[derive(Debug)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Polled<'a, F> {
    on_drop: &'a mut OnDrop,
    body: Pin<&'a mut F>,
}

impl<F: Future> Future for Polled<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        *self.on_drop = OnDrop::Ended(Outcome::Panic);
        let polled = self.body.as_mut().poll(context);
        *self.on_drop = OnDrop::Ended(Outcome::Cancelled);
        polled
    }
}
