//! Where a connection leads.

use std::fmt;
use std::io;
use std::time::{Duration, Instant};

use socket2::{SockAddr, Socket};

use super::link::Wire;
use crate::send::Failure;

/// A place that can be connected to.
pub(crate) trait Place: fmt::Debug + Send {
    /// Begins to connect to one of its addresses.
    fn open(&mut self, now: Instant) -> Opening;

    /// That failed. Returns whether there is another address, which nobody has tried since `begin`.
    fn failed(&mut self, now: Instant) -> bool;

    /// All addresses may be tried again.
    fn begin(&mut self);

    /// How long a connection may take to be made.
    fn timeout(&self) -> Duration;

    /// Whether the kernel knows what the other side's program has read, and not only what has come
    /// to its machine.
    fn knows_what_was_read(&self) -> bool;

    /// How it is called.
    fn name(&self) -> String;
}

/// What became of an attempt to connect.
#[derive(Debug)]
pub(crate) enum Opening {
    /// It is under way, or done.
    Begun(Socket, Wire),
    /// Not yet: to be asked again after this time.
    Wait(Duration),
    /// There is nobody to connect to.
    Failed(Failure),
}

/// Connects without waiting for it.
pub(super) fn connect(socket: Socket, to: &SockAddr, wire: Wire) -> io::Result<(Socket, Wire)> {
    socket.set_nonblocking(true)?;
    match socket.connect(to) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok((socket, wire)),
    }
}
