//! Whether the process ends without anybody who waits going on.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::os::signals;

/// True from the moment on that a panic is to abort the process.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// A panic is about to abort the process.
pub(super) fn tell() {
    PANICKED.store(true, Ordering::Release);
}

/// Whether a signal or a panic is about to end the process.
pub(super) fn is_sudden() -> bool {
    signals::is_ending() || PANICKED.load(Ordering::Acquire)
}
