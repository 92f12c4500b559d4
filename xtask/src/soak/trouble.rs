//! What the server goes through, again and again.

use std::fmt;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::error::Result;
use crate::victoria_metrics::Server;

/// A restart, a freeze and a kill, and the time between them.
pub(super) const CYCLE: Duration = Duration::from_secs(40);

/// Before the job's end nothing happens to the server.
pub(super) const CALM: Duration = Duration::from_secs(15);

/// What was read so many milliseconds before the server wrote all it had may have come only then, and
/// is lost when it is killed.
const UNWRITTEN: i64 = 2_000;

#[derive(Debug, Default)]
pub(super) struct Trouble {
    restarts: usize,
    freezes: usize,
    /// The times of which the server may have lost what it took.
    pub(super) kills: Vec<Range<i64>>,
}

impl Trouble {
    /// Makes trouble in whole cycles, as long as there is time for one.
    pub(super) fn make(&mut self, server: &mut Server, until: Instant) -> Result<()> {
        while Instant::now() + CYCLE < until {
            seconds(8);
            server.terminate()?;
            seconds(4);
            server.start_again()?;
            self.restarts += 1;
            seconds(8);
            server.signal("STOP")?;
            seconds(4);
            server.signal("CONT")?;
            self.freezes += 1;
            // All that waited has arrived by then: what is lost with a kill was read just before it.
            seconds(14);
            let written = milliseconds();
            server.write_down()?;
            server.kill()?;
            self.kills.push(written - UNWRITTEN..milliseconds());
            seconds(1);
            server.start_again()?;
        }
        Ok(())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            restarts, freezes, ..
        } = self;
        let kills = self.kills.len();
        write!(
            f,
            "the server was restarted {restarts} times, frozen {freezes} times, killed {kills} times"
        )
    }
}

fn seconds(seconds: u64) {
    thread::sleep(Duration::from_secs(seconds));
}

/// Of the clock that timestamps are of.
pub(super) fn milliseconds() -> i64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
