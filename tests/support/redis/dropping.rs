//! A proxy that loses some of a server's replies: what was asked for was done, and nobody says so.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use super::reply;

/// What becomes of a connection whose reply was lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Loss {
    /// It is closed at once.
    Close,
    /// It stays, and no reply comes any more; what is sent is still done.
    Silence,
}

/// Stands before a server without TLS until it is dropped, which ends its connections.
///
/// It counts the replies of the server, also those to commands that open a connection (`HELLO`,
/// `AUTH`), and loses one only after it came.
#[derive(Debug)]
pub(crate) struct Dropping {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    loss: Loss,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    random: fastrand::Rng,
    chance: f64,
    /// To lose whatever the chance.
    next: usize,
    passed: usize,
    dropped: usize,
    /// Both ends of those that are open.
    open: BTreeMap<usize, [TcpStream; 2]>,
    connections: usize,
    stopped: bool,
}

impl Dropping {
    /// Starts before a server; each reply is lost with this chance, by a generator with this seed.
    pub(crate) fn start(server: SocketAddr, loss: Loss, chance: f64, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        let address = listener.local_addr().expect("it is bound");
        let state = State {
            random: fastrand::Rng::with_seed(seed),
            chance,
            next: 0,
            passed: 0,
            dropped: 0,
            open: BTreeMap::new(),
            connections: 0,
            stopped: false,
        };
        let shared = Arc::new(Shared {
            server,
            loss,
            state: Mutex::new(state),
        });
        let serving = Arc::clone(&shared);
        Self {
            address,
            shared,
            accepting: Some(thread::spawn(move || accept(&listener, &serving))),
        }
    }

    /// Where to connect in place of the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the chance, to 0 for a part of a test that must get its replies.
    pub(crate) fn set_chance(&self, chance: f64) {
        self.shared.lock().chance = chance;
    }

    /// Loses the next replies, whatever the chance.
    pub(crate) fn drop_next(&self, replies: usize) {
        self.shared.lock().next = replies;
    }

    /// How many replies it has lost; not those that would have come after on the same connection.
    pub(crate) fn dropped(&self) -> usize {
        self.shared.lock().dropped
    }

    /// How many replies it has passed on.
    pub(crate) fn passed(&self) -> usize {
        self.shared.lock().passed
    }
}

impl Drop for Dropping {
    fn drop(&mut self) {
        let open = {
            let mut state = self.shared.lock();
            state.stopped = true;
            std::mem::take(&mut state.open)
        };
        open.values().for_each(close);
        // It waits for a connection, so it gets one.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            let ended = accepting.join();
            assert!(ended.is_ok() || thread::panicking(), "the proxy panicked");
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }
}

impl State {
    /// Decides about a reply.
    fn loses(&mut self) -> bool {
        let loses = if self.next > 0 {
            self.next -= 1;
            true
        } else {
            self.random.f64() < self.chance
        };
        self.passed += usize::from(!loses);
        self.dropped += usize::from(loses);
        loses
    }
}

fn close(ends: &[TcpStream; 2]) {
    for end in ends {
        // Fails only where it is closed.
        let _ = end.shutdown(Shutdown::Both);
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    while let Ok((client, _)) = listener.accept() {
        if shared.lock().stopped {
            break;
        }
        // A server that is not there refuses the client as well: its connection is closed.
        let Ok((nth, ends)) = open(client, shared) else {
            continue;
        };
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || serve(nth, &ends, &shared)));
    }
    let ended: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
    assert!(ended.iter().all(Result::is_ok), "a connection panicked");
}

fn open(client: TcpStream, shared: &Shared) -> io::Result<(usize, [TcpStream; 2])> {
    let server = TcpStream::connect(shared.server)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let kept = [client.try_clone()?, server.try_clone()?];
    let mut state = shared.lock();
    if state.stopped {
        // Else nobody would close it.
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let nth = state.connections;
    state.connections += 1;
    state.open.insert(nth, kept);
    Ok((nth, [client, server]))
}

/// Passes on both ways until an end closes or a reply is lost.
fn serve(nth: usize, ends: &[TcpStream; 2], shared: &Shared) {
    let [client, server] = ends;
    thread::scope(|scope| {
        scope.spawn(|| {
            let (mut from, mut to) = (client, server);
            // Fails where an end has gone.
            let _ = io::copy(&mut from, &mut to);
            close(ends);
        });
        let _ = replies(server, client, shared);
        close(ends);
    });
    shared.lock().open.remove(&nth);
}

/// Passes on the replies one by one.
fn replies(mut server: &TcpStream, mut client: &TcpStream, shared: &Shared) -> io::Result<()> {
    let mut buffer = Vec::new();
    let mut more = [0; 16 * 1024];
    loop {
        let read = server.read(&mut more)?;
        if read == 0 {
            return Ok(());
        }
        buffer.extend_from_slice(&more[..read]);
        while let Some((_, length)) = reply::read(&buffer) {
            if shared.lock().loses() {
                return match shared.loss {
                    Loss::Close => Ok(()),
                    // Read on, so that the server can go on too.
                    Loss::Silence => io::copy(&mut server, &mut io::sink()).map(drop),
                };
            }
            client.write_all(&buffer[..length])?;
            buffer.drain(..length);
        }
    }
}
