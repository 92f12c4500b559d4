//! Why a command did not do its work, and what the process ends with.

use std::error::Error as _;
use std::fmt;
use std::process::ExitCode;

/// What goes to standard error, on one line.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    /// It was asked for in a way that is not understood.
    Usage(String),
    /// It could not be done.
    Work(String),
}

impl Failure {
    /// 2 for what the caller has to write in another way, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Work(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) => write!(f, "{text}; see `ppc-serve --help`"),
            Self::Work(text) => f.write_str(text),
        }
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<ppc::Error> for Failure {
    fn from(error: ppc::Error) -> Self {
        let mut text = error.to_string();
        if let Some(source) = error.source() {
            text = format!("{text}: {source}");
        }
        if error.is_setting() {
            Self::Usage(text)
        } else {
            Self::Work(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_usage_and_the_rest_is_work() {
        let error = ppc::store::open("ftp://host").unwrap_err();
        assert!(matches!(Failure::from(error), Failure::Usage(_)));
        let store = ppc::store::open("/no/such/folder/metrics.db").unwrap();
        let failure = Failure::from(store.drop_family("jobs").unwrap_err());
        let Failure::Work(text) = failure else {
            panic!("{failure:?}")
        };
        assert!(
            text.starts_with("sqlite:///no/such/folder/metrics.db: "),
            "{text}"
        );
    }
}
