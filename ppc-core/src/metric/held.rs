//! One series, held: by a handle from the start, by a static from its first use on.

use std::fmt;
use std::sync::Arc;

use crate::cell::{Found, Pinned};
use crate::descriptor::Descriptor;
use crate::family::{Declared, FamilyInner, Handle, Metric};

/// What is inside every metric type.
pub(crate) struct Held<M: Metric> {
    /// What a recording goes by, before it asks for anything else.
    pub(super) pinned: Pinned<M::Cell>,
    of: Of<M>,
}

/// Where the names are.
enum Of<M: Metric> {
    Static(&'static Declared<M>),
    Family(Arc<FamilyInner<M>>),
}

impl<M: Metric> Held<M> {
    pub(crate) fn new(handle: Handle<M>) -> Self {
        Self {
            pinned: Pinned::new(handle.series),
            of: Of::Family(handle.family),
        }
    }

    pub(crate) const fn declared(declared: &'static Declared<M>) -> Self {
        Self {
            pinned: Pinned::unresolved(),
            of: Of::Static(declared),
        }
    }

    pub(super) fn family(&self) -> &Arc<FamilyInner<M>> {
        match &self.of {
            Of::Static(declared) => declared.family().inner(),
            Of::Family(family) => family,
        }
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.family().descriptor
    }

    #[inline]
    pub(crate) fn series(&self) -> Found<'_, M::Cell> {
        match self.pinned.get() {
            Some(series) => series,
            None => self.resolve(),
        }
    }

    /// Registers the static; every other metric holds its series from the start.
    #[cold]
    fn resolve(&self) -> Found<'_, M::Cell> {
        let series = self.family().kept(&());
        // A static is used for as long as the program runs.
        series.found().promote();
        self.pinned.resolve(series)
    }
}

impl<M: Metric> Clone for Held<M> {
    fn clone(&self) -> Self {
        Self::new(Handle {
            family: Arc::clone(self.family()),
            series: self.series().keep(),
        })
    }
}

impl<M: Metric> fmt::Debug for Held<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let descriptor = self.descriptor();
        let labels = descriptor.label_names().zip(self.series().values().iter());
        f.write_str(descriptor.names().family())?;
        f.debug_map().entries(labels).finish()
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

            /// The same metric, as a static is measured by: `#[measure]` calls this where it cannot
            /// tell one from a labelled metric.
            #[doc(hidden)]
            #[inline]
            pub fn as_metric(&self) -> &Self {
                self
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

            fn of(handle: $crate::family::Handle<Self>) -> Self {
                Self($crate::metric::held::Held::new(handle))
            }
        }

        impl $crate::Declare for $metric {
            fn declare(&self) {
                self.0.series().start();
            }
        }
    };
}

/// Defines recording methods once, for the metric and for its look-up by labels: what a held
/// series does with an amount, and what one does that was just found.
macro_rules! recording {
    ($metric:ident: $(
        $(#[$meta:meta])*
        fn $name:ident(&self $(, $arg:ident: $ty:ty)*) => $amount:expr, $held:ident, $found:ident;
    )*) => {
        impl $metric {$(
            $(#[$meta])*
            #[inline]
            pub fn $name(&self $(, $arg: $ty)*) {
                $held(&self.0, $amount);
            }
        )*}

        impl<L> $crate::family::Labelled<$metric, L> {$(
            $(#[$meta])*
            #[inline]
            pub fn $name(&self $(, $arg: $ty)*)
            where
                L: $crate::label::Complete,
            {
                $found(self, $amount);
            }
        )*}
    };
}

/// Defines what `observe` does, held and found, for a metric of this cell.
macro_rules! observing {
    ($metric:ident, $cell:ident) => {
        #[inline]
        fn observe_held(held: &$crate::metric::held::Held<$metric>, value: f64) {
            if value.is_nan() {
                held.descriptor().ignore();
            } else if !held.pinned.observe(value) {
                held.series().observe_held(value);
            }
        }

        #[inline]
        fn observe_found(
            labelled: &$crate::family::Labelled<$metric, impl $crate::label::Complete>,
            value: f64,
        ) {
            if value.is_nan() {
                labelled.family().descriptor().ignore();
            } else if !labelled
                .pinned()
                .is_some_and(|pinned| pinned.observe(value))
            {
                labelled.record(observing(value));
            }
        }

        /// Not a closure at its caller, which would be another one for each type of labels.
        fn observing(value: f64) -> impl FnOnce($crate::cell::Found<'_, $cell>) {
            move |series| series.observe(value)
        }
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

pub(crate) use {holding, metric_type, observing, recording, timing};
