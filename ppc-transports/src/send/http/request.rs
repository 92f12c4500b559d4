//! What stays the same from request to request: where it goes, and what stands in its head.

use std::io;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fluent_uri::pct_enc::EStr;
use fluent_uri::pct_enc::encoder::Query;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::secret::Secret;
use crate::send::Failure;

/// Who we are to the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Credentials {
    #[default]
    None,
    /// RFC 7617.
    Basic { user: String, password: Secret },
    /// A scheme, `Bearer` or `Token`, and what stands behind it.
    Token(&'static str, Secret),
}

/// A request without its body.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// How it is called in logs; without credentials.
    pub(crate) name: String,
    pub(crate) headers: HeaderMap,
    pub(crate) credentials: Credentials,
    /// Whether 301 and 302 are followed too.
    pub(crate) follow_redirects: bool,
    /// For the whole request; none for as long as it takes.
    pub(crate) timeout: Option<Duration>,
}

/// A request that is ready to go.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) follow_redirects: bool,
    pub(crate) timeout: Option<Duration>,
    /// Texts that are told to nobody but the server.
    pub(crate) secrets: Vec<String>,
    /// How many bytes the answer may have, where it is what is asked for.
    pub(crate) wanted: Option<usize>,
}

impl Target {
    /// A request with this body, with the credentials as they are now.
    pub(crate) fn request(&self, body: Bytes) -> Result<Outgoing, Failure> {
        let mut headers = self.headers.clone();
        let mut secrets = Vec::new();
        let refuse = |error| Failure {
            reason: "credentials",
            error,
        };
        let authorization = match &self.credentials {
            Credentials::None => None,
            Credentials::Basic { user, password } => {
                let password = password.read().map_err(refuse)?;
                let value = basic(user, &password);
                secrets.extend([password, value["Basic ".len()..].to_owned()]);
                Some(value)
            }
            Credentials::Token(scheme, token) => {
                let token = token.read().map_err(refuse)?;
                let value = format!("{scheme} {token}");
                secrets.push(token);
                Some(value)
            }
        };
        if let Some(value) = authorization {
            let mut value = HeaderValue::from_str(&value).map_err(|_| {
                refuse(io::Error::other(
                    "the credentials have characters that no header can have",
                ))
            })?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let sensitive = headers.iter().filter(|(_, value)| value.is_sensitive());
        secrets.extend(sensitive.filter_map(|(_, value)| Some(value.to_str().ok()?.to_owned())));
        secrets.extend(self.uri.query().into_iter().flat_map(secrets_of_query));
        secrets.retain(|secret| !secret.is_empty());
        Ok(Outgoing {
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers,
            body,
            follow_redirects: self.follow_redirects,
            timeout: self.timeout,
            secrets,
            wanted: None,
        })
    }
}

impl Outgoing {
    /// The request without a body and what describes one.
    pub(crate) fn delete(mut self) -> Self {
        self.method = Method::DELETE;
        self.headers.remove(CONTENT_TYPE);
        self.headers.remove(http::header::CONTENT_ENCODING);
        self.body = Bytes::new();
        self
    }

    /// The text without secrets: a server may repeat what it was sent.
    pub(crate) fn redact(&self, text: String) -> String {
        self.secrets
            .iter()
            .fold(text, |text, secret| text.replace(secret.as_str(), "***"))
    }
}

/// True for headers and parameters whose name tells that the value is nobody's business.
pub(crate) fn is_sensitive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "auth",
        "token",
        "secret",
        "password",
        "cookie",
        "key",
        "credential",
        "signature",
    ]
    .iter()
    .any(|word| name.contains(word))
        || matches!(&*name, "p" | "pwd" | "pass")
}

/// The values of a query whose names tell that they are nobody's business: as they are sent, and
/// as a server reads them.
fn secrets_of_query(query: &str) -> impl Iterator<Item = String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let sensitive = pairs.filter(|(name, _)| is_sensitive(name));
    sensitive.flat_map(|(_, value)| {
        let decoded = EStr::<Query>::new(value).map(|value| value.decode().to_string_lossy());
        let decoded = decoded.map(std::borrow::Cow::into_owned);
        std::iter::once(value.to_owned()).chain(decoded)
    })
}

/// A header as the user gives it; the error says what is wrong with it.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), &'static str> {
    let known = HeaderName::try_from(name).map_err(|_| "a header's name is a word")?;
    if ["host", "content-length", "transfer-encoding", "connection"].contains(&known.as_str()) {
        return Err("this header is ours to set");
    }
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| "a header's value is one line of visible characters")?;
    value.set_sensitive(is_sensitive(known.as_str()));
    Ok((known, value))
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(credentials: Credentials) -> Target {
        Target {
            method: Method::POST,
            uri: Uri::from_static("http://a/"),
            name: String::new(),
            headers: HeaderMap::new(),
            credentials,
            follow_redirects: false,
            timeout: None,
        }
    }

    #[test]
    fn k17_basic_credentials_are_those_of_the_rfc() {
        let (user, password) = ("foo".to_owned(), Secret::from("bar"));
        let request = target(Credentials::Basic { user, password });
        let request = request.request(Bytes::new()).unwrap();
        assert_eq!(request.headers[AUTHORIZATION], "Basic Zm9vOmJhcg==");
        assert!(request.headers[AUTHORIZATION].is_sensitive());
        let echoed = request.redact("you sent foo:bar as Zm9vOmJhcg==".to_owned());
        assert_eq!(echoed, "you sent foo:*** as ***");
    }

    #[test]
    fn credentials_that_cannot_be_sent_are_named_and_not_shown() {
        for (secret, expected) in [
            (Secret::from("a\nb"), "characters"),
            (Secret::env("PPC_NO_SUCH_VARIABLE"), "PPC_NO_SUCH_VARIABLE"),
        ] {
            let failure = target(Credentials::Token("Bearer", secret)).request(Bytes::new());
            let failure = failure.unwrap_err();
            assert_eq!(failure.reason, "credentials");
            let text = failure.error.to_string();
            assert!(text.contains(expected) && !text.contains("a\nb"), "{text}");
        }
    }

    #[test]
    fn secrets_in_the_query_are_not_told_either() {
        let mut target = target(Credentials::None);
        target.uri = Uri::from_static("http://a/write?db=x&p=hunter%2F2");
        let request = target.request(Bytes::new()).unwrap();
        for echoed in ["not found: /write?db=x&p=hunter%2F2", "p is hunter/2"] {
            let told = request.redact(echoed.to_owned());
            assert!(!told.contains("hunter") && told.contains("***"), "{told}");
        }
    }

    #[test]
    fn headers_are_checked() {
        assert!(header("X-Scope-OrgID", "7").is_ok());
        assert!(!header("X-Scope-OrgID", "7").unwrap().1.is_sensitive());
        assert!(header("X-Api-Key", "7").unwrap().1.is_sensitive());
        for (name, value) in [("a b", "x"), ("", "x"), ("a", "x\ny"), ("Host", "x")] {
            assert!(header(name, value).is_err(), "{name}: {value}");
        }
    }
}
