//! A host's port, over TCP.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::link::Wire;
use super::place::{Opening, Place, connect};
use crate::send::resolve::{Answer, LOOKUP_PAUSE, Lookup};
use crate::send::{Address, Failure};

/// Time for a connection where there is no other address to try.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time where there is.
const SHORT_TIMEOUT: Duration = Duration::from_secs(1);

/// An address, and which of the addresses of its host is in use.
#[derive(Debug)]
pub(crate) struct Tcp {
    address: Address,
    lookup: Lookup,
    addresses: usize,
    choice: usize,
    tried: usize,
}

impl Tcp {
    /// At this address; nothing is looked up yet.
    pub(crate) fn new(address: Address) -> Self {
        Self {
            lookup: Lookup::new(&address),
            address,
            addresses: 0,
            choice: 0,
            tried: 0,
        }
    }
}

impl Place for Tcp {
    fn open(&mut self, now: Instant) -> Opening {
        let addresses = match self.lookup.answer(now) {
            Answer::Known(addresses) => addresses,
            Answer::Pending => return Opening::Wait(LOOKUP_PAUSE),
            Answer::Unknown(error) => {
                return Opening::Failed(Failure {
                    reason: "unresolved",
                    error: io::Error::new(ErrorKind::NotFound, error),
                });
            }
        };
        self.addresses = addresses.len();
        match open(addresses[self.choice % addresses.len()]) {
            Ok((socket, wire)) => Opening::Begun(socket, wire),
            Err(error) => Opening::Failed(Failure {
                reason: "unreachable",
                error,
            }),
        }
    }

    fn failed(&mut self, now: Instant) -> bool {
        self.lookup.doubt(now);
        self.choice += 1;
        self.tried += 1;
        self.tried < self.addresses
    }

    fn begin(&mut self) {
        self.tried = 0;
    }

    fn timeout(&self) -> Duration {
        if self.tried + 1 < self.addresses {
            SHORT_TIMEOUT
        } else {
            TIMEOUT
        }
    }

    fn knows_what_was_read(&self) -> bool {
        false
    }

    fn name(&self) -> String {
        self.address.to_string()
    }
}

fn open(to: SocketAddr) -> io::Result<(Socket, Wire)> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    // Payloads are large, and their ends are not to wait for an acknowledgement.
    socket.set_tcp_nodelay(true)?;
    connect(socket, &to.into(), Wire::Stream)
}
