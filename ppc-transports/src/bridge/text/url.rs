//! An exposition that a server answers with, asked for at every gather.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method, Uri};
use ppc_core::{Mirror, Snapshot, Source};

use super::{Rules, rules_of, tell};
use crate::encode::Format;
use crate::error::{Error, ErrorKind};
use crate::lock::lock;
use crate::seconds::Seconds;
use crate::secret::Secret;
use crate::send::{Credentials, Requester, Route, Target, header, place};

/// What a URL answers as a [`Source`]: the `/metrics` of another program, pushed by us.
///
/// It is asked for whenever it is gathered, and waited for no longer than the
/// [`timeout`](Self::timeout). What is read, and how, is said at [`Text`](crate::Text). Where there
/// is no answer in time, or it cannot be read, nothing of it is shown that time, and
/// [`Snapshot::faults`] says why; its series go on when it answers again.
///
/// Proxies are those of the environment, as everywhere; `https://` needs the feature `tls`.
///
/// # Examples
///
/// ```no_run
/// use ppc_core::registry;
/// use ppc_transports::TextUrl;
///
/// let database = TextUrl::new("http://localhost:9187/metrics")?.timeout(0.5)?;
/// registry().attach(database);
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[must_use = "a source shows nothing until it is gathered"]
pub struct TextUrl {
    target: Target,
    requester: Requester,
    format: Option<Format>,
    timeout: Duration,
    max_size: usize,
    mirror: Mutex<Mirror>,
}

const TIMEOUT: Duration = Duration::from_secs(2);
const MAX_SIZE: usize = 64 << 20;
/// What we read, and what we would rather read.
const ACCEPTED: &str = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";

impl TextUrl {
    /// This URL, `http://` or `https://`.
    ///
    /// # Errors
    ///
    /// Where it is none, or needs what this build has switched off.
    pub fn new(url: impl AsRef<str>) -> Result<Self, Error> {
        let url = url.as_ref();
        let refuse = |reason: &str| ErrorKind::Url {
            // It may have a password.
            found: url
                .rsplit_once('@')
                .map_or(url, |(_, rest)| rest)
                .to_owned(),
            reason: reason.into(),
        };
        let uri: Uri = url.parse().map_err(|_| refuse("it cannot be read"))?;
        let is_https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(refuse("it begins with `http://` or `https://`").into()),
        };
        if uri
            .authority()
            .is_none_or(|authority| authority.as_str().contains('@'))
        {
            return Err(refuse("user and password are told by `basic_auth`").into());
        }
        let route = Route {
            connect_timeout: TIMEOUT,
            ..Route::default()
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        Ok(Self {
            requester: Requester::new(&route, is_https)?,
            target: Target {
                method: Method::GET,
                name: place(&uri),
                uri,
                headers,
                credentials: Credentials::None,
                follow_redirects: true,
                timeout: Some(TIMEOUT),
            },
            format: None,
            timeout: TIMEOUT,
            max_size: MAX_SIZE,
            mirror: Mutex::default(),
        })
    }

    /// How long an answer is waited for, by whoever pushes; 2 s by default.
    ///
    /// # Errors
    ///
    /// Where it is no time, or 0.
    pub fn timeout(mut self, timeout: impl Seconds) -> Result<Self, Error> {
        let timeout = timeout.duration()?;
        if timeout.is_zero() {
            let (what, reason) = ("timeout".into(), "it is longer than 0".into());
            return Err(ErrorKind::Setting { what, reason }.into());
        }
        self.timeout = timeout;
        self.target.timeout = Some(timeout);
        Ok(self)
    }

    /// How many bytes an answer may have; 64 MiB by default.
    pub fn max_size(mut self, bytes: usize) -> Self {
        self.max_size = bytes;
        self
    }

    /// The format of the answer; by default one that ends in `# EOF` is OpenMetrics.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// A user and password, told to this server alone.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.target.credentials = Credentials::Basic {
            user: user.into(),
            password: password.into(),
        };
        self
    }

    /// A token, told to this server alone.
    pub fn bearer_token(mut self, token: impl Into<Secret>) -> Self {
        self.target.credentials = Credentials::Token("Bearer", token.into());
        self
    }

    /// One more header of the request.
    ///
    /// # Errors
    ///
    /// Where there is no such header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let (name, value) = header(name, value).map_err(|reason| ErrorKind::Setting {
            what: format!("header {name:?}"),
            reason: reason.into(),
        })?;
        self.target.headers.insert(name, value);
        Ok(self)
    }

    fn read(&self) -> Result<Bytes, String> {
        let begun = Instant::now();
        let mut request = self
            .target
            .request(Bytes::new())
            .map_err(|f| f.error.to_string())?;
        request.wanted = Some(self.max_size);
        let mut flight = self
            .requester
            .start(request)
            .map_err(|error| error.to_string())?;
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(answer) = flight.poll(&mut context) {
                let answer = answer.map_err(|trouble| trouble.failure.error.to_string())?;
                let failure = || answer.failure(&self.target.name).error.to_string();
                return answer.body.clone().ok_or_else(failure);
            }
            let left = self.timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                let (place, timeout) = (&self.target.name, self.timeout);
                return Err(format!("{place} gave no answer within {timeout:?}"));
            }
            thread::park_timeout(left);
        }
    }

    fn tell(&self, mirror: &mut Mirror) -> Result<(), String> {
        let body = self.read()?;
        let place = &self.target.name;
        let text = str::from_utf8(&body).map_err(|error| format!("{place}: {error}"))?;
        let rules = self.format.map_or_else(|| Rules::detect(text), rules_of);
        tell(text, rules, mirror).map_err(|error| format!("{place}: {error}"))
    }
}

/// Wakes the thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Source for TextUrl {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mut mirror = lock(&self.mirror);
        match self.tell(&mut mirror) {
            Ok(()) => mirror.gather_into(snapshot),
            // The mirror stays as it was: totals go on where they were.
            Err(fault) => mirror.gather_fault(fault, snapshot),
        }
    }
}

impl fmt::Debug for TextUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextUrl")
            .field("place", &self.target.name)
            .finish_non_exhaustive()
    }
}
