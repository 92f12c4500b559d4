//! The six kinds of metric family.

use std::fmt;

/// What a family measures; decides its sample names and what a value consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A total that only rises.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Observations counted in buckets, with their sum.
    Histogram,
    /// Observations counted, with their sum.
    Summary,
    /// Facts as labels.
    Info,
    /// Which of some states hold.
    StateSet,
    /// A number of which another registry does not say what it measures; read as a gauge is.
    Unknown,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "state set",
            Self::Unknown => "number of unknown kind",
        })
    }
}
