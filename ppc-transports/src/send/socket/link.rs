//! One connection, and what is written into it: whole payloads, one behind the other.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use socket2::Socket;

use crate::os;

/// A write to a socket that was closed is an error then, and no signal, which would end the job.
#[cfg(not(target_vendor = "apple"))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// `socket2` has seen to it when it made the socket.
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: i32 = 0;

/// What payloads become on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// Bytes, in which each payload ends with a newline.
    Stream,
    /// A message each.
    Datagrams,
}

/// A socket that is connected, or about to be.
pub(super) struct Link {
    socket: Socket,
    wire: Wire,
    since: Instant,
    is_open: bool,
    /// What could not be written of a payload whose beginning was: nothing else goes before it.
    rest: Vec<u8>,
}

impl Link {
    pub(super) fn new(socket: Socket, wire: Wire, now: Instant) -> Self {
        Self {
            socket,
            wire,
            since: now,
            is_open: false,
            rest: Vec::new(),
        }
    }

    /// How long ago it was begun.
    pub(super) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Whether it is connected by now.
    pub(super) fn is_open(&mut self, now: Instant, timeout: Duration) -> io::Result<bool> {
        if self.is_open {
            return Ok(true);
        }
        if let Some(error) = self.socket.take_error()? {
            return Err(error);
        }
        match self.socket.peer_addr() {
            // Two ports of this machine may meet where nobody listens: it would talk to itself.
            Ok(peer) if peer.is_ipv4() || peer.is_ipv6() => {
                let own = self.socket.local_addr()?;
                if own.as_socket() == peer.as_socket() {
                    return Err(ErrorKind::ConnectionRefused.into());
                }
                self.is_open = true;
            }
            Ok(_) => self.is_open = true,
            Err(_) if self.age(now) > timeout => {
                return Err(ErrorKind::TimedOut.into());
            }
            Err(_) => {}
        }
        Ok(self.is_open)
    }

    /// Whether the other side has closed it. Line protocols have no answers; what comes is ignored.
    pub(super) fn is_closed(&self) -> io::Result<bool> {
        if self.wire == Wire::Datagrams {
            return Ok(false);
        }
        let mut buffer = [MaybeUninit::uninit(); 1024];
        // So often that whoever floods us is not read for ever.
        for _ in 0..16 {
            match self.socket.recv(&mut buffer) {
                Ok(0) => return Ok(true),
                Ok(_) => {}
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(false),
                    ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
        Ok(false)
    }

    /// Whether a payload was written in part.
    pub(super) fn is_torn(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Writes what is left of a payload. Returns how many bytes went.
    pub(super) fn mend(&mut self) -> io::Result<usize> {
        let mut sent = 0;
        while sent < self.rest.len() {
            let part = self.socket.send_with_flags(&self.rest[sent..], NO_SIGNAL);
            match written(part)? {
                0 => break,
                more => sent += more,
            }
        }
        self.rest.drain(..sent);
        Ok(sent)
    }

    /// Writes a payload, as much of it as there is room for; nothing else may go before its rest.
    /// Returns how many bytes went.
    pub(super) fn write(&mut self, payload: &[u8]) -> io::Result<usize> {
        if self.wire == Wire::Datagrams {
            return written(self.socket.send_with_flags(payload, NO_SIGNAL));
        }
        let parts = [IoSlice::new(payload), IoSlice::new(b"\n")];
        let sent = written(self.socket.send_vectored_with_flags(&parts, NO_SIGNAL))?;
        if sent == 0 || sent > payload.len() {
            return Ok(sent);
        }
        self.rest.extend_from_slice(&payload[sent..]);
        self.rest.push(b'\n');
        Ok(sent + self.mend()?)
    }

    /// How much the other side has not taken yet, where that can be known.
    pub(super) fn unsent(&self) -> Option<usize> {
        os::unsent(self.socket.as_fd())
    }

    /// Tells the other side that nothing more comes.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.socket.shutdown(std::net::Shutdown::Write)
    }

    /// Closes it where nothing more is to be written. A line that was written in part must not be
    /// taken for a whole one: then it is reset.
    pub(super) fn abandon(self) {
        if self.is_torn() {
            // Where it cannot be, it is closed.
            let _ = self.socket.set_linger(Some(Duration::ZERO));
        }
    }
}

/// How many bytes went; none where there is no room.
fn written(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(0),
        Err(error) => match error.raw_os_error() {
            Some(libc::EAGAIN | libc::ENOBUFS) => Ok(0),
            _ => Err(error),
        },
        sent => sent,
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("wire", &self.wire)
            .field("is_open", &self.is_open)
            .field("rest", &self.rest.len())
            .finish_non_exhaustive()
    }
}
