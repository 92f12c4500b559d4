//! The receiver: a socket on this machine, and a thread that reads what arrives.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::line::{self, Line, Series};

/// How many values of a series are kept, to be shown.
const HISTORY: usize = 64;

/// Silence after which nothing is on its way any more: what was sent on this machine is in the
/// socket's queue already.
const SILENCE: Duration = Duration::from_millis(50);

/// A receiver that runs until it is finished.
pub(crate) struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<()>>,
}

/// What arrived so far.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) series: BTreeMap<Series, History>,
    pub(crate) datagrams: u64,
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
    pub(crate) bad_lines: u64,
    /// The first line that could not be read, and why.
    pub(crate) first_fault: Option<String>,
    pub(crate) last_arrival: Option<Instant>,
}

/// The values of one series.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) values: VecDeque<f64>,
    /// How often the value was another than before: how busy the series is.
    pub(crate) changes: u64,
    timestamp: u64,
}

impl Receiver {
    /// Opens the socket and begins to read.
    ///
    /// # Errors
    ///
    /// When no socket or thread is to be had.
    pub(crate) fn start() -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(SILENCE))?;
        let address = socket.local_addr()?;
        let received = Arc::<Mutex<Received>>::default();
        let is_over = Arc::<AtomicBool>::default();
        let (shared, over) = (Arc::clone(&received), Arc::clone(&is_over));
        let thread = thread::Builder::new()
            .name("receiver".to_owned())
            .spawn(move || receive(&socket, &shared, &over))?;
        Ok(Self {
            address,
            received,
            is_over,
            thread,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What arrived so far; the thread waits while this is held.
    pub(crate) fn received(&self) -> MutexGuard<'_, Received> {
        lock(&self.received)
    }

    /// Reads what is still in the queue, and ends.
    ///
    /// # Errors
    ///
    /// When the socket failed.
    pub(crate) fn finish(self) -> io::Result<Received> {
        self.is_over.store(true, Ordering::Release);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the receiver panicked")))?;
        Ok(std::mem::take(&mut *lock(&self.received)))
    }
}

fn receive(socket: &UdpSocket, received: &Mutex<Received>, is_over: &AtomicBool) -> io::Result<()> {
    let mut datagram = vec![0; 65_536];
    loop {
        // Asked before the read: whatever was sent before the end is read after it.
        let ends = is_over.load(Ordering::Acquire);
        match socket.recv(&mut datagram) {
            Ok(length) => lock(received).take_datagram(&datagram[..length]),
            Err(error) if is_silence(&error) => {
                if ends {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_silence(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

impl Received {
    /// The latest value of a series.
    pub(crate) fn last(&self, series: &Series) -> Option<f64> {
        self.series.get(series)?.last()
    }

    fn take_datagram(&mut self, datagram: &[u8]) {
        self.datagrams += 1;
        self.bytes += datagram.len() as u64;
        self.last_arrival = Some(Instant::now());
        for line in datagram.split(|byte| *byte == b'\n') {
            if line.is_empty() {
                continue;
            }
            self.lines += 1;
            let parsed = str::from_utf8(line)
                .map_err(|error| error.to_string())
                .and_then(line::parse)
                .and_then(|line| self.take_line(line));
            if let Err(fault) = parsed {
                self.bad_lines += 1;
                let text = String::from_utf8_lossy(line);
                self.first_fault.get_or_insert(format!("{fault}: {text:?}"));
            }
        }
    }

    fn take_line(&mut self, line: Line) -> Result<(), String> {
        let history = self.series.entry(line.series).or_default();
        if line.timestamp <= history.timestamp {
            return Err("expected a later timestamp than that of the last push".to_owned());
        }
        history.timestamp = line.timestamp;
        history.changes += u64::from(history.last().is_some_and(|last| last != line.value));
        if history.values.len() == HISTORY {
            history.values.pop_front();
        }
        history.values.push_back(line.value);
        Ok(())
    }
}

impl History {
    pub(crate) fn last(&self) -> Option<f64> {
        self.values.back().copied()
    }

    /// Whether the last push brought another value than the one before.
    pub(crate) fn has_just_changed(&self) -> bool {
        let mut latest = self.values.iter().rev();
        latest.next() != latest.next()
    }
}

fn lock(received: &Mutex<Received>) -> MutexGuard<'_, Received> {
    received.lock().unwrap_or_else(PoisonError::into_inner)
}
