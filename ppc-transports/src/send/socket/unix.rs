//! A Unix socket of either type, by its path.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use socket2::{Domain, SockAddr, Socket, Type};

use super::link::Wire;
use super::place::{Opening, Place, connect};
use crate::send::Failure;

/// Time for a connection, which is made at once.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A path, at which a socket may appear and vanish.
#[derive(Clone, Debug)]
pub(crate) struct Unix {
    path: PathBuf,
    address: SockAddr,
    /// Of either type, where none is said.
    wire: Option<Wire>,
}

impl Unix {
    /// The socket at this path.
    ///
    /// # Errors
    ///
    /// When no socket can have such a path, which is too long for one, for example.
    pub(crate) fn new(path: PathBuf, wire: Option<Wire>) -> io::Result<Self> {
        let address = SockAddr::unix(&path)?;
        Ok(Self {
            path,
            address,
            wire,
        })
    }
}

impl Place for Unix {
    fn open(&mut self, _: Instant) -> Opening {
        let opened = match self.wire {
            Some(wire) => open(&self.address, wire),
            // Most are of datagrams; the other ones say so.
            None => match open(&self.address, Wire::Datagrams) {
                Err(error) if error.raw_os_error() == Some(libc::EPROTOTYPE) => {
                    open(&self.address, Wire::Stream)
                }
                opened => opened,
            },
        };
        match opened {
            Ok((socket, wire)) => Opening::Begun(socket, wire),
            Err(error) => Opening::Failed(Failure {
                reason: "unreachable",
                error,
            }),
        }
    }

    fn failed(&mut self, _: Instant) -> bool {
        false
    }

    fn begin(&mut self) {}

    fn timeout(&self) -> Duration {
        TIMEOUT
    }

    fn knows_what_was_read(&self) -> bool {
        true
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

fn open(to: &SockAddr, wire: Wire) -> io::Result<(Socket, Wire)> {
    let kind = match wire {
        Wire::Stream => Type::STREAM,
        Wire::Datagrams => Type::DGRAM,
    };
    connect(Socket::new(Domain::UNIX, kind, None)?, to, wire)
}
