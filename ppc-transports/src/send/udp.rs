//! Datagrams over UDP: as fast as a receiver on this machine reads them, and no faster than most
//! receivers elsewhere can.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::queue::QueueReader;
use super::resolve::{Answer, LOOKUP_PAUSE, Lookup};
use super::{Address, Failure, Plan, Progress, Report, Sender};

/// Datagrams a second while many series are new to the receiver: twice that loses 0.75% at
/// `VictoriaMetrics`, which then stalls up to 90 ms at a time.
const NEW_SERIES_RATE: f64 = 500.0;
/// Datagrams a second to receivers that know the series.
const RATE: f64 = 2_000.0;

/// Datagrams to a receiver on this machine between two looks at its queue, at most.
const BURST: u32 = 32;
/// How much of its queue they may take, with what is in it before: less than two thirds.
const BURST_SHARE: f64 = 0.6;
/// The pause while its queue is more than a quarter full.
const QUEUE_PAUSE: Duration = Duration::from_micros(200);
/// A receiver that leaves its queue that full for this long does not read at all, as far as a
/// periodic push is concerned: the next one will have newer values. A final push has no next one,
/// and waits for as long as it may.
const STALL: Duration = Duration::from_secs(5);

/// The pause while the kernel has no room for another datagram of ours.
const KERNEL_PAUSE: Duration = Duration::from_millis(1);

/// Settings of a [`UdpSender`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UdpOptions {
    /// Datagrams a second at most, wherever the receiver is. By default a receiver on this
    /// machine gets them as fast as it reads, and one elsewhere 500 a second while many series
    /// are new to it and 2,000 a second later.
    pub rate: Option<f64>,
}

/// Sends each payload as a datagram.
#[derive(Debug)]
pub struct UdpSender {
    address: Address,
    lookup: Lookup,
    options: UdpOptions,
    link: Option<Link>,
    /// How many addresses the host has, which of them is in use, and how many were tried in this
    /// push.
    addresses: usize,
    choice: usize,
    tried: usize,
    flow: Flow,
    /// The rate of this push is above the one that most receivers are known to read.
    hurried: bool,
    plan: Option<Plan>,
    report: Report,
}

/// A connected socket.
#[derive(Debug)]
struct Link {
    socket: UdpSocket,
    peer: SocketAddr,
    /// On this machine, where a refusal is known at once.
    is_local: bool,
    queue: Option<QueueReader>,
    /// A datagram has gone and was not refused.
    proven: bool,
}

/// What decides when the next datagram may go.
#[derive(Debug)]
enum Flow {
    /// The receiver's queue; `full` since when.
    Queue {
        left: u32,
        full: Option<Instant>,
    },
    Rate(Pace),
    /// The end is near: everything goes at once.
    Hurry,
}

impl UdpSender {
    /// A sender to this address; nothing is looked up or opened yet.
    pub fn new(address: Address, options: UdpOptions) -> Self {
        let lookup = Lookup::new(&address);
        Self::with_lookup(address, lookup, options)
    }

    fn with_lookup(address: Address, lookup: Lookup, options: UdpOptions) -> Self {
        Self {
            address,
            lookup,
            options,
            link: None,
            addresses: 0,
            choice: 0,
            tried: 0,
            flow: Flow::Hurry,
            hurried: false,
            plan: None,
            report: Report::default(),
        }
    }

    /// Makes sure of a socket that is connected to an address of the host.
    fn connect(&mut self, now: Instant) -> Result<(), Progress> {
        let addresses = match self.lookup.answer(now) {
            Answer::Known(addresses) => addresses,
            Answer::Pending => return Err(Progress::Wait(LOOKUP_PAUSE)),
            Answer::Unknown(error) => {
                return Err(self.fail("unresolved", &io::Error::new(ErrorKind::NotFound, error)));
            }
        };
        let current = self.link.as_ref().map(|link| link.peer);
        if current.is_some_and(|peer| addresses.contains(&peer)) {
            return Ok(());
        }
        // New, or the host has moved.
        self.addresses = addresses.len();
        let peer = addresses[self.choice % addresses.len()];
        match Link::open(peer) {
            Ok(link) => {
                self.link = Some(link);
                self.flow = self.new_flow();
                Ok(())
            }
            Err(error) => {
                self.choice += 1;
                Err(self.unreachable(&error, now))
            }
        }
    }

    /// How this push goes to this receiver.
    fn new_flow(&mut self) -> Flow {
        let local = self.link.as_ref().is_some_and(|link| link.queue.is_some());
        let Some(plan) = self.plan else {
            return Flow::Hurry;
        };
        let rate = match self.options.rate {
            Some(rate) => rate,
            None if local => {
                return Flow::Queue {
                    left: 0,
                    full: None,
                };
            }
            None if plan.new_series => NEW_SERIES_RATE,
            None => RATE,
        };
        let needed = plan.rate_to_be_in_time();
        self.hurried = needed > rate;
        Flow::Rate(Pace::per_second(rate.max(needed)))
    }

    /// True once four fifths of a final push's time are over: the rest must be quick.
    fn must_hurry(&self, now: Instant) -> bool {
        let end = self.plan.and_then(|plan| Some(plan.start + plan.time()?));
        end.is_some_and(|end| now >= end)
    }

    /// Waits until a payload of so many bytes may go.
    fn turn(&mut self, len: usize, now: Instant) -> Result<(), Progress> {
        if !matches!(self.flow, Flow::Hurry) && self.must_hurry(now) {
            self.flow = Flow::Hurry;
        }
        match &mut self.flow {
            Flow::Hurry => Ok(()),
            Flow::Rate(pace) => pace
                .wait(now)
                .map_or(Ok(()), |wait| Err(Progress::Wait(wait))),
            Flow::Queue { left, .. } if *left > 0 => Ok(()),
            Flow::Queue { left, full } => {
                let queue = self
                    .link
                    .as_ref()
                    .and_then(|link| link.queue.as_ref()?.read());
                // Where nobody receives, sending brings the error to light.
                if queue.is_none_or(|queue| queue.used <= queue.limit / 4) {
                    *left = queue.map_or(BURST, |queue| burst(queue.limit, queue.used, len));
                    *full = None;
                    return Ok(());
                }
                let is_final = self.plan.is_some_and(|plan| plan.deadline.is_some());
                if !is_final && now.duration_since(*full.get_or_insert(now)) > STALL {
                    let text = format!("the receiver at {} does not read", self.address);
                    let error = io::Error::new(ErrorKind::TimedOut, text);
                    return Err(Progress::Absent(Failure {
                        reason: "stalled",
                        error,
                    }));
                }
                Err(Progress::Wait(QUEUE_PAUSE))
            }
        }
    }

    fn spend(&mut self) {
        match &mut self.flow {
            Flow::Queue { left, .. } => *left -= 1,
            Flow::Rate(pace) => {
                pace.spend();
                self.report.hurried += u64::from(self.hurried);
            }
            Flow::Hurry if self.plan.is_some_and(|plan| plan.deadline.is_some()) => {
                self.report.hurried += 1;
            }
            Flow::Hurry => {}
        }
    }

    /// An ICMP error came back: nobody received an earlier datagram.
    fn refused(&mut self, now: Instant) {
        self.report.refused += 1;
        self.lookup.doubt(now);
        if let Some(link) = &mut self.link {
            link.proven = false;
        }
    }

    fn unreachable(&mut self, error: &io::Error, now: Instant) -> Progress {
        self.lookup.doubt(now);
        self.link = None;
        self.fail("unreachable", error)
    }

    fn fail(&self, reason: &'static str, error: &io::Error) -> Progress {
        let error = io::Error::new(error.kind(), format!("{}: {error}", self.address));
        Progress::Absent(Failure { reason, error })
    }

    /// What became of the datagram just sent: on this machine a refusal is known at once, and it
    /// may go to another of the host's addresses.
    fn sent(&mut self, now: Instant) -> Progress {
        let Some(link) = self
            .link
            .as_mut()
            .filter(|link| link.is_local || !link.proven)
        else {
            return Progress::Sent;
        };
        let is_local = link.is_local;
        link.proven = !link.refused();
        if link.proven {
            return Progress::Sent;
        }
        self.lookup.doubt(now);
        self.tried += 1;
        if self.tried < self.addresses {
            self.choice += 1;
            self.link = None;
            return Progress::Wait(Duration::ZERO);
        }
        if is_local {
            let text = "nobody receives at this address (connection refused)";
            let error = io::Error::new(ErrorKind::ConnectionRefused, text);
            return Progress::Absent(Failure {
                reason: "refused",
                error,
            });
        }
        self.report.refused += 1;
        Progress::Sent
    }
}

/// How many datagrams of so many bytes go together into a queue with this limit, of which so much is
/// used: the kernel counts memory, which it takes in powers of two, and a few hundred bytes a datagram for itself.
fn burst(limit: u32, used: u32, len: usize) -> u32 {
    let memory = (len + 512).next_power_of_two() + 256;
    let most = (f64::from(limit) * BURST_SHARE - f64::from(used)) / memory as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    let most = most.clamp(1.0, f64::from(BURST)) as u32;
    most
}

impl Sender for UdpSender {
    fn begin(&mut self, plan: Plan) {
        self.plan = Some(plan);
        self.report = Report::default();
        self.tried = 0;
        self.hurried = false;
        self.flow = self.new_flow();
    }

    fn send(&mut self, payload: &[u8], now: Instant) -> Progress {
        if let Err(progress) = self
            .connect(now)
            .and_then(|()| self.turn(payload.len(), now))
        {
            return progress;
        }
        // A send that returns an error has not sent: what is refused is an earlier datagram.
        for attempt in 0..2 {
            let Some(link) = &self.link else { break };
            match link.socket.send(payload) {
                Ok(_) => {
                    let progress = self.sent(now);
                    if !matches!(progress, Progress::Wait(_)) {
                        self.spend();
                    }
                    return progress;
                }
                Err(error) => match error.raw_os_error() {
                    Some(libc::ECONNREFUSED) if attempt == 0 => self.refused(now),
                    Some(libc::EMSGSIZE) => {
                        let text =
                            format!("a line of {} bytes for {}", payload.len(), self.address);
                        let error = io::Error::new(error.kind(), format!("{text}: {error}"));
                        return Progress::Dropped(Failure {
                            reason: "too_long",
                            error,
                        });
                    }
                    Some(libc::EAGAIN | libc::ENOBUFS) => return Progress::Wait(KERNEL_PAUSE),
                    Some(libc::EINTR) => return Progress::Wait(Duration::ZERO),
                    _ => return self.unreachable(&error, now),
                },
            }
        }
        // Refused twice in a row: another ICMP error came in between.
        Progress::Wait(KERNEL_PAUSE)
    }

    fn is_paced(&self) -> bool {
        matches!(self.flow, Flow::Rate(_))
    }

    fn end(&mut self) -> Report {
        // The last datagram's fate, where it is known by now.
        if self.link.as_ref().is_some_and(Link::refused) {
            self.refused(Instant::now());
        }
        self.plan = None;
        std::mem::take(&mut self.report)
    }
}

impl Link {
    fn open(peer: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = match peer {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.set_nonblocking(true)?;
        socket.connect(peer)?;
        let from = socket.local_addr()?;
        Ok(Self {
            socket,
            peer,
            // The kernel sends from the very address that it sends to where that is its own.
            is_local: peer.ip().is_loopback() || peer.ip() == from.ip(),
            queue: QueueReader::new(from, peer),
            proven: false,
        })
    }

    /// Whether an ICMP error has come back since this was last asked.
    fn refused(&self) -> bool {
        matches!(self.socket.take_error(), Ok(Some(_)))
    }
}

#[cfg(test)]
mod tests;
