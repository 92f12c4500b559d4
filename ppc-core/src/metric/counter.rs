//! Counters: totals that only rise.

use super::held::{Held, holding, metric_type, recording};
use crate::amount::{Amount, Number};
use crate::cell::{CounterCell, Found};
use crate::family::Labelled;
use crate::kind::Kind;
use crate::label::{Complete, LabelValue};

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

recording! { Counter:
    /// Adds one, with an exemplar: labels that lead to the event behind it, a trace's id as a rule.
    /// The latest is told beside the total, in formats that have a place for it; Influx has none.
    ///
    /// Names and values have at most 128 characters together. Longer ones, and names that are
    /// invalid or given twice, make no exemplar and are counted as ignored; the one is added all the
    /// same. Recording waits for nobody: of exemplars that are noted in one family at the same
    /// moment, one may be left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    ///
    /// let errors = Counter::builder("errors").register(&Registry::new())?;
    /// errors.inc_with_exemplar([("trace_id", "4bf92f3577b34da6")]);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn inc_with_exemplar(
        &self,
        labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>
    ) => (Number::natural(1), labels), add_held_noting, add_found_noting;

    /// Adds an amount, with an exemplar of this value: see
    /// [`inc_with_exemplar`](Counter::inc_with_exemplar).
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    ///
    /// let bytes = Counter::builder("bytes").register(&Registry::new())?;
    /// bytes.inc_by_with_exemplar(512, [("trace_id", "4bf92f3577b34da6"), ("span_id", "00f067aa")]);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn inc_by_with_exemplar(
        &self,
        amount: impl Amount,
        labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>
    ) => (amount.number(), labels), add_held_noting, add_found_noting;
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

    /// Runs `f` and adds one when it panics or returns an `Err` that is one of those to be counted;
    /// the result is passed on.
    ///
    /// # Errors
    ///
    /// Those of `f`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    ///
    /// use ppc_core::{Counter, Registry};
    ///
    /// let timeouts = Counter::builder("timeouts").register(&Registry::new())?;
    /// let is_timeout = |error: &Error| error.kind() == ErrorKind::TimedOut;
    /// let read = timeouts.count_errors_if(is_timeout, || Err::<(), _>(ErrorKind::TimedOut.into()));
    /// # assert!(read.is_err());
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn count_errors_if<T, E, P, F>(&self, is_counted: P, f: F) -> Result<T, E>
        where P: FnOnce(&E) -> bool, F: FnOnce() -> Result<T, E>
    => {
        let counting = CountUnlessOk(self);
        let result = f();
        if !result.as_ref().is_err_and(is_counted) {
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

fn add_held_noting(
    held: &Held<Counter>,
    (amount, labels): (
        Number,
        impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
    ),
) {
    add_held(held, amount);
    if is_sound(amount) {
        let id = held.series().id();
        held.family().note(id, 0, amount.as_f64(), labels);
    }
}

fn add_found_noting(
    labelled: &Labelled<Counter, impl Complete>,
    (amount, labels): (
        Number,
        impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
    ),
) {
    if is_sound(amount) {
        let id = labelled.record(adding_to(amount));
        let family = labelled.family().inner();
        family.note(id, 0, amount.as_f64(), labels);
    } else {
        labelled.family().descriptor().ignore();
    }
}

/// The same as [`adding`], and says which series it was.
fn adding_to(amount: Number) -> impl FnOnce(Found<'_, CounterCell>) -> u64 {
    move |series| {
        series.add(amount);
        series.id()
    }
}

/// Counts an error when it is dropped, which a panic does as well as a plain end.
struct CountUnlessOk<'a>(&'a Counter);

impl Drop for CountUnlessOk<'_> {
    fn drop(&mut self) {
        self.0.inc();
    }
}
