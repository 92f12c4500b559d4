//! A request and its answer, redirects and all, within a limit of time.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, COOKIE, LOCATION, PROXY_AUTHORIZATION};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::answer::{self, Answer};
use super::connect::{Limited, Way, Wire};
use super::request::Outgoing;
use super::thread::Thread;
use super::tls::{Secured, Tls};
use crate::lock::lock;
use crate::send::Failure;

/// Redirects that are followed in a row.
const REDIRECTS: usize = 5;
/// How long the body of an answer is waited for, when its status has said what there is to know.
const BODY: Duration = Duration::from_secs(2);
/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(90);

/// Opens connections and keeps them.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) way: Way,
    pub(super) tls: Tls,
    /// A certificate of ours is shown to whoever is asked.
    pub(super) has_identity: bool,
    pub(super) connect_timeout: Duration,
    /// Each request has a connection of its own, so that none meets one that is being closed.
    pub(super) fresh: bool,
    pub(super) client: OnceLock<Client<Limited<Secured>, Full<Bytes>>>,
    /// Kept from request to request, and the connections with it.
    pub(super) thread: OnceLock<Arc<Thread>>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) failure: Failure,
    /// The request may have arrived all the same.
    pub(crate) maybe_arrived: bool,
    /// Another try may go better.
    pub(crate) may_pass: bool,
}

impl Trouble {
    pub(super) fn new(reason: &'static str, text: impl Into<String>) -> Self {
        Self {
            failure: Failure {
                reason,
                error: io::Error::other(text.into()),
            },
            maybe_arrived: false,
            may_pass: true,
        }
    }

    fn for_good(self) -> Self {
        Self {
            may_pass: false,
            ..self
        }
    }
}

impl Endpoint {
    /// The thread that its requests run on.
    pub(super) fn thread(&self) -> io::Result<Arc<Thread>> {
        if let Some(thread) = self.thread.get() {
            return Ok(Arc::clone(thread));
        }
        let thread = Thread::get()?;
        Ok(Arc::clone(self.thread.get_or_init(|| thread)))
    }

    fn client(&self) -> Result<&Client<Limited<Secured>, Full<Bytes>>, Trouble> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Here, because the system's authorities are read, which takes its time.
        let secured = self.tls.secure(Wire::new(self.way.clone()));
        let secured = secured.map_err(|error| Trouble::new("tls", error.to_string()).for_good())?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new());
        builder.pool_idle_timeout(IDLE);
        builder.pool_max_idle_per_host(usize::from(!self.fresh));
        let client = builder.build(Limited {
            inner: secured,
            limit: self.connect_timeout,
        });
        Ok(self.client.get_or_init(|| client))
    }
}

/// Whether a request may have arrived: it has had a connection. Nothing more is known of one that
/// is given up.
#[derive(Debug, Default)]
pub(super) struct Sent(Mutex<Option<CaptureConnection>>);

impl Sent {
    pub(super) fn maybe(&self) -> bool {
        let connection = lock(&self.0);
        let connected = connection
            .as_ref()
            .map(|c| c.connection_metadata().is_some());
        connected.unwrap_or(false)
    }

    fn set(&self, connection: Option<CaptureConnection>) {
        *lock(&self.0) = connection;
    }
}

/// Sends a request and reads its answer.
pub(super) async fn exchange(
    endpoint: Arc<Endpoint>,
    request: Outgoing,
    sent: Arc<Sent>,
) -> Result<Answer, Trouble> {
    let work = follow(&endpoint, &request, &sent);
    let result = match request.timeout {
        None => work.await,
        Some(timeout) => tokio::time::timeout(timeout, work)
            .await
            .unwrap_or_else(|_| {
                let text = format!("{} gave no answer within {timeout:?}", place(&request.uri));
                Err(Trouble::new("timeout", text))
            }),
    };
    result.map_err(|mut trouble| {
        trouble.maybe_arrived |= sent.maybe();
        trouble
    })
}

/// Follows redirects with the same method and body.
async fn follow(endpoint: &Endpoint, request: &Outgoing, sent: &Sent) -> Result<Answer, Trouble> {
    let client = endpoint.client()?;
    let mut uri = request.uri.clone();
    let mut headers = request.headers.clone();
    for _ in 0..=REDIRECTS {
        let response = send(client, endpoint, request, &uri, &headers, sent).await?;
        let (status, answer_headers) = (response.status(), response.headers().clone());
        let is_followed = match status {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => request.follow_redirects,
            _ => false,
        };
        if !is_followed {
            let redact = |line| request.redact(line);
            if let Some(limit) = request.wanted.filter(|_| status.is_success()) {
                let body = read_whole(response.into_body(), limit, &uri).await?;
                let mut answer = Answer::new(status, &answer_headers, &Bytes::new(), redact);
                answer.body = Some(body);
                return Ok(answer);
            }
            let body = read(response.into_body()).await;
            return Ok(Answer::new(status, &answer_headers, &body, redact));
        }
        // Wherever it leads, this server has not taken it.
        sent.set(None);
        let next = redirected(&uri, &answer_headers, status)?;
        if !same_server(&uri, &next) {
            if endpoint.has_identity {
                let text = format!(
                    "{} redirects to {}, which is not shown our certificate",
                    place(&uri),
                    place(&next)
                );
                return Err(Trouble::new("redirect", text).for_good());
            }
            forget_credentials(&mut headers);
        }
        uri = next;
    }
    let text = format!(
        "{} redirects more than {REDIRECTS} times",
        place(&request.uri)
    );
    Err(Trouble::new("redirect", text).for_good())
}

async fn send(
    client: &Client<Limited<Secured>, Full<Bytes>>,
    endpoint: &Endpoint,
    request: &Outgoing,
    uri: &Uri,
    headers: &HeaderMap,
    sent: &Sent,
) -> Result<Response<Incoming>, Trouble> {
    let mut outgoing = Request::new(Full::new(request.body.clone()));
    *outgoing.method_mut() = request.method.clone();
    *outgoing.uri_mut() = uri.clone();
    *outgoing.headers_mut() = headers.clone();
    let proxy = endpoint.way.proxy(uri);
    if uri.scheme() == Some(&Scheme::HTTP)
        && let Some(auth) = proxy.as_ref().and_then(Intercept::basic_auth)
    {
        let headers = outgoing.headers_mut();
        headers.insert(PROXY_AUTHORIZATION, auth.clone());
    }
    sent.set(Some(capture_connection(&mut outgoing)));
    client.request(outgoing).await.map_err(|error| {
        let is_connect = error.is_connect();
        let reason = if is_connect { "unreachable" } else { "broken" };
        let mut place = place(uri);
        if let Some(proxy) = proxy {
            place = format!("{place} through the proxy {}", self::place(proxy.uri()));
        }
        let trouble = Trouble::new(reason, format!("{place}: {}", chain(&error)));
        Trouble {
            maybe_arrived: !is_connect,
            ..trouble
        }
    })
}

/// As much of a body as is looked at, or comes in time; what follows makes the connection unfit for
/// another request.
async fn read(mut body: Incoming) -> Bytes {
    let mut bytes = BytesMut::new();
    let reading = async {
        while bytes.len() < answer::READ
            && let Some(Ok(frame)) = body.frame().await
        {
            if let Some(data) = frame.data_ref() {
                bytes.extend_from_slice(data);
            }
        }
    };
    // One that never ends takes nothing back of what the status says.
    let _ = tokio::time::timeout(BODY, reading).await;
    bytes.freeze()
}

/// All of a body, which is what was asked for.
async fn read_whole(mut body: Incoming, limit: usize, uri: &Uri) -> Result<Bytes, Trouble> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            let text = format!("{} broke off: {}", place(uri), chain(&error));
            Trouble::new("broken", text)
        })?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(data);
        }
        if bytes.len() > limit {
            let text = format!("{} answered with more than {limit} bytes", place(uri));
            return Err(Trouble::new("too_large", text));
        }
    }
    Ok(bytes.freeze())
}

fn redirected(from: &Uri, headers: &HeaderMap, status: StatusCode) -> Result<Uri, Trouble> {
    let wrong = |why: &str| {
        let text = format!("{} answered {status}, {why}", place(from));
        Trouble::new("redirect", text).for_good()
    };
    let location = headers.get(LOCATION).map(HeaderValue::to_str);
    let Some(Ok(location)) = location else {
        return Err(wrong("without saying where to go"));
    };
    let unreadable = || wrong("with a location that is no URL");
    let reference = fluent_uri::UriRef::parse(location).map_err(|_| unreadable())?;
    let base = fluent_uri::Uri::parse(from.to_string()).map_err(|_| unreadable())?;
    let next = reference.resolve_against(&base).map_err(|_| unreadable())?;
    let next: Uri = next.as_str().parse().map_err(|_| unreadable())?;
    let is_http = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&next.scheme());
    if !is_http || next.host().is_none() {
        return Err(wrong("with a location that is not HTTP"));
    }
    if from.scheme() == Some(&Scheme::HTTPS) && next.scheme() == Some(&Scheme::HTTP) {
        return Err(wrong("which leads from https:// to http://"));
    }
    Ok(next)
}

fn same_server(a: &Uri, b: &Uri) -> bool {
    let port = |uri: &Uri| {
        let default = if uri.scheme() == Some(&Scheme::HTTPS) {
            443
        } else {
            80
        };
        uri.port_u16().unwrap_or(default)
    };
    a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b)
}

fn forget_credentials(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    headers.remove(COOKIE);
    let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
    let names: Vec<_> = sensitive.map(|(name, _)| name.clone()).collect();
    for name in names {
        headers.remove(name);
    }
}

/// A URL as it may be told: without user, password and parameters.
pub(crate) fn place(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = uri.host().unwrap_or_default();
    let port = uri
        .port_u16()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    format!("{scheme}://{host}{port}{}", uri.path())
}

/// An error with its causes, as far as each says something new.
fn chain(error: &dyn Error) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        // hyper's own say the same of every error.
        if !words.starts_with("client error") && !text.contains(&words) {
            let separator = if text.is_empty() { "" } else { ": " };
            let _ = write!(text, "{separator}{words}");
        }
        next = error.source();
    }
    // What rustls says of an answer without encryption.
    if text.contains("InvalidContentType") {
        text += ", as of a server that does not speak TLS";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        text.parse().unwrap()
    }

    fn follow(from: &str, location: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::try_from(location).unwrap());
        redirected(&uri(from), &headers, StatusCode::PERMANENT_REDIRECT)
            .map(|next| next.to_string())
            .map_err(|trouble| trouble.failure.error.to_string())
    }

    #[test]
    fn f19_locations_are_resolved_and_never_leave_encryption() {
        let from = "https://a:9091/metrics/job/x?token=y";
        assert_eq!(follow(from, "/other").unwrap(), "https://a:9091/other");
        assert_eq!(follow(from, "z").unwrap(), "https://a:9091/metrics/job/z");
        assert_eq!(follow(from, "https://b/").unwrap(), "https://b/");
        for (location, why) in [
            ("http://a:9091/", "from https:// to http://"),
            ("ftp://a/", "not HTTP"),
            ("https://[", "no URL"),
        ] {
            let error = follow(from, location).unwrap_err();
            assert!(error.contains(why) && !error.contains("token"), "{error}");
        }
        assert_eq!(follow("http://a/", "https://a/").unwrap(), "https://a/");
    }

    #[test]
    fn f19_another_host_port_or_scheme_gets_no_credentials() {
        let same = |a, b| same_server(&uri(a), &uri(b));
        assert!(same("http://a/x", "http://a:80/y") && same("https://a:443/", "https://a/"));
        assert!(!same("http://a/", "http://b/") && !same("http://a/", "https://a/"));
        assert!(!same("http://a:1/", "http://a:2/"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic x"));
        let (name, value) = super::super::request::header("x-api-key", "y").unwrap();
        headers.insert(name, value);
        headers.insert("x-scope", HeaderValue::from_static("1"));
        forget_credentials(&mut headers);
        assert_eq!(
            headers
                .keys()
                .map(http::HeaderName::as_str)
                .collect::<Vec<_>>(),
            ["x-scope"]
        );
    }

    #[test]
    fn what_is_told_of_a_url_holds_no_secrets() {
        let told = place(&uri("https://user:pw@host:1/write?token=x"));
        assert_eq!(told, "https://host:1/write");
    }
}
