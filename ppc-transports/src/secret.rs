//! Credentials: never printed, and read where they are used.

use std::collections::hash_map::RandomState;
use std::env;
use std::fmt;
use std::fs;
use std::hash::{BuildHasher, Hash};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A password or token: as text, or where to find it. It is never printed.
///
/// A file is read again for each request, so that one that is rotated is followed; white space at
/// its end is not part of it.
///
/// # Examples
///
/// ```
/// use ppc_transports::Secret;
///
/// let password = Secret::from("hunter2");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// let token = Secret::file("/run/secrets/token");
/// let other = Secret::env("PUSH_TOKEN");
/// # let _ = (token, other);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Source);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Source {
    Text(String),
    File(PathBuf),
    Env(String),
}

impl Secret {
    /// The content of a file.
    pub fn file(path: impl AsRef<Path>) -> Self {
        Self(Source::File(path.as_ref().to_owned()))
    }

    /// The value of an environment variable.
    pub fn env(name: impl Into<String>) -> Self {
        Self(Source::Env(name.into()))
    }

    /// Reads it.
    pub(crate) fn read(&self) -> io::Result<String> {
        match &self.0 {
            Source::Text(text) => Ok(text.clone()),
            Source::File(path) => fs::read_to_string(path)
                .map(|text| text.trim_end().to_owned())
                .map_err(|error| {
                    let place = path.display();
                    io::Error::new(error.kind(), format!("the credentials in {place}: {error}"))
                }),
            Source::Env(name) => env::var(name).map_err(|error| {
                io::Error::other(format!("the credentials in the variable {name}: {error}"))
            }),
        }
    }

    /// Where it is, as a kind of place and its name; nothing for one that is given as text.
    pub(crate) fn place(&self) -> Option<(&'static str, String)> {
        match &self.0 {
            Source::Text(_) => None,
            Source::File(path) => Some(("file", path.display().to_string())),
            Source::Env(name) => Some(("env", name.clone())),
        }
    }

    /// A number that tells secrets apart, and tells nothing else.
    pub(crate) fn fingerprint(&self) -> u64 {
        static KEYS: OnceLock<RandomState> = OnceLock::new();
        KEYS.get_or_init(RandomState::new).hash_one(self)
    }
}

impl<T: AsRef<str> + ?Sized> From<&T> for Secret {
    fn from(text: &T) -> Self {
        Self(Source::Text(text.as_ref().to_owned()))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Source::Text(text))
    }
}

impl From<&Self> for Secret {
    fn from(secret: &Self) -> Self {
        secret.clone()
    }
}

/// What a key of `#[push_metrics]` is given, by reference, may be a reference.
impl From<&&Self> for Secret {
    fn from(secret: &&Self) -> Self {
        (*secret).clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Text(_) => f.write_str("Secret(***)"),
            Source::File(path) => write!(f, "Secret(file {})", path.display()),
            Source::Env(name) => write!(f, "Secret(env {name})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_where_it_is_and_never_printed() {
        let secret = Secret::from("hunter2");
        assert_eq!(secret.read().unwrap(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let text = Secret::file(&file).read().unwrap();
        assert!(text.starts_with("[package]") && !text.ends_with('\n'));
        let error = Secret::file("/no/such/file").read().unwrap_err();
        assert!(error.to_string().contains("/no/such/file"), "{error}");
        let error = Secret::env("PPC_NO_SUCH_VARIABLE").read().unwrap_err();
        assert!(
            error.to_string().contains("PPC_NO_SUCH_VARIABLE"),
            "{error}"
        );
        assert_eq!(secret.fingerprint(), Secret::from("hunter2").fingerprint());
        assert_ne!(secret.fingerprint(), Secret::from("hunter3").fingerprint());
    }
}
