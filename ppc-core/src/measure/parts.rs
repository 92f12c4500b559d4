//! The metrics that `#[measure(time = .., calls = ..)]` names, each of a kind that suits.

use std::time::Duration;

use super::call::Record;
use crate::family::Metric;
use crate::metric::{Counter, Gauge, Histogram, Summary, Timed};
use crate::outcome::Outcome;

/// A key that is not given, or a look-up that found nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

/// What calls are recorded to, one metric a key.
#[derive(Debug)]
pub struct Parts<T, C, E, X, G> {
    /// `time`.
    pub time: T,
    /// `calls`.
    pub calls: C,
    /// `errors`.
    pub errors: E,
    /// `cancelled`.
    pub cancelled: X,
    /// `in_progress`.
    pub in_progress: G,
}

impl<T, C, E, X, G> Record for Parts<T, C, E, X, G>
where
    T: MeasuresTime,
    C: CountsCalls,
    E: CountsCalls,
    X: CountsCalls,
    G: TracksCalls,
{
    const IS_TIMED: bool = T::IS_TIMED;

    #[inline]
    fn start(&self) {
        self.in_progress.enter();
    }

    #[inline]
    fn end(&self, outcome: Outcome, elapsed: Duration) {
        self.time.took(elapsed);
        self.calls.count();
        match outcome {
            Outcome::Ok => {}
            Outcome::Error | Outcome::Panic => self.errors.count(),
            Outcome::Cancelled => self.cancelled.count(),
        }
    }

    #[inline]
    fn leave(&self) {
        self.in_progress.leave();
    }
}

/// What `time` takes: a metric, held or by reference, or one that may be missing.
#[diagnostic::on_unimplemented(
    message = "`time` takes a histogram, a summary or a gauge, and this is a `{Self}`",
    label = "cannot take a time"
)]
pub trait MeasuresTime: Sized {
    /// The metric. Of one of the wrong kind this is no type, so that what it is part of is not
    /// complained of.
    type Held: MeasuresTime;

    /// The metric, as the key says it.
    fn held(self) -> Self::Held;

    /// Whether there can be anything to take it.
    const IS_TIMED: bool = true;

    /// The call took so long.
    fn took(&self, elapsed: Duration);
}

/// What `calls`, `errors` and `cancelled` take, in the forms of [`MeasuresTime`].
#[diagnostic::on_unimplemented(
    message = "`calls`, `errors` and `cancelled` take a counter, and this is a `{Self}`",
    label = "not a counter"
)]
pub trait CountsCalls: Sized {
    /// The metric. Of one of the wrong kind this is no type, so that what it is part of is not
    /// complained of.
    type Held: CountsCalls;

    /// The metric, as the key says it.
    fn held(self) -> Self::Held;

    /// One more.
    fn count(&self);
}

/// What `in_progress` takes, in the forms of [`MeasuresTime`].
#[diagnostic::on_unimplemented(
    message = "`in_progress` takes a gauge, and this is a `{Self}`",
    label = "not a gauge"
)]
pub trait TracksCalls: Sized {
    /// The metric. Of one of the wrong kind this is no type, so that what it is part of is not
    /// complained of.
    type Held: TracksCalls;

    /// The metric, as the key says it.
    fn held(self) -> Self::Held;

    /// One more is under way.
    fn enter(&self);

    /// One less is.
    fn leave(&self);
}

/// What every role begins with.
macro_rules! held {
    () => {
        type Held = Self;

        #[inline]
        fn held(self) -> Self {
            self
        }
    };
}

/// Implements a role for a kind of metric, and for what holds one. Not for any `&M`: a reference to
/// a metric of the wrong kind would have a type then, and be complained of wherever it goes.
macro_rules! role {
    ($role:ident for $metric:ident: $(fn $name:ident($($arg:ident: $ty:ty)?) => $does:path;)+) => {
        impl $role for $metric {
            held!();
            $(
                #[inline]
                fn $name(&self $(, $arg: $ty)?) {
                    $does(self $(, $arg)?);
                }
            )+
        }

        impl $role for &$metric {
            held!();
            $(
                #[inline]
                fn $name(&self $(, $arg: $ty)?) {
                    $does(*self $(, $arg)?);
                }
            )+
        }

        impl $role for Option<$metric> {
            held!();
            $(
                #[inline]
                fn $name(&self $(, $arg: $ty)?) {
                    if let Some(metric) = self {
                        $does(metric $(, $arg)?);
                    }
                }
            )+
        }
    };
}

role! { MeasuresTime for Histogram: fn took(elapsed: Duration) => Timed::took; }
role! { MeasuresTime for Summary: fn took(elapsed: Duration) => Timed::took; }
role! { MeasuresTime for Gauge: fn took(elapsed: Duration) => Timed::took; }
role! { CountsCalls for Counter: fn count() => Counter::inc; }
role! { TracksCalls for Gauge: fn enter() => Gauge::inc; fn leave() => Gauge::dec; }

impl MeasuresTime for Nothing {
    held!();

    const IS_TIMED: bool = false;

    #[inline]
    fn took(&self, _: Duration) {}
}

impl CountsCalls for Nothing {
    held!();

    #[inline]
    fn count(&self) {}
}

impl TracksCalls for Nothing {
    held!();

    #[inline]
    fn enter(&self) {}

    #[inline]
    fn leave(&self) {}
}

/// A metric that may be missing: what a look-up by name or position gave, without its error.
pub trait MaybeMetric {
    /// Its kind.
    type Metric;

    /// The metric, to be held for a call.
    fn handle(&self) -> Option<Self::Metric>
    where
        Self: WithoutError;
}

/// An [`Option`]: of a `Result` somebody has to decide what becomes of the error.
#[diagnostic::on_unimplemented(
    message = "this look-up may have failed, and its error would be lost: `{Self}`",
    label = "to record nothing then, write `.ok()` behind it"
)]
pub trait WithoutError {}

impl<M> WithoutError for Option<M> {}

impl<M: Metric + Clone> MaybeMetric for Option<M> {
    type Metric = M;

    #[inline]
    fn handle(&self) -> Option<M> {
        self.clone()
    }
}

impl<M: Metric + Clone, E> MaybeMetric for Result<M, E> {
    type Metric = M;

    fn handle(&self) -> Option<M> {
        self.as_ref().ok().cloned()
    }
}

/// How a value is taken where `errors_if` says so.
#[inline]
pub fn outcome_if<R: ?Sized>(value: &R, is_error: impl FnOnce(&R) -> bool) -> Outcome {
    if is_error(value) {
        Outcome::Error
    } else {
        Outcome::Ok
    }
}
