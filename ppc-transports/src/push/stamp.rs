//! Timestamps that differ by at least a millisecond from push to push, because servers that keep
//! milliseconds would store two values for one instant, and the final one might not be the one
//! that counts.

use std::sync::Mutex;
use std::time::Duration;

use crate::lock::lock;
use crate::os::PerProcess;

/// The least distance of two timestamps.
const STEP: Duration = Duration::from_millis(1);

/// A clock that is behind the last timestamp by no more than this is being slewed, or stands still;
/// one that is further behind was set back.
const SLEWED: Duration = Duration::from_secs(1);

/// The last timestamp that was given out, for the whole process: clients come and go within a
/// millisecond, and push the same registry.
static LAST: PerProcess<Mutex<Duration>> = PerProcess::new();

/// Takes `now`, the time of day, as a timestamp, or says how long to wait until it is late enough.
pub(crate) fn take(now: Duration) -> Result<Duration, Duration> {
    take_after(&mut lock(LAST.get()), now)
}

/// The earliest timestamp that there can be, whatever the clock says.
pub(crate) fn next() -> Duration {
    let mut last = lock(LAST.get());
    *last += STEP;
    *last
}

fn take_after(last: &mut Duration, now: Duration) -> Result<Duration, Duration> {
    match (*last + STEP).checked_sub(now) {
        Some(early) if !early.is_zero() && early <= SLEWED => Err(early.min(STEP)),
        // A clock that was set back is believed: waiting for it could take for ever.
        _ => {
            *last = now;
            Ok(now)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_a_millisecond_apart() {
        let micros = Duration::from_micros;
        let second = micros(1_000_000);
        let mut last = Duration::ZERO;
        assert_eq!(take_after(&mut last, 9 * second), Ok(9 * second));
        let soon = 9 * second + micros(300);
        assert_eq!(take_after(&mut last, soon), Err(micros(700)));
        let later = 9 * second + STEP;
        assert_eq!(take_after(&mut last, later), Ok(later));
        assert_eq!(take_after(&mut last, later), Err(STEP), "it stands still");
        let back = 8 * second + second / 2;
        assert_eq!(
            take_after(&mut last, back),
            Err(STEP),
            "a little back: step by step"
        );
        assert_eq!(
            take_after(&mut last, 5 * second),
            Ok(5 * second),
            "set back"
        );
    }
}
