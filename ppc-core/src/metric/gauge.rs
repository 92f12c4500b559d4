//! Gauges: numbers that go up and down.

use std::time::Duration;

use super::held::{Held, holding, metric_type, recording, timing};
use super::timer::Timed;
use crate::amount::Amount;
use crate::cell::{Found, GaugeCell, generation};
use crate::clock;
use crate::family::{Builder, Labelled};
use crate::kind::Kind;
use crate::label::Complete;
use crate::merge::Merge;

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
    fn set(&self, value: impl Amount) => value.number().as_f64(), set_held, set_found;

    /// Adds one.
    fn inc(&self) => 1.0, add_held, add_found;

    /// Takes one away.
    fn dec(&self) => -1.0, add_held, add_found;

    /// Adds an amount.
    fn add(&self, amount: impl Amount) => amount.number().as_f64(), add_held, add_found;

    /// Takes an amount away.
    fn sub(&self, amount: impl Amount) => -amount.number().as_f64(), add_held, add_found;

    /// Sets the value to the time of day, in seconds since the Unix epoch.
    fn set_to_current_time(&self) => clock::unix_time().as_secs_f64(), set_held, set_found;
}

#[inline]
fn set_held(held: &Held<Gauge>, value: f64) {
    if !held.pinned.set(value) {
        set_noticed(held, value);
    }
}

/// Not inlined: the compiler would join it with the way on which nothing need be noticed.
#[cold]
fn set_noticed(held: &Held<Gauge>, value: f64) {
    held.series().set(value);
}

#[inline]
fn set_found(labelled: &Labelled<Gauge, impl Complete>, value: f64) {
    if !labelled.pinned().is_some_and(|pinned| pinned.set(value)) {
        labelled.record(setting(value));
    }
}

#[inline]
fn add_held(held: &Held<Gauge>, amount: f64) {
    held.series().add(amount);
}

#[inline]
fn add_found(labelled: &Labelled<Gauge, impl Complete>, amount: f64) {
    labelled.record(adding(amount));
}

/// Not a closure at its caller, which would be another one for each type of labels.
fn setting(value: f64) -> impl FnOnce(Found<'_, GaugeCell>) {
    move |series| series.set(value)
}

fn adding(amount: f64) -> impl FnOnce(Found<'_, GaugeCell>) {
    move |series| series.add(amount)
}

holding! { Gauge:
    /// Adds one now and takes it away when the guard is dropped.
    fn track_in_progress(&self) -> InProgress => InProgress::new(self.clone());
}

timing! { Gauge, "sets the gauge to" }

impl Timed for Gauge {
    #[inline]
    fn took(&self, elapsed: Duration) {
        self.set(elapsed);
    }
}

impl<L> Builder<Gauge, L> {
    /// How the values of several processes become one, where they share their metrics in a store.
    /// The value that was set last is taken by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Gauge, Merge, Registry};
    ///
    /// let queue = Gauge::builder("queue_length")
    ///     .merge(Merge::Sum)
    ///     .live()
    ///     .register(&Registry::new())?;
    /// queue.set(5);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn merge(mut self, merge: Merge) -> Self {
        self.settings.merge = Some(merge);
        self
    }

    /// Has only processes count that still run, where several share their metrics in a store: the
    /// value of one that ended, or was killed, goes with it. By default it stays.
    ///
    /// [`Merge::Average`] is always of those that still run.
    pub fn live(mut self) -> Self {
        self.settings.live = true;
        self
    }
}

/// Holds a gauge up by one until it is dropped; made by
/// [`Gauge::track_in_progress`].
#[derive(Debug)]
#[must_use = "the gauge goes down again when this is dropped"]
pub struct InProgress {
    gauge: Gauge,
    /// That of the process whose gauge is up.
    generation: u32,
}

impl InProgress {
    pub(crate) fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self {
            gauge,
            generation: generation(),
        }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        // In a forked child the gauge has begun from zero.
        if self.generation == generation() {
            self.gauge.dec();
        }
    }
}
