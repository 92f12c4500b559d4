//! What a client may take of the server.

use std::time::Duration;

/// A deadline must be a point in time; a century is as good as for ever.
pub(super) const LONGEST: Duration = Duration::from_hours(876_000);

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connections: usize,
    pub(super) header_size: usize,
    pub(super) headers: usize,
    pub(super) header_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) answer_timeout: Duration,
    pub(super) stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            header_size: 16 * 1024,
            headers: 100,
            header_timeout: Duration::from_secs(10),
            // Longer than the usual pauses between scrapes.
            idle_timeout: Duration::from_mins(2),
            answer_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(5),
        }
    }
}
