//! Which store it is about.

use std::env;

use ppc::store::{self, Store};
use ppc::{Redis, Sqlite};

use crate::failure::Failure;

/// Where the URL is, where it is not in the arguments.
pub(crate) const VARIABLE: &str = "PPC_STORE";

/// A store by its URL or path.
#[derive(Clone, PartialEq)]
pub(crate) struct Place {
    url: String,
    /// In place of the one in the URL.
    prefix: Option<String>,
}

/// What the environment says; an empty variable says nothing.
pub(crate) fn from_environment() -> Option<String> {
    env::var(VARIABLE).ok().filter(|url| !url.is_empty())
}

impl Place {
    pub(crate) fn new(url: String, prefix: Option<String>) -> Self {
        Self { url, prefix }
    }

    /// Opens it. Whether it can be reached is found when it is read.
    pub(crate) fn open(&self) -> Result<Store, Failure> {
        // It tells schemes apart, and says which there are.
        let store = store::open(&self.url)?;
        let Some(prefix) = &self.prefix else {
            return Ok(store);
        };
        let scheme = self
            .url
            .split_once("://")
            .map_or("sqlite", |(scheme, _)| scheme);
        if scheme.eq_ignore_ascii_case("sqlite") {
            return Ok(Sqlite::new(&self.url).prefix(prefix).open()?);
        }
        Ok(Redis::new(&self.url).prefix(prefix).open()?)
    }

    /// Whether the URL has a password in it, which is not to be among the arguments of a process.
    pub(crate) fn has_password(&self) -> bool {
        let Some((_, rest)) = self.url.split_once("://") else {
            return false;
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let user = place
            .split('/')
            .next()
            .and_then(|authority| authority.rsplit_once('@'));
        user.is_some_and(|(user, _)| user.contains(':'))
            || query.split('&').any(|pair| pair.starts_with("pass="))
    }
}

/// Without the URL, which may have a password in it.
impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str, prefix: Option<&str>) -> Place {
        Place::new(url.to_owned(), prefix.map(str::to_owned))
    }

    #[test]
    fn a_prefix_goes_into_any_store() {
        for (url, prefix, expected) in [
            (
                "redis://host",
                Some("a"),
                "Store(redis://host:6379?prefix=a)",
            ),
            (
                "REDIS://host?prefix=b",
                Some("a"),
                "Store(redis://host:6379?prefix=a)",
            ),
            (
                "redis://host?prefix=b",
                None,
                "Store(redis://host:6379?prefix=b)",
            ),
            ("/a/b.db", Some("a"), "Store(sqlite:///a/b.db?prefix=a)"),
            (
                "sqlite:///a/b.db",
                Some("a"),
                "Store(sqlite:///a/b.db?prefix=a)",
            ),
            ("/a/b.db", None, "Store(sqlite:///a/b.db)"),
        ] {
            let store = place(url, prefix).open().unwrap();
            assert_eq!(format!("{store:?}"), expected);
        }
        let failure = place("http://host", Some("a")).open().unwrap_err();
        assert!(matches!(failure, Failure::Usage(text) if text.contains("`redis`")));
        let failure = place("redis://host", Some("a b")).open().unwrap_err();
        assert!(matches!(failure, Failure::Usage(text) if text.contains("prefix")));
    }

    #[test]
    fn passwords_are_seen() {
        for with in [
            "redis://:x@h",
            "redis://u:x@h/1?a=b",
            "redis://h?db=1&pass=x",
        ] {
            assert!(place(with, None).has_password(), "{with}");
        }
        for without in [
            "redis://u@h:6379",
            "redis://h:6379?password_file=/run/a:b@c",
            "/a:b@c",
            "sqlite:///a:b@c",
        ] {
            assert!(!place(without, None).has_password(), "{without}");
        }
        assert!(!format!("{:?}", place("redis://:secret@h", None)).contains("secret"));
    }
}
