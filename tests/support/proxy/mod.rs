//! A proxy with faults, in front of a real server: they come and go while a job runs.

mod datagrams;
mod relay;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long it looks away from what it was told.
const POLL: Duration = Duration::from_millis(3);

/// What goes wrong on the way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    /// Nobody listens, and what was open is reset.
    Refused,
    /// Takes connections, and what the kernel takes for it; it reads nothing.
    BlackHole,
    /// Reads a byte a second.
    Slow,
    /// Cuts every answer in its middle, and the connection with it.
    HalfAnswer,
    /// Resets each connection once it has so many bytes of it, of which none arrives.
    ResetAfter(usize),
    /// Another server is there.
    Elsewhere(SocketAddr),
    /// Says this to whoever has said anything, and hangs up.
    Says(Vec<u8>),
    /// Three datagrams of ten do not arrive.
    Lossy,
}

/// TCP and UDP at one address, until it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    fault: Fault,
    stopped: bool,
}

impl Proxy {
    /// Starts in front of a server, at a loopback address that no other one has.
    #[track_caller]
    pub(crate) fn start(server: SocketAddr) -> Self {
        Self::start_at(own_address(), 0, server)
    }

    /// Another one in front of the same server, at another address with the same port.
    #[track_caller]
    pub(crate) fn beside(other: &Self) -> Self {
        Self::start_at(own_address(), other.address.port(), other.shared.server)
    }

    /// Starts at an address, and at a free port of it where that is 0.
    #[track_caller]
    pub(crate) fn start_at(address: Ipv4Addr, port: u16, server: SocketAddr) -> Self {
        let (listener, socket) = (0..5)
            .find_map(|_| {
                let listener = TcpListener::bind((address, port)).ok()?;
                let socket = datagrams::bind(listener.local_addr().ok()?).ok()?;
                Some((listener, socket))
            })
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            server,
            state: Mutex::new(State {
                fault: Fault::None,
                stopped: false,
            }),
        });
        let (one, two) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            thread::spawn(move || accept(address, Some(listener), &one)),
            thread::spawn(move || datagrams::pass_on(address, Some(socket), &two)),
        ];
        Self {
            address,
            shared,
            threads,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on, also for connections that are open.
    pub(crate) fn set(&self, fault: Fault) {
        self.shared.lock().fault = fault;
        // A caller expects that it has happened.
        thread::sleep(POLL * 3);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        for thread in self.threads.drain(..) {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the proxy panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// What is wrong now, unless it is over.
    fn now(&self) -> Option<Fault> {
        let state = self.lock();
        (!state.stopped).then(|| state.fault.clone())
    }
}

/// Of this process and this proxy alone, so that a port that is free for a while stays so.
fn own_address() -> Ipv4Addr {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let [.., high, low] = std::process::id().to_be_bytes();
    let number = NUMBER.fetch_add(1, Ordering::Relaxed) % 250 + 1;
    Ipv4Addr::new(127, high, low, u8::try_from(number).expect("250 at most"))
}

fn accept(address: SocketAddr, mut listener: Option<TcpListener>, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    while let Some(fault) = shared.now() {
        if fault == Fault::Refused {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).ok();
        }
        let accepted = listener.as_ref().map_or_else(
            || Err(io::ErrorKind::NotConnected.into()),
            |listener| {
                listener.set_nonblocking(true)?;
                listener.accept()
            },
        );
        let Ok((client, _)) = accepted else {
            thread::sleep(POLL);
            continue;
        };
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || {
            // Fails where an end goes, which is what it is for.
            let _ = relay::serve(&client, &shared);
        }));
    }
    for thread in threads {
        let ended = thread.join();
        assert!(
            ended.is_ok() || thread::panicking(),
            "a connection panicked"
        );
    }
}
