//! How an annotated `async fn` waits for its final push, by what it returns.
//!
//! The value has to be kept while the end is awaited, and a future that keeps it is `Send` only
//! where the value is. A function that returns `Result<(), Box<dyn Error>>` has a future that is
//! `Send` all the same, and keeps it when annotated: where the value is not `Send`, the end is
//! waited for within the last poll.

use std::marker::PhantomData;

use ppc_core::Outcome;

use super::guard::Guard;

/// Stands for what a future returns; with both traits below in scope, `(&&end_of(&future)).end()`
/// finds [`Awaited`] where that is known to be `Send`, and [`Waited`] otherwise.
#[doc(hidden)]
#[derive(Debug)]
pub struct EndOf<T>(PhantomData<fn() -> T>);

/// Names the output of a future without touching it.
#[doc(hidden)]
pub fn end_of<F: Future>(_: &F) -> EndOf<F::Output> {
    end_of_output()
}

/// Names a declared output, where that of the future itself is not known yet.
#[doc(hidden)]
pub fn end_of_output<T>() -> EndOf<T> {
    EndOf(PhantomData)
}

/// An output that is `Send`.
#[doc(hidden)]
pub trait EndOfSend {
    /// The end is awaited.
    fn end(&self) -> Awaited {
        Awaited
    }
}

/// Any output.
#[doc(hidden)]
pub trait EndOfAny {
    /// The end is waited for.
    fn end(&self) -> Waited {
        Waited
    }
}

impl<T: Send> EndOfSend for &EndOf<T> {}

impl<T> EndOfAny for EndOf<T> {}

/// The end is awaited.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Awaited;

/// The end is waited for, within `flush_timeout`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Waited;

impl Awaited {
    /// Runs the job to its end.
    pub async fn run<F: Future>(
        self,
        guard: Guard,
        job: F,
        outcome: impl FnOnce(&F::Output) -> Outcome,
    ) -> F::Output {
        let value = job.await;
        let outcome = outcome(&value);
        guard.finish_async(outcome).await;
        value
    }
}

impl Waited {
    /// Runs the job to its end.
    pub async fn run<F: Future>(
        self,
        guard: Guard,
        job: F,
        outcome: impl FnOnce(&F::Output) -> Outcome,
    ) -> F::Output {
        let value = job.await;
        let outcome = outcome(&value);
        guard.finish(outcome);
        value
    }
}
