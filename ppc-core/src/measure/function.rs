//! The metrics of `#[measure]` without arguments: two families for the program, and in them the
//! series of each function, found once.

use std::sync::OnceLock;
use std::time::Duration;

use super::call::Record;
use crate::error::Error;
use crate::metric::{Counter, Histogram, Timed};
use crate::outcome::Outcome;
use crate::registry::{self, Registry};

/// From a tenth of a millisecond to five minutes: from a function to a step of a job.
const BUCKETS: [f64; 12] = [
    0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0, 300.0,
];

/// A function that measures itself: a static in its body.
#[derive(Debug)]
pub struct Function {
    module: &'static str,
    name: &'static str,
    registry: Option<fn() -> &'static Registry>,
    handles: OnceLock<Handles>,
}

/// The series of a function.
#[derive(Debug)]
pub struct Handles {
    /// By outcome, in the order of [`Outcome::ALL`].
    calls: [Counter; 4],
    time: Histogram,
}

impl Function {
    /// A function of this name, which a method has behind that of its type, in this module.
    pub const fn new(
        module: &'static str,
        name: &'static str,
        registry: Option<fn() -> &'static Registry>,
    ) -> Self {
        Self {
            module,
            name,
            registry,
            handles: OnceLock::new(),
        }
    }

    /// The series, which appear as 0 with the first call: so a first error is a rise.
    #[inline]
    pub fn handles(&self) -> &Handles {
        match self.handles.get() {
            Some(handles) => handles,
            None => self.resolve(),
        }
    }

    #[cold]
    fn resolve(&self) -> &Handles {
        // Outside: it may be a user's code, and call this function.
        let registry = self
            .registry
            .map_or_else(registry::registry, |registry| registry());
        self.handles.get_or_init(|| {
            self.registered(registry).unwrap_or_else(|error| {
                // Somebody else has a metric of that name: recording goes on, and is seen nowhere.
                registry::refuse(error);
                self.registered(&Registry::new())
                    .unwrap_or_else(|_| unreachable!("an empty registry refuses no valid metric"))
            })
        })
    }

    fn registered(&self, registry: &Registry) -> Result<Handles, Error> {
        let calls = Counter::builder("function_calls")
            .help("Calls of measured functions that have ended, by how they ended.")
            .label_names(["function", "module", "outcome"])
            .register(registry)?;
        let time = Histogram::builder("function_duration")
            .unit("seconds")
            .help("How long calls of measured functions took.")
            .buckets(BUCKETS)
            .label_names(["function", "module"])
            .register(registry)?;
        let [ok, error, panic, cancelled] =
            Outcome::ALL.map(|outcome| calls.labels((self.name, self.module, outcome.name())));
        Ok(Handles {
            calls: [ok?, error?, panic?, cancelled?],
            time: time.labels((self.name, self.module))?,
        })
    }
}

impl Record for &Handles {
    const IS_TIMED: bool = true;

    #[inline]
    fn start(&self) {}

    #[inline]
    fn end(&self, outcome: Outcome, elapsed: Duration) {
        self.time.took(elapsed);
        self.calls[outcome as usize].inc();
    }
}
