//! The one error of this crate: what was found, what was expected, and where.

use std::fmt;

/// Why a metric could not be defined, or a series not be found by its labels.
///
/// Recording never fails; this error belongs to definitions and to look-ups by name or position.
#[derive(Debug)]
pub struct Error(Box<ErrorKind>);

#[derive(Debug)]
pub(crate) enum ErrorKind {
    Name {
        what: &'static str,
        found: String,
        reason: &'static str,
    },
    Label {
        metric: String,
        label: String,
        reason: &'static str,
    },
    UnknownLabel {
        metric: String,
        found: String,
        known: String,
    },
    MissingLabel {
        metric: String,
        label: String,
    },
    TooManyLabels {
        metric: String,
        found: usize,
        known: String,
    },
    Buckets {
        metric: String,
        reason: &'static str,
    },
    States {
        metric: String,
        reason: &'static str,
    },
    Setting {
        metric: String,
        setting: &'static str,
        found: String,
        reason: &'static str,
    },
    Word {
        what: &'static str,
        found: String,
        known: String,
    },
    Conflict {
        name: String,
        present: String,
        wanted: String,
    },
}

impl Error {
    /// True where a name does not follow the grammar.
    pub fn is_invalid_name(&self) -> bool {
        matches!(*self.0, ErrorKind::Name { .. } | ErrorKind::Label { .. })
    }

    /// True where the labels given do not fit the labels declared.
    pub fn is_label_mismatch(&self) -> bool {
        use ErrorKind::{MissingLabel, TooManyLabels, UnknownLabel};
        matches!(
            *self.0,
            UnknownLabel { .. } | MissingLabel { .. } | TooManyLabels { .. }
        )
    }

    /// True where the registry holds another metric under one of the same names.
    pub fn is_conflict(&self) -> bool {
        matches!(*self.0, ErrorKind::Conflict { .. })
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            ErrorKind::Name {
                what,
                found,
                reason,
            } => {
                write!(f, "invalid {what} `{found}`: {reason}")
            }
            ErrorKind::Label {
                metric,
                label,
                reason,
            } => {
                write!(f, "invalid label `{label}` of metric `{metric}`: {reason}")
            }
            ErrorKind::UnknownLabel {
                metric,
                found,
                known,
            } => {
                write!(
                    f,
                    "metric `{metric}` has no label `{found}`; its labels are {known}"
                )
            }
            ErrorKind::MissingLabel { metric, label } => write!(
                f,
                "label `{label}` of metric `{metric}` was not given and has no default"
            ),
            ErrorKind::TooManyLabels {
                metric,
                found,
                known,
            } => {
                write!(
                    f,
                    "{found} label values for metric `{metric}`; its labels are {known}"
                )
            }
            ErrorKind::Buckets { metric, reason } => {
                write!(f, "invalid buckets of histogram `{metric}`: {reason}")
            }
            ErrorKind::States { metric, reason } => {
                write!(f, "invalid states of state set `{metric}`: {reason}")
            }
            ErrorKind::Setting {
                metric,
                setting,
                found,
                reason,
            } => {
                write!(
                    f,
                    "invalid {setting} of metric `{metric}`: found {found}, but {reason}"
                )
            }
            ErrorKind::Word { what, found, known } => {
                write!(f, "unknown {what} `{found}`; known are {known}")
            }
            ErrorKind::Conflict {
                name,
                present,
                wanted,
            } => {
                write!(
                    f,
                    "`{name}` is registered already: as {present}, now wanted as {wanted}"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
