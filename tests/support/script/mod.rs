//! An HTTP server that does what a test says, faults above all, and records what it is sent.
//!
//! Blocking, a thread a connection. HTTP/1.1 with kept connections, `Expect`, and bodies by
//! length or in chunks.

mod connection;
mod message;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub(crate) use self::message::{Answer, Greeting, Reply, Request, Script};
use self::stream::{Listener, Stream};

/// No test waits longer for what it expects, on a machine that is busy with others.
const WITHIN: Duration = Duration::from_secs(20);

/// Answers until it is dropped, which also ends the connections that hang.
#[derive(Debug)]
pub(crate) struct Server {
    place: Place,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// What the threads of a server share.
#[derive(Debug)]
struct Shared {
    script: Script,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    requests: Vec<Request>,
    /// How many there have been.
    connections: usize,
    /// Those that are open.
    open: BTreeMap<usize, Stream>,
    stopped: bool,
}

impl Server {
    /// Starts on a port of loopback with no more than answers to whole requests; the second
    /// argument says how many requests came before.
    pub(crate) fn answering(
        answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(Script::answering(answer))
    }

    /// Starts on a port of loopback.
    pub(crate) fn start(script: Script) -> Self {
        let (listener, address) = Listener::tcp().expect("loopback has a port");
        Self::serve(listener, Place::Tcp(address), script)
    }

    /// Starts on a Unix socket.
    pub(crate) fn start_unix(script: Script) -> Self {
        let (listener, path) = Listener::unix().expect("a folder for temporary files");
        Self::serve(listener, Place::Unix(path), script)
    }

    fn serve(listener: Listener, place: Place, script: Script) -> Self {
        let shared = Arc::new(Shared {
            script,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        Self {
            place,
            shared,
            accepting: Some(thread::spawn(move || accept(&listener, &serving))),
        }
    }

    /// Its port of loopback.
    ///
    /// # Panics
    ///
    /// When it is on a Unix socket.
    #[track_caller]
    pub(crate) fn address(&self) -> SocketAddr {
        match &self.place {
            Place::Tcp(address) => *address,
            Place::Unix(path) => panic!("it has no port, but a path: {}", path.display()),
        }
    }

    /// Its Unix socket.
    ///
    /// # Panics
    ///
    /// When it has a port.
    #[track_caller]
    pub(crate) fn path(&self) -> &Path {
        match &self.place {
            Place::Unix(path) => path,
            Place::Tcp(address) => panic!("it has no path, but a port: {address}"),
        }
    }

    /// The requests so far, also those that were not read to the end.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// How many connections there have been so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// Waits until `enough` is satisfied with the requests.
    ///
    /// # Panics
    ///
    /// When the time is over, with what came.
    #[track_caller]
    pub(crate) fn wait_for(&self, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        self.wait_within(WITHIN, enough)
    }

    #[track_caller]
    fn wait_within(&self, limit: Duration, enough: impl Fn(&[Request]) -> bool) -> Vec<Request> {
        let start = Instant::now();
        let mut state = self.shared.lock();
        while !enough(&state.requests) {
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                let requests = state.requests.clone();
                let connections = state.connections;
                drop(state);
                panic!("only {requests:#?} came, over {connections} connections");
            }
            let woken = self.shared.changed.wait_timeout(state, left);
            state = woken.expect("nobody panics with it").0;
        }
        state.requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let open = {
            let mut state = self.shared.lock();
            state.stopped = true;
            std::mem::take(&mut state.open)
        };
        self.shared.changed.notify_all();
        for stream in open.values() {
            stream.shut_down();
        }
        // It waits for a connection, so it gets one.
        match &self.place {
            Place::Tcp(address) => drop(std::net::TcpStream::connect(address)),
            Place::Unix(path) => drop(std::os::unix::net::UnixStream::connect(path)),
        }
        if let Some(accepting) = self.accepting.take() {
            let ended = accepting.join();
            // A script's own assertion; while another one unwinds, one is enough.
            assert!(
                ended.is_ok() || thread::panicking(),
                "the script of the server panicked"
            );
        }
        if let Place::Unix(path) = &self.place {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// Keeps a request and says how many came before.
    fn record(&self, request: Request) -> usize {
        let mut state = self.lock();
        state.requests.push(request);
        self.changed.notify_all();
        state.requests.len() - 1
    }

    /// Waits, for ever without a limit; false where the server is dropped meanwhile.
    fn pause(&self, limit: Option<Duration>) -> bool {
        let end = limit.map(|limit| Instant::now() + limit);
        let mut state = self.lock();
        while !state.stopped {
            let left = end.map_or(WITHIN, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return true;
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.expect("nobody panics with it").0;
        }
        false
    }
}

/// Lets go of the last handle, also after a panic, so that the other end sees it closed.
struct Open<'a>(&'a Shared, usize);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.lock().open.remove(&self.1);
    }
}

fn accept(listener: &Listener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    while let Ok(stream) = listener.accept() {
        let nth = {
            let mut state = shared.lock();
            if state.stopped {
                break;
            }
            let nth = state.connections;
            state.connections += 1;
            if let Ok(stream) = stream.try_clone() {
                state.open.insert(nth, stream);
            }
            nth
        };
        shared.changed.notify_all();
        let shared = Arc::clone(shared);
        threads.push(thread::spawn(move || {
            let _open = Open(&shared, nth);
            connection::serve(stream, nth, &shared);
        }));
    }
    let ended: Vec<_> = threads.into_iter().map(JoinHandle::join).collect();
    assert!(ended.iter().all(Result::is_ok), "a script panicked");
}
