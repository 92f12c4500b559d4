//! When the next push is due: a fixed schedule, without drift.

use std::time::{Duration, Instant};

/// The shortest period: timestamps of pushes are at least this far apart.
const SHORTEST: Duration = Duration::from_millis(1);

/// Ticks at whole periods after the start, whatever a push takes; a tick that was missed is
/// skipped.
#[derive(Debug)]
pub(crate) struct Schedule {
    last: Instant,
    period: Duration,
}

impl Schedule {
    /// A schedule whose first tick is one period from now.
    pub(crate) fn new(now: Instant, period: Duration) -> Self {
        Self {
            last: now,
            period: period.max(SHORTEST),
        }
    }

    /// When the next tick is due; never, where that lies beyond what a clock can say.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.last.checked_add(self.period)
    }

    /// Whether a tick is due now; takes it, and with it all that were missed.
    pub(crate) fn tick(&mut self, now: Instant) -> bool {
        let Some(next) = self.next().filter(|next| now >= *next) else {
            return false;
        };
        let missed = now.duration_since(next).as_nanos() / self.period.as_nanos();
        let missed = u32::try_from(missed).unwrap_or(u32::MAX);
        self.last = next + self.period.saturating_mul(missed);
        true
    }

    /// Changes the period, counted from the last tick.
    pub(crate) fn set_period(&mut self, period: Duration) {
        self.period = period.max(SHORTEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_neither_drift_nor_bunch() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut schedule = Schedule::new(start, Duration::from_millis(100));
        assert!(!schedule.tick(at(99)));
        assert!(schedule.tick(at(107)), "late");
        assert_eq!(schedule.next(), Some(at(200)), "no drift");
        assert!(schedule.tick(at(555)), "three were missed");
        assert!(!schedule.tick(at(556)));
        assert_eq!(schedule.next(), Some(at(600)));
        schedule.set_period(Duration::from_millis(30));
        assert!(
            schedule.tick(at(556)),
            "a shorter period counts from the last tick"
        );
        assert_eq!(schedule.next(), Some(at(560)));
    }

    #[test]
    fn a_period_is_never_so_short_that_nothing_else_is_done() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, Duration::from_nanos(1));
        schedule.set_period(Duration::ZERO);
        assert!(!schedule.tick(start + Duration::from_micros(999)));
        assert!(schedule.tick(start + Duration::from_hours(1)));
        assert_eq!(
            schedule.next(),
            Some(start + Duration::from_hours(1) + SHORTEST)
        );
    }

    #[test]
    fn a_period_longer_than_the_clock_never_ticks() {
        let now = Instant::now();
        let mut schedule = Schedule::new(now, Duration::MAX);
        assert_eq!(schedule.next(), None);
        assert!(!schedule.tick(now));
    }
}
