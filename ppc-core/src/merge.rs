//! How the values that several processes have of one gauge become one.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

/// How a gauge's values of several processes become one, where processes share their metrics in a
/// store. Counters, histograms and summaries add up, and need no such choice.
///
/// Set by [`Builder::merge`](crate::Builder::merge) and by the key `merge` of `metric!`.
///
/// # Examples
///
/// ```
/// use ppc_core::Merge;
///
/// assert_eq!("per_instance".parse::<Merge>()?, Merge::PerInstance);
/// assert_eq!(Merge::Sum.to_string(), "sum");
/// assert_eq!(Merge::default(), Merge::Last);
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Merge {
    /// The value that was set last, by any of them.
    #[default]
    Last,
    /// The values of all added up.
    Sum,
    /// The least of the values.
    Min,
    /// The greatest of the values.
    Max,
    /// The mean of the values of those that still run.
    Average,
    /// Each has a series of its own.
    PerInstance,
}

impl Merge {
    /// All of them, in the order of their words in messages.
    const ALL: [Self; 6] = [
        Self::Last,
        Self::Sum,
        Self::Min,
        Self::Max,
        Self::Average,
        Self::PerInstance,
    ];

    /// The word for it: `last`, `sum`, `min`, `max`, `average`, `per_instance`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Average => "average",
            Self::PerInstance => "per_instance",
        }
    }
}

impl fmt::Display for Merge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Merge {
    type Err = Error;

    /// By the word, exactly as [`as_str`](Self::as_str) has it.
    fn from_str(word: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|merge| merge.as_str() == word);
        known.ok_or_else(|| {
            let known = Self::ALL.map(|merge| format!("`{merge}`"));
            ErrorKind::Word {
                what: "merge",
                found: word.to_owned(),
                known: known.join(", "),
            }
            .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for merge in Merge::ALL {
            assert_eq!(merge.as_str().parse::<Merge>().unwrap(), merge);
            assert_eq!(format!("{merge:>13}").trim_start(), merge.as_str());
        }
    }

    #[test]
    fn other_words_are_refused_with_those_that_are_known() {
        for word in ["", "Sum", "sum ", "mean"] {
            let error = word.parse::<Merge>().unwrap_err();
            let message = format!(
                "unknown merge `{word}`; known are `last`, `sum`, `min`, `max`, `average`, \
                 `per_instance`"
            );
            assert_eq!(error.to_string(), message);
            assert!(!error.is_invalid_name() && !error.is_conflict());
        }
    }
}
