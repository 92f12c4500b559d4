//! The engine of a client, sans driver: told the time and its orders, it does what is due and
//! says when to come back. It never blocks and never sleeps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ppc_core::{Snapshot, register_eager, unix_time};

use super::lane::Lane;
use super::schedule::Schedule;
use super::settings::Settings;
use super::stamp;
use super::stats::{client_metrics, tell_problems};
use crate::log;

/// A clock that gives no new millisecond for so long stands still.
const STANDSTILL: Duration = Duration::from_millis(3);

/// What the users of a client want of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orders {
    /// The shortest period any of them asked for.
    pub(crate) period: Duration,
    /// Set once the last of them is gone: the final push, over by then.
    pub(crate) stop: Option<Instant>,
}

/// When to call again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// At this time, or when orders change; never by itself, where no time is said.
    Wait(Option<Instant>),
    /// Never: the final push is over.
    Done,
}

pub(crate) struct Engine {
    settings: Arc<Settings>,
    lanes: Vec<Lane>,
    snapshot: Snapshot,
    schedule: Schedule,
    /// A push is to begin as soon as the clock allows it.
    due: bool,
    /// Since when a push waits for the clock.
    waiting: Option<Instant>,
    /// The final push was ordered; it has begun once nothing is due.
    last: bool,
}

impl Engine {
    /// An engine that pushes at once, and then every period.
    pub(crate) fn new(settings: Arc<Settings>, period: Duration, now: Instant) -> Self {
        let parts = settings
            .destinations
            .iter()
            .filter_map(|destination| destination.parts().ok());
        let lanes = parts.map(Lane::new).collect();
        let schedule = Schedule::new(now, period);
        Self {
            settings,
            lanes,
            snapshot: Snapshot::new(),
            schedule,
            due: true,
            waiting: None,
            last: false,
        }
    }

    /// Does what is due.
    pub(crate) fn step(&mut self, now: Instant, orders: &Orders) -> Step {
        self.schedule.set_period(orders.period);
        match orders.stop {
            Some(_) if !self.last => {
                // The final values are newer than whatever is on its way.
                for lane in &mut self.lanes {
                    lane.supersede(now);
                }
                (self.last, self.due) = (true, true);
            }
            Some(_) => {}
            None => self.due |= self.schedule.tick(now),
        }
        let mut wake = None;
        if self.due {
            match self.begin(now, orders.stop) {
                Ok(()) => self.due = false,
                Err(pause) => wake = Some(now + pause),
            }
        }
        for lane in &mut self.lanes {
            wake = earlier(wake, lane.advance(now));
        }
        let Some(deadline) = orders.stop else {
            return Step::Wait(earlier(wake, self.schedule.next()));
        };
        if !self.due && self.lanes.iter().all(Lane::is_idle) {
            return Step::Done;
        }
        // Whatever the deadline, it begins, and as much goes as goes in one step.
        if now >= deadline && !self.due {
            for lane in &mut self.lanes {
                lane.give_up(now);
            }
            return Step::Done;
        }
        Step::Wait(earlier(wake, Some(deadline)))
    }

    /// A timestamp that differs from the last one, or how long to wait for one.
    fn timestamp(&mut self, now: Instant) -> Result<Duration, Duration> {
        let stamp = stamp::take(unix_time());
        match stamp {
            Ok(_) => self.waiting = None,
            // The clock of the machine stands still.
            Err(_) if now.duration_since(*self.waiting.get_or_insert(now)) > STANDSTILL => {
                self.waiting = None;
                return Ok(stamp::next());
            }
            Err(_) => {}
        }
        stamp
    }

    /// Reads all values and hands them to every lane that is free; a lane that is still busy
    /// with older ones skips these.
    fn begin(&mut self, now: Instant, deadline: Option<Instant>) -> Result<(), Duration> {
        if self.lanes.iter().all(|lane| !lane.is_idle()) {
            return Ok(());
        }
        let timestamp = self.timestamp(now)?;
        // Their defaults are a user's code, which may be what is exiting.
        if !log::is_silent_here() {
            register_eager();
        }
        let Self {
            settings, snapshot, ..
        } = self;
        snapshot.start(timestamp);
        settings.source.gather_into(snapshot);
        if let Some(job) = &settings.job {
            job.registry().gather_into(snapshot);
        }
        if settings.client_metrics {
            client_metrics().gather_into(snapshot);
        }
        tell_problems(snapshot);
        for lane in self.lanes.iter_mut().filter(|lane| lane.is_idle()) {
            lane.begin(snapshot, &settings.labels, now, deadline);
        }
        Ok(())
    }
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
