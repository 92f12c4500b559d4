//! What a client pushes, and when two uses push the same.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ppc_core::{Identity, Registry, Snapshot, Source};

use crate::log::{self, Level};
use crate::stats::stats;

/// The source of a client. Two are equal where they are known to be the same.
#[derive(Clone)]
pub(crate) struct Pushed {
    source: Arc<dyn Source>,
    /// Asked for once, as a user's code may answer: clients are compared under a lock.
    identity: Option<Identity>,
    /// The registries that it shows, each once.
    registries: Vec<Registry>,
    /// It shows all that they have.
    is_whole: bool,
}

impl Pushed {
    pub(crate) fn new(source: impl Source + 'static) -> Self {
        let (mut registries, mut is_whole) = (Vec::<Registry>::new(), true);
        source.registries(&mut |registry, whole| {
            is_whole &= whole;
            if !registries.iter().any(|known| known.is(registry)) {
                registries.push(registry.clone());
            }
        });
        Self {
            identity: source.identity(),
            source: Arc::new(source),
            registries,
            is_whole,
        }
    }

    /// Whether it shows all of its registries.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The registries whose recordings it shows; none where it reads something else.
    pub(crate) fn registries(&self) -> &[Registry] {
        &self.registries
    }

    /// What tells the source from others, where that is known.
    pub(crate) fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Adds every series to the snapshot. A source of the user's may panic: then what it gave
    /// goes, and whatever else is to be pushed.
    pub(crate) fn gather_into(&self, snapshot: &mut Snapshot) {
        let gather = AssertUnwindSafe(|| self.source.gather_into(snapshot));
        if catch_unwind(gather).is_err() {
            snapshot.break_off();
            stats().dropped("source_panicked", 1);
            let message = format_args!("a source panicked; what it gave before is pushed");
            log::tell(Level::Warn, "source panicked", message);
        }
    }
}

impl PartialEq for Pushed {
    fn eq(&self, other: &Self) -> bool {
        match (&self.identity, &other.identity) {
            (Some(one), Some(other)) => one == other,
            _ => Arc::ptr_eq(&self.source, &other.source),
        }
    }
}

impl fmt::Debug for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pushed").field(&self.identity).finish()
    }
}
