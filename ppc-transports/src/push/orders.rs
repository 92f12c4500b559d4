//! What the users of a client want of it, told to its driver.

use std::time::{Duration, Instant};

/// What the users of a client want of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    /// The shortest period any of them asked for.
    pub(crate) period: Duration,
    /// Set once the last of them is gone: the final push.
    pub(crate) stop: Option<Stop>,
}

/// The final push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// When it was ordered.
    pub(crate) ordered: Instant,
    /// When it has to be over.
    pub(crate) deadline: Instant,
    /// Every use of the client returned, and none with an `Err`.
    pub(crate) succeeded: bool,
}

impl Stop {
    /// Until then, what is on its way may settle.
    pub(crate) fn patience(&self) -> Instant {
        self.ordered + self.deadline.saturating_duration_since(self.ordered) / 2
    }
}
