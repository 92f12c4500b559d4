//! The engine of a client, sans driver: told the time and its orders, it does what is due and
//! says when to come back. It never blocks and never sleeps.

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use ppc_core::{Snapshot, unix_time};

use super::destination::{Destination, Pushing};
use super::feed::ChangeFeed;
use super::lane::Lane;
use super::orders::{Orders, Stop};
use super::schedule::Schedule;
use super::settings::Settings;
use super::stamp;
use super::stream::{Stream, Watched};
use crate::stats::tell_problems;

/// A clock that gives no new millisecond for so long stands still.
const STANDSTILL: Duration = Duration::from_millis(3);

/// How long to wait before another client is asked again whether it has ended.
const WAIT: Duration = Duration::from_millis(5);

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
    period: Duration,
    streams: bool,
    /// Since when a push waits for the clock.
    waiting: Option<Instant>,
    /// When values are stored between pushes.
    states: Option<Schedule>,
    /// The final push was ordered; it has begun once nothing is due.
    last: bool,
}

impl Engine {
    /// An engine that pushes at once, where that is wanted, and then every period; or every change,
    /// of what is `watched` for that. Senders wake it by `waker`.
    pub(crate) fn new(
        settings: Arc<Settings>,
        watched: Vec<Watched>,
        period: Duration,
        now: Instant,
        waker: &Waker,
    ) -> Self {
        let parts = settings.destinations.iter().filter_map(Destination::parts);
        let mut watched = watched.into_iter();
        let lanes: Vec<_> = parts
            .map(|parts| {
                let stream = settings.streams_to(parts).map(|stream| {
                    // Where an engine takes over from one that panicked, nothing is watched yet.
                    let watched = watched
                        .next()
                        .unwrap_or_else(|| settings.watch(stream, parts));
                    Stream::new(watched, stream, now)
                });
                let pushing = Pushing {
                    source: settings.source.identity(),
                    labels: &settings.labels,
                    streams: stream.is_some() || settings.follows(parts),
                    period,
                };
                Lane::new(parts, &pushing, stream, &settings.keeping, waker)
            })
            .collect();
        let schedule = Schedule::new(now, period);
        let states = settings
            .keeping
            .spool_period
            .map(|period| Schedule::new(now, period));
        let states = states.filter(|_| lanes.iter().any(Lane::stores_states));
        Self {
            streams: lanes.iter().any(Lane::streams),
            settings,
            lanes,
            snapshot: Snapshot::new(),
            schedule,
            period,
            waiting: None,
            states,
            last: false,
        }
    }

    /// Does what is due.
    pub(crate) fn step(&mut self, now: Instant, orders: &Orders) -> Step {
        if self.streams {
            ChangeFeed::while_sending(|| self.step_now(now, orders))
        } else {
            self.step_now(now, orders)
        }
    }

    fn step_now(&mut self, now: Instant, orders: &Orders) -> Step {
        if self.period != orders.period {
            self.period = orders.period;
            self.schedule.set_period(orders.period);
            for lane in &mut self.lanes {
                lane.set_period(orders.period);
            }
        }
        if let Some(stop) = &orders.stop {
            for lane in &mut self.lanes {
                if !self.last {
                    lane.order_last();
                }
                lane.pump(now, Some(stop.patience()));
                // The final values are newer than whatever is on its way.
                lane.make_way(now, now >= stop.patience());
            }
            self.last = true;
        } else {
            let is_due = self.schedule.tick(now);
            for lane in &mut self.lanes {
                if is_due {
                    lane.tick(now);
                }
                lane.pump(now, None);
            }
            let stores = self.states.as_mut().is_some_and(|states| states.tick(now));
            if stores && !is_due {
                self.store_states(now);
            }
        }
        let (mut wake, mut clock_is_early) = (None, false);
        for lane in &mut self.lanes {
            if lane.must_wait() {
                wake = Some(now + WAIT);
            }
        }
        if self.lanes.iter().any(Lane::is_ready)
            && let Err(pause) = self.begin(now, orders.stop.as_ref())
        {
            wake = earlier(wake, Some(now + pause));
            clock_is_early = true;
        }
        for lane in &mut self.lanes {
            wake = earlier(wake, lane.advance(now));
            wake = earlier(wake, lane.next_look());
        }
        // What was in the way of a push may be gone by now.
        if !clock_is_early && self.lanes.iter().any(Lane::is_ready) {
            wake = Some(now);
        }
        let Some(stop) = &orders.stop else {
            // What is only read by others needs no ticks.
            let tick = self.schedule.next().filter(|_| !self.lanes.is_empty());
            let store = self.states.as_ref().and_then(Schedule::next);
            return Step::Wait(earlier(wake, earlier(tick, store)));
        };
        if self.lanes.iter().all(Lane::is_over) {
            self.lanes.iter_mut().for_each(Lane::close);
            return Step::Done;
        }
        // Whatever the deadline, it begins, and as much goes as goes in one step.
        if now >= stop.deadline && !self.lanes.iter().any(Lane::is_due) {
            for lane in &mut self.lanes {
                lane.give_up(now);
                lane.close();
            }
            return Step::Done;
        }
        let until = if self.lanes.iter().any(Lane::is_due) {
            stop.patience()
        } else {
            stop.deadline
        };
        Step::Wait(earlier(wake, Some(until)))
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

    /// Stores the values between two pushes.
    fn store_states(&mut self, now: Instant) {
        // Where the clock stands still there is a push about to begin, or another time.
        let Ok(timestamp) = self.timestamp(now) else {
            return;
        };
        let Self {
            settings, snapshot, ..
        } = self;
        snapshot.start(timestamp);
        settings.gather_into(snapshot);
        for lane in &mut self.lanes {
            lane.store_state(snapshot, &settings.labels, now);
        }
    }

    /// Reads all values and hands them to every lane that is ready for them.
    fn begin(&mut self, now: Instant, stop: Option<&Stop>) -> Result<(), Duration> {
        let timestamp = self.timestamp(now)?;
        let Self {
            settings, snapshot, ..
        } = self;
        snapshot.start(timestamp);
        settings.gather_into(snapshot);
        tell_problems(snapshot);
        for lane in self.lanes.iter_mut().filter(|lane| lane.is_ready()) {
            lane.begin(snapshot, &settings.labels, now, stop);
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
