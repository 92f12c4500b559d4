//! What is kept of what cannot be delivered: settings, and the spool that they ask for.

use std::path::PathBuf;
use std::task::Waker;
use std::time::Duration;

use super::backlog::Limits;
use crate::spool::Spool;
use crate::teller::Teller;

/// What is kept, in memory and on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) buffer: Limits,
    pub(crate) spool: Option<PathBuf>,
    /// Bytes of the spool's folder.
    pub(crate) spool_size: u64,
    pub(crate) spool_period: Option<Duration>,
}

impl Keeping {
    /// Opens the spool of a destination, where there is to be one.
    pub(super) fn open_spool(
        &self,
        is_dated: bool,
        name: &str,
        teller: &Teller,
        waker: &Waker,
    ) -> Option<Spool> {
        let folder = self.spool.as_ref()?;
        if !is_dated {
            let text = "the spool keeps nothing for it: only values with timestamps of their own \
                        can be sent later, and no stream";
            teller.warn("spool", text);
            return None;
        }
        let spool = Spool::open(folder, self.spool_size, name, waker.clone());
        let told = |error| teller.warn("spool", &format!("there is no spool: {error}"));
        spool.map_err(told).ok()
    }
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
