//! How fast payloads go where nothing tells how fast the other side reads.

use std::time::{Duration, Instant};

/// A token bucket that does not catch up: time that passed unused, under a late timer or a busy
/// machine, is not made up for by a burst, because the receiver's queue knows nothing of it.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Payloads that go together.
    burst: u32,
    /// From one burst to the next.
    interval: Duration,
    left: u32,
    next: Option<Instant>,
}

/// Bursts are this far apart at most while there is more than one payload in each: a timer
/// cannot do much better.
const GRAIN: Duration = Duration::from_micros(250);

impl Pace {
    /// So many payloads a second.
    pub(crate) fn per_second(rate: f64) -> Self {
        let burst = (rate * GRAIN.as_secs_f64()).round().clamp(1.0, 1e6);
        let interval = Duration::try_from_secs_f64(burst / rate).unwrap_or(Duration::MAX);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        Self {
            burst: burst as u32,
            interval,
            left: 0,
            next: None,
        }
    }

    /// How long to wait before the next payload may go; nothing where it may go now.
    pub(crate) fn wait(&mut self, now: Instant) -> Option<Duration> {
        if self.left == 0 {
            if let Some(next) = self.next.filter(|next| *next > now) {
                return Some(next - now);
            }
            self.left = self.burst;
            self.next = now.checked_add(self.interval);
        }
        None
    }

    /// A payload went.
    pub(crate) fn spend(&mut self) {
        self.left = self.left.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `count` payloads go within a second of a clock that ticks every `tick`.
    fn sent_in_a_second(rate: f64, tick: Duration) -> u32 {
        let mut pace = Pace::per_second(rate);
        let start = Instant::now();
        let (mut now, mut sent) = (start, 0);
        while now < start + Duration::from_secs(1) {
            if let Some(wait) = pace.wait(now) {
                now += wait.max(tick);
            } else {
                pace.spend();
                sent += 1;
            }
        }
        sent
    }

    #[test]
    fn the_rate_is_kept() {
        assert_eq!(sent_in_a_second(500.0, Duration::ZERO), 500);
        assert_eq!(sent_in_a_second(2_000.0, Duration::ZERO), 2_000);
        assert_eq!(sent_in_a_second(100_000.0, Duration::ZERO), 100_000);
        assert_eq!(sent_in_a_second(0.5, Duration::ZERO), 1);
    }

    #[test]
    fn a_late_timer_is_not_caught_up_with() {
        assert!(sent_in_a_second(2_000.0, Duration::from_millis(100)) <= 11);
    }
}
