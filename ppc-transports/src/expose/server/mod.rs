//! A server of `/metrics` on a thread of its own: settings and start.

mod accept;
mod address;
mod connection;
mod credentials;
mod exchange;
mod handle;
mod limits;
mod progress;
mod serving;
mod table;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
mod tls_files;
mod twice;
mod wire;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ppc_core::{LabelSet, Source, registry};

use self::credentials::Credentials;
pub use self::handle::ServerHandle;
use self::limits::{LONGEST, Limits};
use self::serving::Serving;
use self::tls_files::TlsFiles;
use super::service::MetricsService;
use crate::error::{Error, ErrorKind};
use crate::seconds::Seconds;
use crate::secret::Secret;
use crate::tls_version::TlsVersion;

/// Serves a source at this address until the handle is dropped: [`Server`] in short.
///
/// # Errors
///
/// When the address cannot be read or listened on, or there is no thread to be had.
///
/// # Examples
///
/// ```
/// let registry = ppc_core::Registry::new();
/// let server = ppc_transports::start_http_server("127.0.0.1:0", registry)?;
/// println!("metrics at http://{}/metrics", server.local_addr());
/// # Ok::<(), ppc_transports::Error>(())
/// ```
pub fn start_http_server(
    address: impl fmt::Display,
    source: impl Source + 'static,
) -> Result<ServerHandle, Error> {
    Server::new(address).source(source).start()
}

/// A server of metrics, to be started.
///
/// It answers as a [`MetricsService`] does, on a thread of its own: the program may have a runtime
/// or none, and may block it.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::Server;
///
/// let registry = Registry::new();
/// Counter::builder("jobs").register(&registry)?.inc();
/// let server = Server::new("127.0.0.1:0")
///     .source(registry)
///     .label("site", "north")
///     .basic_auth("prometheus", "hunter2")
///     .max_connections(64)
///     .start()?;
/// assert_ne!(server.local_addr().port(), 0);
/// server.stop();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "it serves nobody until it is started"]
pub struct Server {
    address: String,
    sources: Vec<Arc<dyn Source>>,
    labels: Vec<(String, String)>,
    credentials: Option<Credentials>,
    tls: TlsFiles,
    limits: Limits,
    /// The first setting that could not be read.
    fault: Option<Error>,
    compresses: Compresses,
    linger: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compresses {
    AsAsked,
    Never,
}

impl Server {
    /// A server at `host:port`. Where the host is left out, as in `":9100"` or `9100`, it is
    /// `0.0.0.0`; port 0 is one that is free, which [`ServerHandle::local_addr`] tells.
    pub fn new(address: impl fmt::Display) -> Self {
        Self {
            address: address.to_string(),
            sources: Vec::new(),
            labels: Vec::new(),
            credentials: None,
            tls: TlsFiles::default(),
            limits: Limits::default(),
            fault: None,
            compresses: Compresses::AsAsked,
            linger: Duration::ZERO,
        }
    }

    /// Adds a source; where none is added, it is the registry of the program.
    ///
    /// A metric that two of them have is an error when the server starts, and where that comes up
    /// later, the one of the source that was added first is served.
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.sources.push(Arc::new(source));
        self
    }

    /// Adds a label to every series; a series' own label of the same name wins.
    pub fn label(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.labels.push((name.into(), value.to_string()));
        self
    }

    /// Answers those alone who give this name and password, but for `/-/healthy` and
    /// `/favicon.ico`: who looks after a process has no password of its metrics, and learns
    /// nothing of them there. Without TLS the password can be read on its way.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        let user = user.into();
        if user.contains(':') {
            // RFC 7617, section 2: what stands before the first one is the name.
            let what = "basic_auth".to_owned();
            let reason = format!("a name cannot have a colon: found {user:?}");
            self.refuse(ErrorKind::Setting { what, reason }.into());
        }
        self.credentials = Some(Credentials::new(user, password.into()));
        self
    }

    /// Serves `https://` with the certificate chain and the key of these PEM files; with the
    /// feature `tls`. They are read again when they change.
    pub fn tls(mut self, certfile: impl Into<PathBuf>, keyfile: impl Into<PathBuf>) -> Self {
        self.tls.identity = Some((certfile.into(), keyfile.into()));
        self
    }

    /// The authorities of clients, in a PEM file: a certificate that a client shows has to be of
    /// one of them. Read again when it changes.
    pub fn client_cafile(mut self, file: impl Into<PathBuf>) -> Self {
        self.tls.client_cafile = Some(file.into());
        self
    }

    /// The authorities of clients, in all files of a folder, as beside
    /// [`client_cafile`](Self::client_cafile).
    pub fn client_capath(mut self, folder: impl Into<PathBuf>) -> Self {
        self.tls.client_capath = Some(folder.into());
        self
    }

    /// Whether a client has to show a certificate; it need not by default.
    pub fn client_auth_required(mut self, required: bool) -> Self {
        self.tls.client_auth_required = required;
        self
    }

    /// The oldest version of TLS that is spoken; TLS 1.2 by default.
    pub fn min_tls_version(mut self, version: TlsVersion) -> Self {
        self.tls.min_version = version;
        self
    }

    /// Compresses nothing, whatever is asked for.
    pub fn disable_compression(mut self) -> Self {
        self.compresses = Compresses::Never;
        self
    }

    /// Connections at most; 256 by default. For one more, the one is closed that has been waiting
    /// longest without a request under way; where there is none, the new one is answered with 503.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections.max(1);
        self
    }

    /// Bytes of a request's head at most; 16 KiB by default, and at least 8 KiB.
    pub fn max_header_size(mut self, bytes: usize) -> Self {
        self.limits.header_size = bytes;
        self
    }

    /// Lines of a request's head at most; 100 by default.
    pub fn max_headers(mut self, lines: usize) -> Self {
        self.limits.headers = lines;
        self
    }

    /// How long a request's head may take to come, and so a TLS handshake; 10 s by default.
    pub fn header_timeout(mut self, time: impl Seconds) -> Self {
        self.set_time(time, |limits| &mut limits.header_timeout);
        self
    }

    /// How long a connection is kept for the next request; two minutes by default.
    pub fn idle_timeout(mut self, time: impl Seconds) -> Self {
        self.set_time(time, |limits| &mut limits.idle_timeout);
        self
    }

    /// How long a client may take to read an answer; 30 s by default.
    pub fn answer_timeout(mut self, time: impl Seconds) -> Self {
        self.set_time(time, |limits| &mut limits.answer_timeout);
        self
    }

    /// How long [`ServerHandle::stop`] waits for answers under way; 5 s by default.
    pub fn stop_timeout(mut self, time: impl Seconds) -> Self {
        self.set_time(time, |limits| &mut limits.stop_timeout);
        self
    }

    /// How long a job that is served is served on after its end, unless its final values have been
    /// scraped before; not at all by default. A signal ends it. Who starts a server by hand uses
    /// [`ServerHandle::linger`].
    pub fn linger(mut self, time: impl Seconds) -> Self {
        match time.duration() {
            Ok(time) => self.linger = time.min(LONGEST),
            Err(error) => self.refuse(error),
        }
        self
    }

    /// Listens, and answers on a thread of its own from then on.
    ///
    /// # Errors
    ///
    /// When a setting or file cannot be read, two sources have a metric of the same name, nobody
    /// can listen at the address, or there is no thread to be had.
    pub fn start(mut self) -> Result<ServerHandle, Error> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let mut labels = LabelSet::new();
        for (name, value) in &self.labels {
            let inserted = labels.insert(name, value);
            inserted.map_err(ErrorKind::Label)?;
        }
        twice::refuse(&self.sources)?;
        let tls = tls::load(&self.tls)?;
        let mut service = if self.sources.is_empty() {
            MetricsService::with_labels(registry(), labels)
        } else {
            MetricsService::with_labels(self.sources, labels)
        };
        if self.compresses == Compresses::Never {
            service = service.disable_compression();
        }
        handle::start(&self.address, |progress| Serving {
            service,
            credentials: self.credentials,
            tls,
            limits: self.limits,
            progress: Arc::clone(progress),
        })
    }

    fn set_time(&mut self, time: impl Seconds, limit: fn(&mut Limits) -> &mut Duration) {
        match time.duration() {
            Ok(time) => *limit(&mut self.limits) = time.min(LONGEST),
            Err(error) => self.refuse(error),
        }
    }

    /// One that cannot be started, because of an error.
    pub(crate) fn refuse(&mut self, error: Error) {
        self.fault.get_or_insert(error);
    }
}

/// How long the end of a job waits for answers under way, beside its linger.
const STOP_OF_A_JOB: Duration = Duration::from_millis(500);

/// As a destination of a push.
impl Server {
    /// As it was given.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn lingers_for(&self) -> Duration {
        self.linger
    }

    /// Why it cannot be started, as far as settings tell.
    pub(crate) fn fault(&self) -> Option<&Error> {
        self.fault.as_ref()
    }

    /// Starts it with these labels before its own.
    pub(crate) fn start_with(mut self, labels: &LabelSet) -> Result<ServerHandle, Error> {
        let given = labels
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.labels = given.chain(std::mem::take(&mut self.labels)).collect();
        // A job does not wait for scrapers that read slowly.
        self.limits.stop_timeout = self.limits.stop_timeout.min(STOP_OF_A_JOB);
        self.start()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("sources", &self.sources.len())
            .field("labels", &self.labels)
            .field("credentials", &self.credentials)
            .field("tls", &self.tls)
            .field("limits", &self.limits)
            .field("compresses", &self.compresses)
            .field("linger", &self.linger)
            .finish_non_exhaustive()
    }
}
