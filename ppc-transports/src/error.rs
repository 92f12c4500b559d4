//! The one error of this crate: what was found, what was expected, and where.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Why pushing or serving could not be set up, or a text not be read.
///
/// It is returned to those who ask, by [`Push::try_start`](crate::Push::try_start), by the
/// functions that push once to a gateway, and by bridges to other registries: everywhere else it is
/// logged and counted, and the job runs on.
#[derive(Clone, Debug)]
pub struct Error(Arc<ErrorKind>);

#[derive(Debug)]
pub(crate) enum ErrorKind {
    Address {
        found: String,
        reason: &'static str,
    },
    Choice {
        what: &'static str,
        found: String,
        known: String,
    },
    Number {
        what: &'static str,
        found: String,
        reason: &'static str,
    },
    Time {
        found: String,
        reason: &'static str,
    },
    /// A URL, without credentials.
    Url {
        found: String,
        reason: String,
    },
    /// A setting by its name.
    Setting {
        what: String,
        reason: String,
    },
    /// Of one destination, by its name.
    Destination {
        name: String,
        error: Error,
    },
    Environment {
        name: &'static str,
        position: usize,
        reason: String,
    },
    Feature {
        what: String,
        feature: &'static str,
    },
    Tls(String),
    /// A text that cannot be read.
    Text {
        line: usize,
        expected: &'static str,
        found: String,
    },
    /// There is one already.
    Installed {
        what: &'static str,
    },
    /// A single push of the functions for gateways.
    Push {
        reason: &'static str,
        status: Option<u16>,
        text: String,
    },
    /// Of a shared store.
    Store {
        text: String,
    },
    Label(ppc_core::Error),
    /// Of a server.
    Listen {
        address: String,
        source: io::Error,
    },
    Thread(io::Error),
    NoRuntime,
    NoDestination,
}

impl Error {
    /// True where a setting could not be understood or is out of range.
    pub fn is_setting(&self) -> bool {
        use ErrorKind::{
            Address, Choice, Destination, Environment, Feature, Label, Number, Setting, Time, Tls,
            Url,
        };
        if let Destination { error, .. } = &*self.0 {
            return error.is_setting();
        }
        matches!(
            *self.0,
            Address { .. }
                | Choice { .. }
                | Environment { .. }
                | Feature { .. }
                | Label(_)
                | Number { .. }
                | Setting { .. }
                | Time { .. }
                | Tls(_)
                | Url { .. }
        )
    }

    /// True where a request was made, or should have been, and did not do its work: the server
    /// could not be reached in time, or refused it.
    pub fn is_push(&self) -> bool {
        matches!(*self.0, ErrorKind::Push { .. })
    }

    /// True where a shared store could not do what was asked of it: it cannot be reached or written, or
    /// has not what was named.
    pub fn is_store(&self) -> bool {
        matches!(*self.0, ErrorKind::Store { .. })
    }

    /// The status that a server answered with, where it is the reason.
    pub fn status(&self) -> Option<u16> {
        match *self.0 {
            ErrorKind::Push { status, .. } => status,
            _ => None,
        }
    }

    /// True where a text could not be read: [`Text::parse`](crate::Text::parse).
    pub fn is_text(&self) -> bool {
        matches!(*self.0, ErrorKind::Text { .. })
    }

    /// The line of the text that could not be read, from 1 on.
    pub fn line(&self) -> Option<usize> {
        match *self.0 {
            ErrorKind::Text { line, .. } => Some(line),
            _ => None,
        }
    }

    /// True where the program has one already, and can have no other.
    pub fn is_installed(&self) -> bool {
        matches!(*self.0, ErrorKind::Installed { .. })
    }

    /// True where the time was over.
    pub fn is_timeout(&self) -> bool {
        matches!(
            *self.0,
            ErrorKind::Push {
                reason: "timeout",
                ..
            }
        )
    }

    /// True where the system could not give what pushing and serving need: a thread, a runtime, an
    /// address to listen at.
    pub fn is_system(&self) -> bool {
        matches!(
            *self.0,
            ErrorKind::Thread(_) | ErrorKind::NoRuntime | ErrorKind::Listen { .. }
        )
    }

    /// True where there is nothing to push to.
    pub fn is_no_destination(&self) -> bool {
        matches!(*self.0, ErrorKind::NoDestination)
    }
}

impl Error {
    /// Says which destination it is about, unless it says that by itself.
    pub(crate) fn of_destination(self, name: &str) -> Self {
        if matches!(*self.0, ErrorKind::Address { .. } | ErrorKind::Url { .. }) {
            return self;
        }
        let name = name.to_owned();
        ErrorKind::Destination { name, error: self }.into()
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Arc::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Address { found, reason } => {
                write!(f, "invalid address {found:?}: {reason}")
            }
            ErrorKind::Choice { what, found, known } => {
                write!(f, "invalid {what} {found:?}: known are {known}")
            }
            ErrorKind::Number {
                what,
                found,
                reason,
            } => {
                write!(f, "invalid {what} {found}: {reason}")
            }
            ErrorKind::Time { found, reason } => write!(f, "invalid time {found}: {reason}"),
            ErrorKind::Url { found, reason } => write!(f, "invalid URL {found:?}: {reason}"),
            ErrorKind::Destination { name, error } => write!(f, "{name}: {error}"),
            ErrorKind::Environment {
                name,
                position,
                reason,
            } => {
                write!(f, "{name} at character {position}: {reason}")
            }
            ErrorKind::Setting { what, reason } => write!(f, "invalid {what}: {reason}"),
            ErrorKind::Feature { what, feature } => {
                write!(
                    f,
                    "`{what}` needs the feature `{feature}`, which this build has switched off"
                )
            }
            ErrorKind::Tls(text) => write!(f, "invalid settings of TLS: {text}"),
            ErrorKind::Text {
                line,
                expected,
                found,
            } => write!(f, "line {line}: expected {expected}, found {found:?}"),
            ErrorKind::Installed { what } => write!(f, "the program has {what} already"),
            ErrorKind::Push { text, .. } => write!(f, "push failed: {text}"),
            ErrorKind::Store { text } => f.write_str(text),
            ErrorKind::Label(_) => f.write_str("invalid label of the client"),
            ErrorKind::Listen { address, .. } => write!(f, "cannot listen at {address}"),
            ErrorKind::Thread(_) => f.write_str("the thread could not be started"),
            ErrorKind::NoRuntime => {
                f.write_str("`task` needs a tokio runtime, and there is none where the job starts")
            }
            ErrorKind::NoDestination => f.write_str("there is no destination to push to"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            ErrorKind::Label(source) => Some(source),
            ErrorKind::Listen { source, .. } | ErrorKind::Thread(source) => Some(source),
            ErrorKind::Destination { error, .. } => error.source(),
            _ => None,
        }
    }
}
