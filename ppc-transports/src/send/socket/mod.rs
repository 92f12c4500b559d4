//! Connections that are kept: over TCP, and to Unix sockets.
//!
//! Nothing here waits: sockets do not block, and where there is nothing to be done yet, the driver
//! is told when to come back. The other side's pace is that of the connection, so nothing is lost
//! while it lasts; when it breaks, whoever drives it is told what may not have arrived.

mod link;
mod place;
#[cfg(feature = "tcp")]
mod tcp;
#[cfg(feature = "unix")]
mod unix;

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use self::link::Link;
pub(crate) use self::link::Wire;
use self::place::Opening;
pub(crate) use self::place::Place;
#[cfg(feature = "tcp")]
pub(crate) use self::tcp::Tcp;
#[cfg(feature = "unix")]
pub(crate) use self::unix::Unix;
use super::backoff::Backoff;
use super::{Failure, Plan, Progress, Report, Sender, Unsure};

/// The pause before looking again whether there is room, or an answer.
const PAUSE: Duration = Duration::from_millis(1);
/// The same once that has taken a while.
const LONG_PAUSE: Duration = Duration::from_millis(10);
const A_WHILE: Duration = Duration::from_millis(100);

/// Whoever takes nothing for this long is not there any more, as far as a periodic push is
/// concerned: the connection is given up. A final push waits for as long as it may.
const STALL: Duration = Duration::from_secs(10);

/// Time for the other side to close the connection, once all of the last push has arrived there.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Sends each payload over one connection, which is made when it is needed and made again when it
/// breaks.
#[derive(Debug)]
pub(crate) struct SocketSender {
    place: Box<dyn Place>,
    link: Option<Link>,
    backoff: Backoff,
    /// When a final push has to be over.
    deadline: Option<Instant>,
    /// Payloads of this push that went into the connection at hand.
    written: usize,
    /// How many payloads of earlier pushes may not have been taken yet.
    carried: usize,
    /// The beginning of the payload at hand did.
    is_begun: bool,
    /// What may have arrived may be sent again.
    is_repeatable: bool,
    /// A connection that had been closed before this push was replaced.
    is_reopened: bool,
    /// Nothing has moved since.
    stuck: Option<Instant>,
    /// What the other side had not taken then.
    unsent: usize,
    /// Nothing more comes, and the other side knows since.
    finished: Option<Instant>,
}

impl SocketSender {
    /// A sender to this place; nothing is opened yet.
    pub(crate) fn new(place: impl Place + 'static) -> Self {
        Self {
            place: Box::new(place),
            link: None,
            backoff: Backoff::default(),
            deadline: None,
            written: 0,
            carried: 0,
            is_begun: false,
            is_repeatable: true,
            is_reopened: false,
            stuck: None,
            unsent: 0,
            finished: None,
        }
    }

    /// Makes sure of a connection.
    fn connect(&mut self, now: Instant) -> Result<&mut Link, Progress> {
        if self.link.is_none() {
            if let Some(pause) = self.backoff.wait(now) {
                return Err(Progress::Wait(pause));
            }
            match self.place.open(now) {
                Opening::Begun(socket, wire) => self.link = Some(Link::new(socket, wire, now)),
                Opening::Wait(pause) => return Err(Progress::Wait(pause)),
                Opening::Failed(failure) => return Err(self.not_reached(failure, now)),
            }
        }
        let timeout = self.place.timeout();
        let Some(link) = &mut self.link else {
            return Err(Progress::Wait(PAUSE));
        };
        match link.is_open(now, timeout) {
            Ok(true) => {}
            Ok(false) => return Err(Progress::Wait(pause(link.age(now)))),
            Err(error) => {
                let reason = "unreachable";
                return Err(self.not_reached(Failure { reason, error }, now));
            }
        }
        match link.is_closed() {
            Ok(false) => {}
            Ok(true) => {
                // Else it would be reset.
                if self.place.knows_what_was_read() {
                    self.written = 0;
                }
                return Err(self.broken(closed(), now));
            }
            Err(error) => return Err(self.broken(error, now)),
        }
        self.link.as_mut().ok_or(Progress::Wait(PAUSE))
    }

    /// There is no connection to be had.
    fn not_reached(&mut self, failure: Failure, now: Instant) -> Progress {
        self.link = None;
        if self.place.failed(now) {
            return Progress::Wait(Duration::ZERO);
        }
        self.place.begin();
        let pause = self.backoff.fail(now, None);
        Progress::Retry(self.named(failure), pause)
    }

    /// The connection is gone, and with it what was written last.
    fn broken(&mut self, error: io::Error, now: Instant) -> Progress {
        self.give_up(
            Failure {
                reason: "broken",
                error,
            },
            now,
        )
    }

    fn give_up(&mut self, failure: Failure, now: Instant) -> Progress {
        let is_carrying = std::mem::take(&mut self.carried) > 0 && self.is_repeatable;
        let at_risk = self.is_begun || self.written > 0 || self.finished.is_some() || is_carrying;
        if let Some(link) = self.link.take() {
            link.abandon();
        }
        (self.stuck, self.finished) = (None, None);
        let unsure = Unsure {
            sent: std::mem::take(&mut self.written),
            begun: std::mem::take(&mut self.is_begun),
        };
        // Between two pushes a server may end what is idle, or start anew.
        if !at_risk && !std::mem::replace(&mut self.is_reopened, true) {
            return Progress::Wait(Duration::ZERO);
        }
        // Perhaps another address is better, but behind the pause all of them are to be tried.
        self.place.failed(now);
        self.place.begin();
        let pause = self.backoff.fail(now, None);
        let failure = self.named(failure);
        if unsure == Unsure::default() && !is_carrying {
            Progress::Retry(failure, pause)
        } else {
            Progress::Broken(failure, pause, unsure)
        }
    }

    fn named(&self, failure: Failure) -> Failure {
        let Failure { reason, error } = failure;
        let error = io::Error::new(error.kind(), format!("{}: {error}", self.place.name()));
        Failure { reason, error }
    }

    /// The other side has no room.
    fn wait(&mut self, now: Instant) -> Progress {
        let stuck = now.saturating_duration_since(*self.stuck.get_or_insert(now));
        if stuck > STALL && self.deadline.is_none() {
            let error = io::Error::new(ErrorKind::TimedOut, "the receiver does not read");
            let reason = "stalled";
            return self.give_up(Failure { reason, error }, now);
        }
        Progress::Wait(pause(stuck))
    }

    /// Writes as much of a payload as there is room for. Returns whether that was all of it.
    fn write(&mut self, payload: &[u8], now: Instant) -> Result<bool, Progress> {
        let is_begun = self.is_begun;
        let link = self.connect(now)?;
        let (mut mended, mut wrote) = (Ok(0), Ok(0));
        let is_done = if link.is_torn() {
            mended = link.mend();
            is_begun && !link.is_torn()
        } else {
            false
        };
        if !is_done && mended.is_ok() && !link.is_torn() {
            wrote = link.write(payload);
        }
        let is_torn = link.is_torn();
        let (mended, wrote) = match mended.and_then(|mended| Ok((mended, wrote?))) {
            Ok(moved) => moved,
            Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) => {
                let text = format!("a line of {} bytes: {error}", payload.len());
                let error = io::Error::new(error.kind(), text);
                let reason = "too_long";
                return Err(Progress::Dropped(self.named(Failure { reason, error })));
            }
            Err(error) => return Err(self.broken(error, now)),
        };
        if mended + wrote > 0 {
            self.stuck = None;
        }
        self.is_begun |= wrote > 0;
        Ok(is_done || wrote > 0 && !is_torn)
    }
}

impl Sender for SocketSender {
    fn begin(&mut self, plan: Plan) {
        (self.deadline, self.is_repeatable) = (plan.deadline, plan.repeatable);
        (self.written, self.is_begun, self.is_reopened) = (0, false, false);
        (self.stuck, self.finished) = (None, None);
        self.place.begin();
        // There is no later than the last push.
        if self.deadline.is_some() {
            self.backoff.reset();
        }
    }

    fn send(&mut self, payload: &[u8], now: Instant) -> Progress {
        match self.write(payload, now) {
            Ok(true) => {
                self.written += 1;
                self.is_begun = false;
                Progress::Sent
            }
            Ok(false) => self.wait(now),
            Err(progress) => progress,
        }
    }

    /// Waits until the other side has taken everything, so that what a connection loses that breaks
    /// later is known to be none of this.
    fn settle(&mut self, now: Instant) -> Progress {
        let must_settle = self.written > 0 || self.deadline.is_some();
        let link = self.link.as_mut();
        let Some(link) = link.filter(|link| must_settle || link.is_torn()) else {
            return Progress::Sent;
        };
        // Of an older push, and there is nothing newer.
        if link.is_torn() {
            match link.mend() {
                Ok(0) => return self.wait(now),
                Ok(_) => self.stuck = None,
                Err(error) => return self.broken(error, now),
            }
            return Progress::Wait(Duration::ZERO);
        }
        let is_closed = match link.is_closed() {
            Ok(is_closed) => is_closed,
            Err(error) => return self.broken(error, now),
        };
        let left = link.unsent().unwrap_or(0);
        if is_closed && !self.place.knows_what_was_read() && (self.finished.is_none() || left > 0) {
            return self.broken(closed(), now);
        }
        if left > 0 {
            if left < self.unsent {
                self.stuck = None;
            }
            self.unsent = left;
            return self.wait(now);
        }
        if let Some(deadline) = self.deadline
            && !is_closed
            && !self.place.knows_what_was_read()
        {
            let Some(finished) = self.finished else {
                if let Err(error) = link.finish() {
                    return self.broken(error, now);
                }
                self.finished = Some(now);
                return Progress::Wait(Duration::ZERO);
            };
            let time = deadline.saturating_duration_since(finished) / 2;
            if now.saturating_duration_since(finished) < time.min(LAST_WORD) {
                return Progress::Wait(PAUSE);
            }
        }
        self.backoff.reset();
        self.carried = 0;
        Progress::Sent
    }

    fn end(&mut self) -> Report {
        let sent = match &self.link {
            Some(link) if link.unsent() != Some(0) => self.written,
            _ => 0,
        };
        let begun = self.is_begun;
        if self.deadline.is_some()
            && let Some(link) = self.link.take()
        {
            link.abandon();
        }
        self.carried += sent + usize::from(begun);
        (self.written, self.is_begun) = (0, false);
        Report {
            unsure: Unsure { sent, begun },
            ..Report::default()
        }
    }

    fn must_settle(&self) -> bool {
        let is_taken = |link: &Link| link.unsent() == Some(0);
        let has_sent = self.written > 0 && !self.link.as_ref().is_some_and(is_taken);
        !self.is_repeatable && (self.is_begun || has_sent)
    }

    fn is_between_tries(&self) -> bool {
        self.link.is_none() && self.backoff.is_set()
    }
}

/// The pause for what has taken this long.
fn pause(waited: Duration) -> Duration {
    if waited > A_WHILE { LONG_PAUSE } else { PAUSE }
}

fn closed() -> io::Error {
    io::Error::new(
        ErrorKind::ConnectionReset,
        "the receiver closed the connection",
    )
}

#[cfg(test)]
mod tests;
