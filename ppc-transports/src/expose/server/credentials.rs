//! Who may scrape: basic authentication (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderValue};

use crate::log::{self, Level};
use crate::secret::Secret;

/// What a client without them is told.
pub(super) const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Basic realm=\"metrics\", charset=\"UTF-8\"");

#[derive(Clone, Debug)]
pub(super) struct Credentials {
    user: String,
    password: Secret,
}

impl Credentials {
    pub(super) fn new(user: String, password: Secret) -> Self {
        Self { user, password }
    }

    /// Whether the request has them. A password that cannot be read is nobody's.
    pub(super) fn are_in(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(decode);
        match self.password.read() {
            Ok(password) => {
                let expected = format!("{}:{password}", self.user);
                given.is_some_and(|given| are_same(&given, expected.as_bytes()))
            }
            Err(error) => {
                let message = format_args!("nobody can scrape: {error}");
                log::tell(Level::Warn, "serve: credentials", message);
                false
            }
        }
    }
}

fn decode(value: &HeaderValue) -> Option<Vec<u8>> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let is_basic = scheme.eq_ignore_ascii_case("basic");
    STANDARD.decode(encoded.trim()).ok().filter(|_| is_basic)
}

/// Compares in a time that depends on what was given alone, so that it tells nobody how much of it
/// is right.
fn are_same(given: &[u8], expected: &[u8]) -> bool {
    let mut differences = u8::from(given.len() != expected.len());
    for (index, byte) in given.iter().enumerate() {
        differences |= byte ^ expected[index % expected.len()];
    }
    std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_of_it_is_right() {
        let credentials = Credentials::new("user".to_owned(), Secret::from("pass:word"));
        let is_in = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            credentials.are_in(&headers)
        };
        let encode = |text: &str| STANDARD.encode(text);
        assert!(is_in(&format!("Basic {}", encode("user:pass:word"))));
        assert!(is_in(&format!("basic  {}", encode("user:pass:word"))));
        for wrong in [
            "",
            "user",
            "user:",
            "user:pass:wor",
            "user:pass:wordu",
            "USER:pass:word",
        ] {
            assert!(!is_in(&format!("Basic {}", encode(wrong))), "{wrong}");
        }
        assert!(!is_in(&format!("Bearer {}", encode("user:pass:word"))));
        assert!(!is_in("Basic") && !is_in("Basic ?") && !is_in("user:pass:word"));
        assert!(!credentials.are_in(&HeaderMap::new()));
        let unread = Credentials::new(String::new(), Secret::file("/no/such/file"));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Basic Og==".parse().unwrap());
        assert!(!unread.are_in(&headers));
    }
}
