//! How long is measured.

use std::time::Duration;

/// How often and how long each row of a case is measured.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    /// What a round of one row takes.
    pub(crate) round: Duration,
    /// What a phase takes in which look-ups are timed one by one.
    pub(crate) phase: Duration,
    /// How many series the gathers read.
    pub(crate) gathered: &'static [usize],
    /// How many threads live one after another.
    pub(crate) short_lives: usize,
    /// How often and how long all that is recorded is sent.
    pub(crate) drains: usize,
    pub(crate) drain: Duration,
    /// How often and how long each server is scraped.
    pub(crate) scrapes: usize,
    pub(crate) scrape: Duration,
}

impl Effort {
    /// For a first look: half a minute for all cases.
    pub(crate) const QUICK: Self = Self {
        rounds: 9,
        round: Duration::from_millis(2),
        phase: Duration::from_millis(200),
        gathered: &[100_000],
        short_lives: 1_000,
        drains: 1,
        drain: Duration::from_millis(200),
        scrapes: 1,
        scrape: Duration::from_secs(1),
    };
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            rounds: 51,
            round: Duration::from_millis(3),
            phase: Duration::from_millis(500),
            gathered: &[100_000, 1_000_000],
            short_lives: 10_000,
            drains: 5,
            drain: Duration::from_secs(1),
            scrapes: 5,
            scrape: Duration::from_secs(2),
        }
    }
}
