//! Counters: totals that only rise.

use super::held::{Held, holding, metric_type, recording};
use crate::amount::{Amount, Number};
use crate::cell::{CounterCell, Found};
use crate::family::Labelled;
use crate::kind::Kind;
use crate::label::Complete;

metric_type! {
    /// A total that only rises: jobs run, bytes read, errors seen.
    ///
    /// On the wire its name ends in `_total`, whether it was declared with it or without.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    ///
    /// let jobs = Counter::builder("jobs").help("Jobs run.").register(&Registry::new())?;
    /// jobs.inc();
    /// jobs.inc_by(2);
    /// jobs.inc_by(0.5);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    Counter(CounterCell), Kind::Counter
}

recording! { Counter:
    /// Adds one.
    fn inc(&self) => Number::natural(1), add_held, add_found;

    /// Adds an amount; one that is negative or NaN is ignored and counted as ignored.
    fn inc_by(&self, amount: impl Amount) => amount.number(), add_held, add_found;
}

holding! { Counter:
    /// Runs `f` and adds one when it returns an `Err` or panics; the result is passed on.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    fn count_errors<T, E, F>(&self, f: F) -> Result<T, E> where F: FnOnce() -> Result<T, E> => {
        let counting = CountUnlessOk(self);
        let result = f();
        if result.is_ok() {
            std::mem::forget(counting);
        }
        result
    };
}

#[inline]
fn is_sound(amount: Number) -> bool {
    amount.as_natural().is_some() || amount.as_f64() >= 0.0
}

#[inline]
fn add_held(held: &Held<Counter>, amount: Number) {
    if !is_sound(amount) {
        held.descriptor().ignore();
    } else if !held.pinned.add(amount) {
        held.series().add_held(amount);
    }
}

#[inline]
fn add_found(labelled: &Labelled<Counter, impl Complete>, amount: Number) {
    if !is_sound(amount) {
        labelled.family().descriptor().ignore();
    } else if !labelled.pinned().is_some_and(|pinned| pinned.add(amount)) {
        labelled.record(adding(amount));
    }
}

/// Not a closure at its caller, which would be another one for each type of labels.
fn adding(amount: Number) -> impl FnOnce(Found<'_, CounterCell>) {
    move |series| series.add(amount)
}

/// Counts an error when it is dropped, which a panic does as well as a plain end.
struct CountUnlessOk<'a>(&'a Counter);

impl Drop for CountUnlessOk<'_> {
    fn drop(&mut self) {
        self.0.inc();
    }
}
