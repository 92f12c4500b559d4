//! How a process ends.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Code(i32),
    Signal(i32),
}

impl End {
    pub(crate) fn of(status: ExitStatus) -> Option<Self> {
        let code = status.code().map(Self::Code);
        code.or(status.signal().map(Self::Signal))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "status {code}"),
            Self::Signal(2) => write!(f, "SIGINT"),
            Self::Signal(6) => write!(f, "SIGABRT"),
            Self::Signal(9) => write!(f, "SIGKILL"),
            Self::Signal(15) => write!(f, "SIGTERM"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}
