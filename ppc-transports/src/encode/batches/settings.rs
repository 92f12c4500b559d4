//! What is said of every chunk.

use std::time::Duration;

/// What is said of every chunk.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BatchSettings {
    /// How long the store keeps a series that nobody tells anything of; for ever, where there is
    /// none.
    pub(crate) ttl: Option<Duration>,
    /// How long it keeps what goes with its process, where that process says no more.
    pub(crate) lease: Duration,
    /// How the process is called.
    pub(crate) instance: String,
    /// What was removed up to this moment, before there was an encoder, is none of its; see
    /// [`ppc_core::removals::want`].
    pub(crate) removals_after: u64,
}
