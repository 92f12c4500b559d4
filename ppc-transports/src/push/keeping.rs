//! What is kept of what cannot be delivered: settings.

use std::path::PathBuf;
use std::time::Duration;

use super::backlog::Limits;

/// What is kept, in memory and on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) buffer: Limits,
    pub(crate) spool: Option<PathBuf>,
    /// Bytes of the spool's folder.
    pub(crate) spool_size: u64,
    pub(crate) spool_period: Option<Duration>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self {
            buffer: Limits {
                bytes: 16 * 1024 * 1024,
                age: Duration::from_hours(1),
            },
            spool: None,
            spool_size: 256 * 1024 * 1024,
            spool_period: None,
        }
    }
}
