//! When to try again: exponentially later, at random, and not before the server wants it.

use std::time::{Duration, Instant};

/// The first pause.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause of our own choice.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest that a server may ask for.
const MOST: Duration = Duration::from_hours(1);

/// What is known of a server's failures.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    not_before: Option<Instant>,
}

impl Backoff {
    /// How long to wait before the next try.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        let left = self.not_before?.saturating_duration_since(now);
        (!left.is_zero()).then_some(left)
    }

    /// Whether the last try failed.
    pub(crate) fn is_set(&self) -> bool {
        self.not_before.is_some()
    }

    /// Notes a failure, and says when to try again. `asked` is what the server wants to be waited.
    pub(crate) fn fail(&mut self, now: Instant, asked: Option<Duration>) -> Duration {
        let longest = FIRST
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST);
        self.failures += 1;
        // Half of it at random, so that those who failed together come back one by one.
        let own = longest.mul_f64(0.5 + fastrand::f64() / 2.0);
        let pause = own.max(asked.unwrap_or_default().min(MOST));
        self.not_before = Some(now + pause);
        pause
    }

    /// Forgets all failures: the server is well, or there is no time to be polite.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_at_random() {
        let (mut backoff, now) = (Backoff::default(), Instant::now());
        assert_eq!(backoff.wait(now), None);
        let mut longest = FIRST;
        for _ in 0..20 {
            let pause = backoff.fail(now, None);
            assert!(
                longest / 2 <= pause && pause <= longest,
                "{pause:?} of {longest:?}"
            );
            assert_eq!(backoff.wait(now), Some(pause));
            assert_eq!(backoff.wait(now + pause), None);
            longest = (longest * 2).min(LONGEST);
        }
        backoff.reset();
        assert_eq!(backoff.wait(now), None);
        assert!(backoff.fail(now, None) <= FIRST);
    }

    #[test]
    fn the_server_is_waited_for_within_reason() {
        let now = Instant::now();
        let pause = |asked| Backoff::default().fail(now, Some(asked));
        assert_eq!(pause(Duration::from_secs(7)), Duration::from_secs(7));
        assert_eq!(pause(Duration::from_hours(9)), MOST);
        assert!(pause(Duration::ZERO) >= FIRST / 2);
    }
}
