//! Why a text cannot be read: where, what was expected, what was found.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// From 1 on.
    pub(crate) line: usize,
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

/// The same within a line, by whoever does not know which line it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unexpected {
    pub(super) expected: &'static str,
    pub(super) found: String,
}

/// How much of what was found is told, in characters.
const MOST_TOLD: usize = 60;

impl Unexpected {
    #[cold]
    pub(super) fn new(expected: &'static str, found: &str) -> Self {
        let mut shown: String = found.chars().take(MOST_TOLD).collect();
        if shown.len() < found.len() {
            shown.push_str("..");
        }
        Self {
            expected,
            found: shown,
        }
    }

    pub(super) fn at(self, line: usize) -> Fault {
        let Self { expected, found } = self;
        Fault {
            line,
            expected,
            found,
        }
    }
}

/// What a line must not be.
pub(super) fn unexpected<T>(expected: &'static str, found: &str) -> Result<T, Unexpected> {
    Err(Unexpected::new(expected, found))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Error::from(self.clone()).fmt(f)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let Fault {
            line,
            expected,
            found,
        } = fault;
        ErrorKind::Text {
            line,
            expected,
            found,
        }
        .into()
    }
}
