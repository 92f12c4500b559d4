//! Places: bytes to a server, one kind of place a file. Knows no metric and no format.
//!
//! A sender never blocks: where it has to wait, for a name, for a receiver or for its own rate,
//! it says how long, and whoever drives it comes back.

mod address;
#[cfg(any(
    feature = "http",
    feature = "tcp",
    feature = "unix",
    feature = "redis",
    feature = "sqlite"
))]
mod backoff;
#[cfg(feature = "textfile")]
mod file;
#[cfg(feature = "http")]
mod http;
mod pace;
#[cfg(all(feature = "udp", target_os = "linux"))]
mod queue;
#[cfg(all(feature = "udp", not(target_os = "linux")))]
#[path = "no_queue.rs"]
mod queue;
mod resolve;
#[cfg(any(feature = "tcp", feature = "unix"))]
mod socket;
#[cfg(feature = "udp")]
mod udp;

use std::fmt;
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

pub use address::Address;
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub(crate) use backoff::Backoff;
#[cfg(feature = "textfile")]
pub(crate) use file::{FileSender, write_file};
#[cfg(feature = "http")]
pub(crate) use http::{
    Answer, Credentials, DeleteAtEnd, Flight, Habits, HttpSender, Proxy, Requester, Route, Target,
    TlsOptions, Trouble, Verdict, header, is_sensitive, place,
};
#[cfg(feature = "http")]
pub use http::{HttpHandler, HttpRequest, HttpResponse};
#[cfg(feature = "tcp")]
pub(crate) use socket::Tcp;
#[cfg(feature = "unix")]
pub(crate) use socket::Unix;
#[cfg(any(feature = "tcp", feature = "unix"))]
pub(crate) use socket::{SocketSender, Wire};
#[cfg(feature = "udp")]
pub use udp::{UdpOptions, UdpSender};

/// Takes the payloads of one push after the other to one place.
pub trait Sender: fmt::Debug + Send {
    /// A push begins; what was left of the one before is given up.
    fn begin(&mut self, plan: Plan);

    /// Sends one payload, or says why not.
    fn send(&mut self, payload: &[u8], now: Instant) -> Progress;

    /// Nothing of the push is left to be sent. Waits until it is known what became of it, where
    /// that can be known: `Progress::Sent` in the end.
    fn settle(&mut self, _now: Instant) -> Progress {
        Progress::Sent
    }

    /// The push ended: what became known of it that no single payload told.
    fn end(&mut self) -> Report;

    /// Whether this push is, in place of its payloads, one request of the sender's own, which
    /// `send` makes for the empty payload: what was pushed is taken away again, say.
    fn closes(&self, _plan: &Plan) -> bool {
        false
    }

    /// Whether nothing is on its way, because the last try failed and the next is not due yet.
    fn is_between_tries(&self) -> bool {
        false
    }

    /// Whether this push goes no faster than a receiver is thought to read, who does not say so.
    fn is_paced(&self) -> bool {
        false
    }

    /// Whether a payload is on its way that must not be given up lightly, because its fate would
    /// be unknown then.
    fn must_settle(&self) -> bool {
        false
    }
}

/// What a sender should know of a push beforehand.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with each other"
)]
pub struct Plan {
    /// How many payloads there will be.
    pub payloads: usize,
    /// Whether the receiver hears of many of these series for the first time, for which
    /// receivers need longer.
    pub new_series: bool,
    /// When the push began.
    pub start: Instant,
    /// When a final push has to be over.
    pub deadline: Option<Instant>,
    /// A final push, and every use of the client ended well.
    pub succeeded: bool,
    /// What may have arrived can be sent once more without harm.
    pub repeatable: bool,
    /// What is given up of it is sent later: what is on its way had better settle, or would be sent
    /// twice.
    pub kept: bool,
}

impl Plan {
    /// The time in which a final push should be through: four fifths of what it has.
    pub(crate) fn time(&self) -> Option<Duration> {
        Some(
            self.deadline?
                .saturating_duration_since(self.start)
                .mul_f64(0.8),
        )
    }

    /// Payloads a second that are needed for that; 0 where there is no hurry.
    pub(crate) fn rate_to_be_in_time(&self) -> f64 {
        let seconds = self.time().map(|time| time.as_secs_f64());
        seconds.map_or(0.0, |seconds| self.payloads as f64 / seconds.max(0.001))
    }
}

/// What became of a payload.
#[derive(Debug)]
pub enum Progress {
    /// It is on its way.
    Sent,
    /// Not yet: to be tried again after this time, or when the sender's waker is woken.
    Wait(Duration),
    /// It did not arrive, and is to be tried again after this time, unless there is something
    /// newer by then.
    Retry(Failure, Duration),
    /// The connection broke. The payload is to be sent again after this time, unless there is
    /// something newer by then, and so is what of this push went into that connection.
    Broken(Failure, Duration, Unsure),
    /// Parts of it, ranges of its bytes, are done with: they arrived, or never will. The rest, where
    /// there is any, is to be tried again after this time, unless there is something newer by then.
    Partly(Vec<Part>, Option<(Failure, Duration)>),
    /// It is too large for the other side, which may take it in parts.
    TooLarge(Failure),
    /// Whether it arrived cannot be known; it is not to be sent again.
    Unknown(Failure),
    /// This one cannot be sent; the next may.
    Dropped(Failure),
    /// Nobody is there: neither this one nor any other of this push can be sent, and a later push
    /// may be.
    Absent(Failure),
    /// Neither this one nor any other of this push can be sent.
    Failed(Failure),
}

/// A part of a payload that is done with.
#[derive(Debug)]
pub struct Part {
    /// Where it stands in the payload.
    pub range: Range<usize>,
    /// Why it never arrives, where it does not.
    pub lost: Option<Failure>,
}

/// What of a push may have arrived or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsure {
    /// How many payloads were sent last and have not been taken by the other side yet.
    pub sent: usize,
    /// The payload at hand was sent in part, of which some lines may be whole. The rest follows
    /// where the connection is kept, whatever comes next.
    pub begun: bool,
}

/// Why something was not sent.
#[derive(Debug)]
pub struct Failure {
    /// One word for counting and for telling causes apart.
    pub reason: &'static str,
    /// What the system said.
    pub error: io::Error,
}

/// What became known at the end of a push.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// How many payloads the other side refused after they were sent.
    pub refused: u64,
    /// How many payloads went faster than the receiver was known to read, because the final push
    /// ran out of time.
    pub hurried: u64,
    /// Whether the payload at hand arrived cannot be known; it is not to be sent again.
    pub unknown: bool,
    /// What is on its way.
    pub unsure: Unsure,
}
