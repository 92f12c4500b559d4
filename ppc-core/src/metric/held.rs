//! One series, held: by a handle from the start, by a static from its first use on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::family::{Declared, Metric};
use crate::label::Key;
use crate::series::Series;

/// What is inside every metric type.
pub(crate) struct Held<M: Metric> {
    series: OnceLock<Arc<Series<M::Cell>>>,
    declared: Option<&'static Declared<M>>,
}

impl<M: Metric> Held<M> {
    pub(crate) fn new(series: Arc<Series<M::Cell>>) -> Self {
        Self {
            series: OnceLock::from(series),
            declared: None,
        }
    }

    pub(crate) const fn declared(declared: &'static Declared<M>) -> Self {
        Self {
            series: OnceLock::new(),
            declared: Some(declared),
        }
    }

    #[inline]
    pub(crate) fn series(&self) -> &Arc<Series<M::Cell>> {
        match self.series.get() {
            Some(series) => series,
            None => self.resolve(),
        }
    }

    /// Registers the static; every other metric holds its series from the start.
    #[cold]
    fn resolve(&self) -> &Arc<Series<M::Cell>> {
        self.series.get_or_init(|| {
            let declared = self
                .declared
                .unwrap_or_else(|| unreachable!("held or declared"));
            let family = declared.family().inner();
            family.table.get_or_insert(&Key::new(), &family.descriptor)
        })
    }
}

impl<M: Metric> Clone for Held<M> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(self.series()))
    }
}

impl<M: Metric> fmt::Debug for Held<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.series().fmt(f)
    }
}

/// Defines a metric type around [`Held`]: building, cloning, debugging, declaring.
macro_rules! metric_type {
    ($(#[$doc:meta])* $metric:ident($cell:ty), $kind:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $metric($crate::metric::held::Held<$metric>);

        impl $metric {
            /// Declares a metric of this kind at run time.
            pub fn builder(name: &str) -> $crate::Builder<Self> {
                $crate::Builder::new(name)
            }

            #[doc(hidden)]
            pub const fn declared(declared: &'static $crate::family::Declared<Self>) -> Self {
                Self($crate::metric::held::Held::declared(declared))
            }

            /// The same metric; so that `handle()` works on any metric, labelled or not.
            #[must_use]
            pub fn handle(&self) -> Self {
                self.clone()
            }
        }

        impl $crate::family::Metric for $metric {
            type Cell = $cell;
            const KIND: $crate::Kind = $kind;

            fn from_series(series: std::sync::Arc<$crate::series::Series<$cell>>) -> Self {
                Self($crate::metric::held::Held::new(series))
            }
        }

        impl $crate::Declare for $metric {
            fn declare(&self) {
                self.0.series();
            }
        }
    };
}

/// Defines recording methods once, for the metric and for its look-up by labels.
macro_rules! recording {
    ($metric:ident: $(
        $(#[$meta:meta])*
        fn $name:ident(&self $(, $arg:ident: $ty:ty)*) $series:ident => $body:expr;
    )*) => {
        impl $metric {$(
            $(#[$meta])*
            #[inline]
            pub fn $name(&self $(, $arg: $ty)*) {
                let $series = &**self.0.series();
                $body;
            }
        )*}

        impl<L> $crate::family::Labelled<$metric, L> {$(
            $(#[$meta])*
            #[inline]
            pub fn $name(&self $(, $arg: $ty)*)
            where
                L: $crate::label::Complete,
            {
                self.record(|$series| { $body; });
            }
        )*}
    };
}

/// Defines methods that hold the metric while something runs, a user's code as a rule: on the
/// metric, and on its look-up by labels through [`handle`](crate::family::Labelled::handle),
/// outside the look-up's lock.
macro_rules! holding {
    ($metric:ident: $(
        $(#[$meta:meta])*
        fn $name:ident $(<$($generic:ident),*>)? (&$self:ident $(, $arg:ident: $ty:ty)*)
        $(-> $ret:ty)? $(where $($bound:ident: $limit:path),*)? => $body:expr;
    )*) => {
        impl $metric {$(
            $(#[$meta])*
            pub fn $name $(<$($generic),*>)? (&$self $(, $arg: $ty)*) $(-> $ret)?
            $(where $($bound: $limit),*)?
            {
                $body
            }
        )*}

        impl<L> $crate::family::Labelled<$metric, L> {$(
            $(#[$meta])*
            pub fn $name $(<$($generic),*>)? (&$self $(, $arg: $ty)*) $(-> $ret)?
            where
                L: $crate::label::Complete, $($($bound: $limit),*)?
            {
                $self.handle().$name($($arg),*)
            }
        )*}
    };
}

/// Defines the timers of a metric that can take a duration, on the metric and on its look-up by
/// labels. `$does` says in the docs what becomes of the seconds.
macro_rules! timing {
    ($metric:ident, $does:literal) => {
        timing!(@impl $metric, $metric, $does, [], [F], self => self.clone());
        timing!(
            @impl $crate::family::Labelled<$metric, L>, $metric, $does,
            [L: $crate::label::Complete], [L, F], self => self.handle()
        );
    };
    (
        @impl $type:ty, $metric:ident, $does:literal,
        [$($param:ident: $bound:path)?], [$($captured:ident),*], $self:ident => $handle:expr
    ) => {
        impl$(<$param>)? $type {
            #[doc = concat!("Starts a timer that ", $does, " the seconds it ran when it is dropped.")]
            pub fn start_timer(&$self) -> $crate::Timer<$metric>
            $(where $param: $bound)?
            {
                $crate::Timer::new($handle)
            }

            #[doc = concat!("Runs `f` and ", $does, " the seconds it took, also when it panics.")]
            pub fn time<R>(&$self, f: impl FnOnce() -> R) -> R
            $(where $param: $bound)?
            {
                let _timer = $self.start_timer();
                f()
            }

            #[doc = concat!(
                "Awaits `future` and ", $does, " the seconds it took, from its first poll on, also ",
                "when it panics or is dropped before its end."
            )]
            pub fn time_async<F: Future>(
                &$self,
                future: F,
            ) -> impl Future<Output = F::Output> + use<$($captured),*>
            $(where $param: $bound)?
            {
                $crate::metric::timer::time_async($handle, future)
            }
        }
    };
}

pub(crate) use {holding, metric_type, recording, timing};
