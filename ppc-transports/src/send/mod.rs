//! Places: bytes to a server, one kind of place a file. Knows no metric and no format.
//!
//! A sender never blocks: where it has to wait, for a name, for a receiver or for its own rate,
//! it says how long, and whoever drives it comes back.

mod address;
mod pace;
#[cfg(all(feature = "udp", target_os = "linux"))]
mod queue;
#[cfg(all(feature = "udp", not(target_os = "linux")))]
#[path = "no_queue.rs"]
mod queue;
mod resolve;
#[cfg(feature = "udp")]
mod udp;

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

pub use address::Address;
#[cfg(feature = "udp")]
pub use udp::{UdpOptions, UdpSender};

/// Takes the payloads of one push after the other to one place.
pub trait Sender: fmt::Debug + Send {
    /// A push begins; what was left of the one before is given up.
    fn begin(&mut self, plan: Plan);

    /// Sends one payload, or says why not.
    fn send(&mut self, payload: &[u8], now: Instant) -> Progress;

    /// The push ended: what became known of it that no single payload told.
    fn end(&mut self) -> Report;
}

/// What a sender should know of a push beforehand.
#[derive(Clone, Copy, Debug)]
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
    /// Not yet: to be tried again after this time.
    Wait(Duration),
    /// This one cannot be sent; the next may.
    Dropped(Failure),
    /// Neither this one nor any other of this push can be sent.
    Failed(Failure),
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
}
