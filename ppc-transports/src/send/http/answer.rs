//! What a server's answer means.

use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{HeaderMap, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

use super::retry_after::retry_after;
use crate::send::Failure;

/// Bytes of an answer that are looked at; of the rest there is nothing to be told.
pub(super) const READ: usize = 64 * 1024;
/// Characters of it that are told.
const TOLD: usize = 200;

/// A server's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The first line of the body, as far as it can be told.
    pub(crate) line: String,
    pub(crate) retry_after: Option<Duration>,
    /// Where it was asked for, and has come to its end.
    pub(crate) body: Option<Bytes>,
}

/// What to do about an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Arrived,
    /// This request cannot arrive, a smaller one may.
    TooLarge,
    /// The server may take it later.
    Later,
    /// A server on the way gave up waiting: nobody knows.
    Unknown,
    /// This body is wrong, the next may be right.
    Wrong,
    /// The server takes nothing from us.
    Refused,
}

impl Answer {
    /// What a server answered; `redact` takes out what nobody is told, before anything is cut off:
    /// a part of a secret is one as well.
    pub(super) fn new(
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
        redact: impl Fn(String) -> String,
    ) -> Self {
        let asked = headers.get(RETRY_AFTER).map(HeaderValue::to_str);
        let now = SystemTime::now();
        Self {
            status,
            line: first_line(body, redact),
            retry_after: asked
                .and_then(Result::ok)
                .and_then(|value| retry_after(value, now)),
            body: None,
        }
    }

    pub(crate) fn verdict(&self) -> Verdict {
        match self.status.as_u16() {
            200..=299 => Verdict::Arrived,
            413 => Verdict::TooLarge,
            502 | 504 => Verdict::Unknown,
            408 | 425 | 429 | 500..=599 => Verdict::Later,
            400 | 422 => Verdict::Wrong,
            _ => Verdict::Refused,
        }
    }

    /// The answer as an error, of a request to `place`.
    pub(crate) fn failure(&self, place: &str) -> Failure {
        let reason = match self.verdict() {
            Verdict::TooLarge => "too_large",
            Verdict::Later | Verdict::Unknown => "server_error",
            _ => "rejected",
        };
        let (status, line) = (self.status, &self.line);
        let text = if line.is_empty() {
            format!("{place} answered {status}")
        } else {
            format!("{place} answered {status}: {line}")
        };
        Failure {
            reason,
            error: io::Error::other(text),
        }
    }
}

/// The first line that says something; of a page of HTML, its title.
fn first_line(body: &[u8], redact: impl Fn(String) -> String) -> String {
    let text = String::from_utf8_lossy(body);
    let title = text.trim_start().starts_with('<').then(|| {
        let (_, rest) = text.split_once("<title>")?;
        Some(rest.split_once("</title>")?.0)
    });
    let line = title
        .flatten()
        .or_else(|| text.lines().find(|line| !line.trim().is_empty()))
        .unwrap_or_default();
    let line = redact(line.trim().to_owned());
    let printable = line.chars().filter(|c| !c.is_control());
    printable.take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_told_says_something() {
        for (body, line) in [
            ("", ""),
            ("\n\n  bad line 7 \nmore", "bad line 7"),
            ("a\x1b[31m red\x07", "a[31m red"),
            (
                "<html>\r\n<head><title>400 No required SSL certificate was sent</title>",
                "400 No required SSL certificate was sent",
            ),
            ("<html>", "<html>"),
        ] {
            assert_eq!(first_line(body.as_bytes(), |line| line), line);
        }
        assert_eq!(
            first_line("ü".repeat(1000).as_bytes(), |line| line)
                .chars()
                .count(),
            TOLD
        );
        assert_eq!(first_line(b"\xff ok", |line| line), "\u{fffd} ok");
    }

    #[test]
    fn statuses_have_their_meaning() {
        use Verdict::{Arrived, Later, Refused, TooLarge, Unknown, Wrong};
        for (status, verdict) in [
            (200, Arrived),
            (202, Arrived),
            (204, Arrived),
            (301, Refused),
            (304, Refused),
            (400, Wrong),
            (401, Refused),
            (403, Refused),
            (404, Refused),
            (408, Later),
            (413, TooLarge),
            (422, Wrong),
            (425, Later),
            (429, Later),
            (500, Later),
            (502, Unknown),
            (503, Later),
            (504, Unknown),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let answer = Answer::new(status, &HeaderMap::new(), &Bytes::new(), |line| line);
            assert_eq!(answer.verdict(), verdict, "{status}");
        }
    }

    #[test]
    fn a_failure_says_where_what_and_why() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("7"));
        let body = Bytes::from_static(b"text format parsing error in line 1");
        let answer = Answer::new(StatusCode::BAD_REQUEST, &headers, &body, |line| line);
        assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
        let failure = answer.failure("http://gateway:9091");
        assert_eq!(failure.reason, "rejected");
        assert_eq!(
            failure.error.to_string(),
            "http://gateway:9091 answered 400 Bad Request: text format parsing error in line 1"
        );
    }
}
