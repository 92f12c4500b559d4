//! When to push again to a place that is told of changes as soon as can be.

use std::time::{Duration, Instant};

/// Between two looks at the values, at the least.
const LOOK: Duration = Duration::from_millis(10);

/// Looking takes no more than this part of the time.
const SHARE: u32 = 10;

/// Looks at all values again and again: what changed in between goes together.
#[derive(Debug, Default)]
pub(super) struct Soon {
    next: Option<Instant>,
}

impl Soon {
    /// Whether it is time.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }

    /// When it is time.
    pub(super) fn next(&self) -> Instant {
        self.next.unwrap_or_else(Instant::now)
    }

    /// A look, which began at this time, is over.
    pub(super) fn looked(&mut self, began: Instant) {
        let took = began.elapsed();
        self.next = Some(began + took + LOOK.max(took.saturating_mul(SHARE)));
    }
}
