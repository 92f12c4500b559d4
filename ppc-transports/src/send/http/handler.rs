//! Requests by the user's own HTTP, in place of ours.

use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::oneshot;

use super::answer::Answer;
use super::exchange::{Trouble, place};
use super::request::Outgoing;
use crate::os;
use crate::slots::Slots;

/// Makes requests in place of the built-in client: with another HTTP library, through something
/// that is no network, or in a test.
///
/// It is called on a thread of its own and may block; a periodic push that it holds up is skipped.
/// Redirects, proxies, encryption and time limits are its business; retries are not. Closures of
/// this form are handlers.
///
/// # Examples
///
/// ```
/// use ppc_transports::{HttpHandler, HttpRequest, HttpResponse};
///
/// fn handler() -> impl HttpHandler {
///     |request: &HttpRequest<'_>| {
///         println!("{} {}: {} bytes", request.method(), request.url(), request.body().len());
///         Ok(HttpResponse::new(200))
///     }
/// }
/// # let _ = handler();
/// ```
pub trait HttpHandler: Send + Sync + 'static {
    /// Makes a request and returns the answer, or why there is none.
    ///
    /// # Errors
    ///
    /// Those of the handler's own HTTP; the request is tried again as after any other failure to
    /// get an answer.
    fn handle(
        &self,
        request: &HttpRequest<'_>,
    ) -> Result<HttpResponse, Box<dyn Error + Send + Sync>>;
}

impl<F> HttpHandler for F
where
    F: Fn(&HttpRequest<'_>) -> Result<HttpResponse, Box<dyn Error + Send + Sync>>,
    F: Send + Sync + 'static,
{
    fn handle(
        &self,
        request: &HttpRequest<'_>,
    ) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
        self(request)
    }
}

/// A request for an [`HttpHandler`] to make.
pub struct HttpRequest<'a>(&'a Outgoing);

impl HttpRequest<'_> {
    /// `POST`, `PUT` or `DELETE`.
    pub fn method(&self) -> &str {
        self.0.method.as_str()
    }

    /// The whole URL, without user and password: those are in the headers.
    pub fn url(&self) -> String {
        self.0.uri.to_string()
    }

    /// The headers, credentials and content type among them; `Host` and `Content-Length` are not.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.headers.iter();
        pairs.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()))
    }

    /// The body; empty with `DELETE`.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// How long the request may take; none where there is no limit.
    pub fn timeout(&self) -> Option<Duration> {
        self.0.timeout
    }
}

impl fmt::Debug for HttpRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method())
            .field("url", &place(&self.0.uri))
            .field("body", &format_args!("{} bytes", self.body().len()))
            .finish_non_exhaustive()
    }
}

/// The answer to an [`HttpRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl HttpResponse {
    /// An answer without headers and body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header; `Retry-After` is looked at.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body, whose first line is told where the status is an error.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn answer(self, redact: impl Fn(String) -> String) -> Result<Answer, Trouble> {
        let status = StatusCode::from_u16(self.status).map_err(|_| {
            let text = format!("the handler answered with status {}", self.status);
            Trouble::new("handler", text)
        })?;
        let headers: HeaderMap = self
            .headers
            .into_iter()
            .filter_map(|(name, value)| {
                let name = HeaderName::try_from(name).ok()?;
                Some((name, HeaderValue::try_from(value).ok()?))
            })
            .collect();
        let body = Bytes::from(self.body);
        Ok(Answer::new(status, &headers, &body, redact))
    }
}

/// Calls that may be under way at a time, for all clients: more of them hang.
const MANY_CALLS: usize = 32;
static CALLS: Slots = Slots::new(MANY_CALLS);

/// Has the handler make the request, on a thread of its own.
pub(super) fn spawn(
    handler: &Arc<dyn HttpHandler>,
    request: Outgoing,
) -> oneshot::Receiver<Result<Answer, Trouble>> {
    let (told, result) = oneshot::channel();
    let Some(call) = CALLS.take() else {
        let text = format!("{MANY_CALLS} calls of handlers hang; no more are made");
        let _ = told.send(Err(Trouble::new("handler", text)));
        return result;
    };
    let handler = Arc::clone(handler);
    let started = os::spawn("ppc-handler", move || {
        let _call = call;
        let call = AssertUnwindSafe(|| handler.handle(&HttpRequest(&request)));
        let answer = match catch_unwind(call) {
            Ok(Ok(response)) => response.answer(|line| request.redact(line)),
            Ok(Err(error)) => Err(Trouble::new("handler", request.redact(error.to_string()))),
            Err(_) => Err(Trouble::new("handler", "the handler panicked")),
        };
        let answer = answer.map_err(|trouble| Trouble {
            maybe_arrived: true,
            ..trouble
        });
        let _ = told.send(answer);
    });
    if let Err(error) = started {
        let (told, result) = oneshot::channel();
        let _ = told.send(Err(Trouble::new("thread", error.to_string())));
        return result;
    }
    result
}
