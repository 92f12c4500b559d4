//! Who is about to abort the process.

use super::ThreadId;

/// A thread that aborts, and waits for the last push.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aborting {
    /// It goes no further than this.
    pub(crate) thread: ThreadId,
    /// It does so because it panics.
    pub(crate) panicked: bool,
}
