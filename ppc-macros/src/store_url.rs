//! URLs of a shared store as literals: `redis://host:port/database`.

use crate::http_url;
use crate::words;

/// With a host; some of them over TLS.
const NET: [&str; 4] = ["redis", "rediss", "valkey", "valkeys"];
/// With the path of a socket.
const UNIX: [&str; 2] = ["redis+unix", "valkey+unix"];

/// Says why the text cannot be the URL of a store; one without a scheme is `redis://`.
pub(crate) fn fault(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty; a URL is \"redis://host:port\"".to_owned());
    }
    if let Some(fault) = http_url::character_fault(text) {
        return Some(fault);
    }
    let known = [&NET[..], &UNIX[..]].concat();
    let Some((scheme, rest)) = text.split_once("://") else {
        return match text.split_once(":/") {
            Some((scheme, _)) if known.contains(&scheme) => Some(format!(
                "the `//` behind `{scheme}:` is missing: found {text:?}"
            )),
            _ => http_url::authority_fault(text, text, EXAMPLE),
        };
    };
    let lower = scheme.to_ascii_lowercase();
    if NET.contains(&&*lower) {
        http_url::authority_fault(text, rest, EXAMPLE)
    } else if UNIX.contains(&&*lower) {
        socket_fault(text, rest)
    } else {
        Some(words::unknown("scheme", scheme, "", &known))
    }
}

const EXAMPLE: &str = "redis://[::1]:6379";

/// Says what is wrong with the path of a socket at the beginning of `rest`.
fn socket_fault(text: &str, rest: &str) -> Option<String> {
    let path = rest.split('?').next().unwrap_or_default();
    if !path.starts_with('/') {
        return Some(format!(
            "a socket is on this machine, as in \"redis+unix:///run/redis.sock\": found {text:?}"
        ));
    }
    path.ends_with('/')
        .then(|| format!("the name of a socket is missing: found {text:?}"))
}

/// The beginning of a URL that asks for encryption.
pub(crate) fn tls(text: &str) -> Option<&'static str> {
    let (scheme, _) = text.split_once("://")?;
    match &*scheme.to_ascii_lowercase() {
        "rediss" => Some("rediss://"),
        "valkeys" => Some("valkeys://"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_scheme_of_a_store_and_a_host() {
        for fine in [
            "localhost",
            "localhost:6379",
            "redis://localhost",
            "REDISS://user:p%23w@redis.acme.net:6380/2?prefix=a",
            "valkey://[::1]:6379/1",
            "valkeys://:password@store",
            "redis+unix:///run/redis.sock?db=1",
            "valkey+unix:///run/valkey.sock",
        ] {
            assert_eq!(fault(fine), None, "{fine}");
        }
        for (faulty, message) in [
            ("", "empty"),
            ("redis://", "host is missing"),
            ("redis://:6379/1", "host is missing"),
            ("rediss://user:pw@/1", "host is missing"),
            ("redis://host:0", "1 to 65535"),
            ("redis://::1", "\"redis://[::1]:6379\""),
            ("redis:/host", "`//` behind `redis:`"),
            ("redis://a b", "' '"),
            ("redis://a/#1", "`#`"),
            (
                "http://host:6379",
                "unknown scheme `http` (known: `redis`, `rediss`",
            ),
            ("reddis://host", "did you mean `redis`?"),
            ("unix:///run/redis.sock", "unknown scheme `unix`"),
            (
                "redis+unix://run/redis.sock",
                "\"redis+unix:///run/redis.sock\"",
            ),
            ("redis+unix:///run/", "name of a socket is missing"),
            ("redis+unix://", "\"redis+unix:///run/redis.sock\""),
        ] {
            let found = fault(faulty).unwrap_or_default();
            assert!(found.contains(message), "{faulty}: {found}");
        }
    }

    #[test]
    fn schemes_say_what_is_needed() {
        assert_eq!(tls("rediss://a"), Some("rediss://"));
        assert_eq!(tls("VALKEYS://a"), Some("valkeys://"));
        for plain in ["redis://a", "valkey://a", "redis+unix:///a", "rediss"] {
            assert_eq!(tls(plain), None, "{plain}");
        }
    }
}
