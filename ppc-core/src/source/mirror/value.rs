//! What a series of another registry says.

use crate::exemplar::Exemplar;

/// A value in another registry.
#[derive(Clone, Copy, Debug)]
pub enum Mirrored<'a> {
    /// That of a counter, a gauge, or of what is of unknown kind; a counter may have an exemplar.
    Number(f64, Option<&'a Exemplar>),
    /// That of a histogram; a sum that is not a number is none.
    Histogram {
        /// In rising order, that of `+Inf` last.
        buckets: &'a [MirroredBucket<'a>],
        /// The sum of all observations.
        sum: f64,
    },
    /// That of a summary; a sum that is not a number is none.
    Summary {
        /// Each with its text and its value, in rising order.
        quantiles: &'a [(&'a str, f64, f64)],
        /// How many observations.
        count: u64,
        /// Their sum.
        sum: f64,
    },
    /// An info, all of whose facts are among its labels.
    Info,
    /// The states of a state set.
    States(&'a [(&'a str, bool)]),
}

/// A bucket of a histogram in another registry.
#[derive(Clone, Copy, Debug)]
pub struct MirroredBucket<'a> {
    /// The bound as the label `le` has it there, which is part of the identity.
    pub le: &'a str,
    /// The bound.
    pub bound: f64,
    /// How many observations are in this bucket and in none below it.
    pub count: u64,
    /// One of them.
    pub exemplar: Option<&'a Exemplar>,
}
