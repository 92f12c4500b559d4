//! A server that runs: its thread, and who holds it.

use std::fmt;
use std::net::SocketAddr;
use std::process;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::accept::serve;
use super::address::listen;
use super::limits::LONGEST;
use super::progress::Progress;
use super::serving::Serving;
use crate::error::{Error, ErrorKind};
use crate::os;

/// Beyond the time for answers under way: for the thread to be given a turn.
const MARGIN: Duration = Duration::from_secs(1);

/// A server that runs until this is dropped or told to [`stop`](Self::stop).
///
/// A forked child inherits the socket, but no thread that answers: there the port stays taken until the
/// child has ended as well, or has become another program, and whoever connects when the parent is gone
/// waits in vain. A server that forks its workers is started behind the forks.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let registry = ppc_core::Registry::new();
/// let server = ppc_transports::start_http_server("127.0.0.1:0", registry)?;
/// // The job is done; who scrapes is given a moment for its last values.
/// let was_scraped = server.linger(Duration::from_millis(10));
/// assert!(!was_scraped);
/// assert_eq!(server.scrapes(), 0);
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[must_use = "the server stops when this is dropped"]
pub struct ServerHandle {
    address: SocketAddr,
    progress: Arc<Progress>,
    stop: watch::Sender<bool>,
    stop_timeout: Duration,
    /// A forked child has the handle, and no thread.
    process: u32,
}

/// Starts the thread of a server.
pub(super) fn start(
    address: &str,
    serving: impl FnOnce(&Arc<Progress>) -> Serving,
) -> Result<ServerHandle, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = Own(Some(runtime.map_err(ErrorKind::Thread)?));
    let listener = {
        let _inside = runtime.0.as_ref().map(Runtime::enter);
        listen(address)?
    };
    let address = listener.local_addr().map_err(ErrorKind::Thread)?;
    let progress = Arc::new(Progress::default());
    let serving = serving(&progress);
    let stop_timeout = serving.limits.stop_timeout;
    let (stop, stopped) = watch::channel(false);
    let ended = Ended(Arc::clone(&progress));
    let run = move || {
        if let Some(runtime) = &runtime.0 {
            runtime.block_on(serve(listener, Arc::new(serving), stopped));
        }
        drop((runtime, ended));
    };
    os::spawn("ppc-serve", run).map_err(ErrorKind::Thread)?;
    Ok(ServerHandle {
        address,
        progress,
        stop,
        stop_timeout,
        process: process::id(),
    })
}

impl ServerHandle {
    /// The address that it listens at, with the port that it was given.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// How many scrapes were answered so far, to the last byte. Errors, requests for the head
    /// alone and the like are none.
    pub fn scrapes(&self) -> u64 {
        self.progress.answered()
    }

    /// Waits for a scrape that begins from now on to be answered, but for no longer than this, and
    /// says whether there was one.
    pub fn linger(&self, time: Duration) -> bool {
        self.linger_until(Instant::now() + time.min(LONGEST))
    }

    /// As [`linger`](Self::linger), until then at most.
    pub fn linger_until(&self, deadline: Instant) -> bool {
        process::id() == self.process && self.progress.await_scrape(deadline)
    }

    /// The values are final: a scrape that begins from now on is the one that
    /// [`linger`](Self::linger) waits for, also when that is called later.
    pub fn mark_end(&self) {
        self.progress.mark();
    }

    /// Ends [`linger`](Self::linger), on whatever thread it waits; one that is called later
    /// returns at once as well.
    pub fn cut_linger(&self) {
        self.progress.cut();
    }

    /// Takes no more connections, answers the requests that are under way, within the time of
    /// [`Server::stop_timeout`](super::Server::stop_timeout), and waits for the thread to end.
    ///
    /// Where it has stopped, that is all there is to it.
    pub fn stop(&self) {
        if process::id() == self.process {
            let _ = self.stop.send(true);
            let deadline = Instant::now() + self.stop_timeout + MARGIN;
            self.progress.await_end(deadline);
        }
    }
}

impl Drop for ServerHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle")
            .field("address", &self.address)
            .field("scrapes", &self.scrapes())
            .finish_non_exhaustive()
    }
}

/// Goes without waiting for anything: dropped as it is, a runtime panics where another one runs,
/// as where a program with one cannot listen.
struct Own(Option<Runtime>);

impl Drop for Own {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Tells of the end of the thread, however it comes.
struct Ended(Arc<Progress>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.end();
    }
}
