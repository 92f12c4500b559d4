//! The time of day and the time that passes; the only place of this crate that asks for them.

pub(crate) use std::time::Instant;
use std::time::{Duration, SystemTime};

/// Time since the Unix epoch; zero on a machine whose clock stands before it.
pub fn unix_time() -> Duration {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}

/// A point in time to measure from.
#[inline]
pub(crate) fn now() -> Instant {
    Instant::now()
}
