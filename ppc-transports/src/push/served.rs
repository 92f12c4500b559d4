//! What is shown to those who come and read, for as long as a client runs and a while longer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ppc_core::{LabelSet, Source};

use crate::error::Error;

/// How metrics are served at a place of their own.
pub(crate) struct Serving {
    /// Where: at one place there can be no two.
    pub(crate) place: String,
    pub(crate) start: Box<StartServing>,
    /// How long it goes on after the end, unless it has been read once more before.
    pub(crate) linger: Duration,
}

/// Begins to serve this, with these labels.
pub(crate) type StartServing =
    dyn Fn(Arc<dyn Source>, &LabelSet) -> Result<Arc<dyn Served>, Error> + Send + Sync;

/// A server that runs; it stops when it is dropped.
pub(crate) trait Served: Send + Sync {
    /// From now on the values are final.
    fn mark_end(&self);

    /// Waits until somebody has read the final values, or until then.
    fn linger_until(&self, until: Instant);

    /// Ends the waiting, also that which is yet to begin.
    fn cut_linger(&self);
}
