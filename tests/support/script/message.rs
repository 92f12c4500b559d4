//! What a test tells the server, and what it hears from it.

use std::fmt;
use std::time::{Duration, Instant};

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Request {
    /// Which connection it came over, from 0.
    pub(crate) connection: usize,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Without the framing of chunks; still compressed, where it is.
    pub(crate) body: Vec<u8>,
    /// False where it was answered before its body was read, or broke off.
    pub(crate) is_whole: bool,
    /// When it was read.
    pub(crate) at: Instant,
}

impl Request {
    /// The first header of that name, in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers_named(name).first().copied()
    }

    pub(crate) fn headers_named(&self, name: &str) -> Vec<&str> {
        let headers = self.headers.iter();
        let found = headers.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// As one reads it in the message of a failed test.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("connection", &self.connection)
            .field("line", &format_args!("{} {}", self.method, self.target))
            .field("headers", &self.headers)
            .field("body", &self.text())
            .field("is_whole", &self.is_whole)
            .finish_non_exhaustive()
    }
}

/// What the server does with a connection at its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Greeting {
    /// Reads from it.
    Serve,
    /// Closes it before it reads.
    Close,
    /// Neither reads nor writes.
    Hang,
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    /// The same after a while.
    Late(Duration, Reply),
    /// The same byte by byte, with this pause before each.
    Slowly(Duration, Reply),
    /// These bytes as they are, then it closes.
    Raw(Vec<u8>),
    /// It closes without a word.
    Close,
    /// It says nothing, and holds the connection until the server is dropped.
    Hang,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self::Reply(reply)
    }
}

impl From<u16> for Answer {
    fn from(status: u16) -> Self {
        Reply::status(status).into()
    }
}

/// An answer of HTTP; its length is said for it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) closes: bool,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            closes: false,
        }
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Closes the connection after it, unannounced: say so by a header, or leave it to be found.
    #[must_use]
    pub(crate) fn and_close(mut self) -> Self {
        self.closes = true;
        self
    }

    /// The bytes on the wire.
    pub(super) fn bytes(&self, to_head: bool) -> Vec<u8> {
        let has_body = !matches!(self.status, 100..200 | 204 | 304);
        let length = ("Content-Length".to_owned(), self.body.len().to_string());
        let lines = self.headers.iter().chain(has_body.then_some(&length));
        let lines = lines.map(|(name, value)| format!("{name}: {value}\r\n"));
        let head = lines.collect::<String>() + "\r\n";
        let mut bytes = format!("HTTP/1.1 {} Scripted\r\n{head}", self.status).into_bytes();
        if has_body && !to_head {
            bytes.extend(&self.body);
        }
        bytes
    }
}

type OnConnection = dyn Fn(usize) -> Greeting + Send + Sync;
type OnHead = dyn Fn(&Request, usize) -> Option<Answer> + Send + Sync;
type OnRequest = dyn Fn(&Request, usize) -> Answer + Send + Sync;

/// What the server does and when; each is told how many came before.
pub(crate) struct Script {
    pub(super) connection: Box<OnConnection>,
    pub(super) head: Box<OnHead>,
    pub(super) request: Box<OnRequest>,
}

impl Script {
    /// Says the answer to each request that was read to its end.
    pub(crate) fn answering(
        answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self {
            connection: Box::new(|_| Greeting::Serve),
            head: Box::new(|_, _| None),
            request: Box::new(answer),
        }
    }

    /// Is asked at the start of each connection.
    #[must_use]
    pub(crate) fn on_connection(
        mut self,
        greet: impl Fn(usize) -> Greeting + Send + Sync + 'static,
    ) -> Self {
        self.connection = Box::new(greet);
        self
    }

    /// Is asked before a request's body is read; what it answers ends the connection.
    #[must_use]
    pub(crate) fn on_head(
        mut self,
        answer: impl Fn(&Request, usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        self.head = Box::new(answer);
        self
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}
