//! The one error of this crate: what was found, what was expected, and where.

use std::fmt;
use std::io;
use std::sync::Arc;

/// Why pushing could not be set up.
///
/// It is returned by [`Push::try_start`](crate::Push::try_start) alone: everywhere else it is
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
        known: &'static str,
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
    Label(ppc_core::Error),
    Thread(io::Error),
    NoRuntime,
    NoDestination,
}

impl Error {
    /// True where a setting could not be understood or is out of range.
    pub fn is_setting(&self) -> bool {
        use ErrorKind::{Address, Choice, Label, Number, Time};
        matches!(
            *self.0,
            Address { .. } | Choice { .. } | Number { .. } | Time { .. } | Label(_)
        )
    }

    /// True where the system could not give what pushing needs: a thread, a runtime.
    pub fn is_system(&self) -> bool {
        matches!(*self.0, ErrorKind::Thread(_) | ErrorKind::NoRuntime)
    }

    /// True where there is nothing to push to.
    pub fn is_no_destination(&self) -> bool {
        matches!(*self.0, ErrorKind::NoDestination)
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
            ErrorKind::Label(_) => f.write_str("invalid label of the client"),
            ErrorKind::Thread(_) => f.write_str("the pushing thread could not be started"),
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
            ErrorKind::Thread(source) => Some(source),
            _ => None,
        }
    }
}
