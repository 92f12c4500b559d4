//! The bounds of a histogram's buckets, and how they are written as the label `le`.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// The bounds that a histogram has where none are declared: from 5 ms to 10 s, when it observes
/// seconds.
pub const DEFAULT_BUCKETS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// `count` bounds, the first `start`, each `width` above the last.
///
/// # Examples
///
/// ```
/// assert_eq!(ppc_core::linear_buckets(1.0, 0.5, 3), [1.0, 1.5, 2.0]);
/// ```
pub fn linear_buckets(start: f64, width: f64, count: usize) -> Vec<f64> {
    (0..count).map(|n| width.mul_add(n as f64, start)).collect()
}

/// `count` bounds, the first `start`, each `factor` times the last.
///
/// # Examples
///
/// ```
/// assert_eq!(ppc_core::exponential_buckets(1.0, 2.0, 4), [1.0, 2.0, 4.0, 8.0]);
/// ```
pub fn exponential_buckets(start: f64, factor: f64, count: usize) -> Vec<f64> {
    std::iter::successors(Some(start), |bound| Some(bound * factor))
        .take(count)
        .collect()
}

/// What `buckets` can be given as: bounds as floats, integers or durations.
pub trait BucketBounds {
    #[doc(hidden)]
    fn bounds(self) -> Vec<f64>;
}

impl BucketBounds for Vec<f64> {
    fn bounds(self) -> Vec<f64> {
        self
    }
}

impl BucketBounds for &[f64] {
    fn bounds(self) -> Vec<f64> {
        self.to_vec()
    }
}

impl<const N: usize> BucketBounds for [f64; N] {
    fn bounds(self) -> Vec<f64> {
        self.to_vec()
    }
}

impl<const N: usize> BucketBounds for [i32; N] {
    fn bounds(self) -> Vec<f64> {
        self.map(f64::from).to_vec()
    }
}

impl<const N: usize> BucketBounds for [Duration; N] {
    fn bounds(self) -> Vec<f64> {
        self.map(|bound| bound.as_secs_f64()).to_vec()
    }
}

/// Finite bounds in rising order, `+Inf` understood after the last.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    bounds: Arc<Bounds>,
    le: Box<[Box<str>]>,
}

impl Buckets {
    pub(crate) fn none() -> Self {
        Self {
            bounds: Arc::new(Bounds::new(&[])),
            le: Box::default(),
        }
    }

    pub(crate) fn new(metric: &str, bounds: &[f64]) -> Result<Self, Error> {
        let refuse = |reason| {
            Err(ErrorKind::Buckets {
                metric: metric.into(),
                reason,
            }
            .into())
        };
        // A last +Inf may be written out; every histogram has it anyway.
        let bounds = bounds.strip_suffix(&[f64::INFINITY]).unwrap_or(bounds);
        if bounds.iter().any(|bound| !bound.is_finite()) {
            return refuse("a bound is a number, and only the last may be +Inf");
        }
        if !bounds.is_sorted_by(|a, b| a < b) {
            return refuse("bounds rise from each to the next");
        }
        let le = bounds
            .iter()
            .copied()
            .chain([f64::INFINITY])
            .map(|bound| le_text(bound).into());
        Ok(Self {
            bounds: Arc::new(Bounds::new(bounds)),
            le: le.collect(),
        })
    }

    /// Those of a histogram of another registry, where the label `le` may be written in another way.
    pub(crate) fn mirrored<'a>(
        metric: &str,
        finite: impl Iterator<Item = (&'a str, f64)> + Clone,
    ) -> Result<Self, Error> {
        let bounds: Vec<f64> = finite.clone().map(|(_, bound)| bound).collect();
        let mut buckets = Self::new(metric, &bounds)?;
        for (le, (text, _)) in buckets.le.iter_mut().zip(finite) {
            *le = text.into();
        }
        Ok(buckets)
    }

    /// The finite bounds.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds.all
    }

    /// The place of the bucket that a value falls into, which is not NaN.
    pub(crate) fn bucket(&self, value: f64) -> usize {
        self.bounds.bucket(value)
    }

    /// The same, for cells to hold.
    pub(crate) fn shared_bounds(&self) -> Arc<Bounds> {
        Arc::clone(&self.bounds)
    }

    /// The values of the label `le`, `+Inf` last.
    pub fn le(&self) -> impl ExactSizeIterator<Item = &str> {
        self.le.iter().map(|text| &**text)
    }
}

/// Bounds as an observation looks for its bucket in them.
#[derive(Debug, PartialEq)]
pub(crate) struct Bounds {
    all: Box<[f64]>,
    /// The same and then `+Inf`, where they are few.
    few: [f64; FEW],
}

/// More than so many bounds, one of them `+Inf`, are searched in a loop.
const FEW: usize = 16;

impl Bounds {
    fn new(bounds: &[f64]) -> Self {
        let mut few = [f64::INFINITY; FEW];
        if bounds.len() < FEW {
            few[..bounds.len()].copy_from_slice(bounds);
        }
        Self {
            all: bounds.into(),
            few,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The place of the bucket that a value falls into, which is not NaN.
    ///
    /// Halves, and without branches: to look at one bound after the other ends with a branch that
    /// nobody can foretell, and takes four times as long for values without a pattern.
    #[inline]
    pub(crate) fn bucket(&self, value: f64) -> usize {
        if self.all.len() >= FEW {
            return self.all.partition_point(|bound| *bound < value);
        }
        let mut place = 0;
        for half in [8, 4, 2, 1] {
            // Never goes round: the place is at most the sum of the halves before.
            let bound = self.few[(place + half - 1) % FEW];
            place += usize::from(bound < value) * half;
        }
        place
    }

    /// The same for values that come in a pattern, as the times of one piece of work do: by
    /// branches, which a processor foretells. Between two readings of the clock nothing else
    /// overlaps with the steps of [`bucket`](Self::bucket), each of which waits for the one before.
    #[inline]
    pub(crate) fn foretold_bucket(&self, value: f64) -> usize {
        if self.all.len() >= FEW {
            return self.bucket(value);
        }
        let place = self.all.iter().position(|bound| value <= *bound);
        place.unwrap_or(self.all.len())
    }
}

/// Writes a bound as `client_python`'s `floatToGoString` does: `1.0`, `0.005`, `1e+06`, `+Inf`.
///
/// The text is part of the series' identity, so that histograms of the systems replaced by this
/// one go on in the same series; hence also its odd `1e+010`.
pub(crate) fn le_text(bound: f64) -> String {
    if bound == f64::INFINITY {
        return "+Inf".to_owned();
    }
    let text = python_repr(bound);
    match text.find('.') {
        Some(dot) if bound > 0.0 && dot > 6 => {
            let digits = format!("{}.{}{}", &text[..1], &text[1..dot], &text[dot + 1..]);
            let mantissa = digits.trim_end_matches(['0', '.']);
            format!("{mantissa}e+0{}", dot - 1)
        }
        _ => text,
    }
}

/// Writes a float as Python's `repr` does: shortest digits, `.0` on integral values, an exponent
/// of at least two digits from 1e16 on and below 1e-4.
fn python_repr(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = exponent
            .strip_prefix('-')
            .map_or(('+', exponent), |rest| ('-', rest));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{value:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_the_original_writes_them() {
        // Printed by prometheus_client.utils.floatToGoString.
        for (bound, text) in [
            (0.0, "0.0"),
            (0.005, "0.005"),
            (1.0, "1.0"),
            (2.5, "2.5"),
            (10.0, "10.0"),
            (123_456.0, "123456.0"),
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (1e10, "1e+010"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-1.0, "-1.0"),
            (-1_000_000.0, "-1000000.0"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(le_text(bound), text);
        }
    }

    #[test]
    fn a_value_falls_into_the_first_bucket_that_it_is_not_above() {
        for count in 0..40 {
            let bounds: Vec<f64> = (1..=count).map(f64::from).collect();
            let searched = Bounds::new(&bounds);
            let values = (0..=2 * count + 2).map(|n| f64::from(n) / 2.0);
            for value in values.chain([f64::NEG_INFINITY, f64::INFINITY]) {
                let first = bounds.iter().position(|bound| value <= *bound);
                let expected = first.unwrap_or(bounds.len());
                assert_eq!(searched.bucket(value), expected, "{value} in {count}");
                assert_eq!(
                    searched.foretold_bucket(value),
                    expected,
                    "{value} in {count}"
                );
            }
        }
    }

    #[test]
    fn unordered_or_odd_bounds_are_refused() {
        for bounds in [
            &[1.0, 1.0][..],
            &[2.0, 1.0],
            &[f64::NAN],
            &[f64::INFINITY, 1.0],
        ] {
            assert!(Buckets::new("h", bounds).is_err(), "{bounds:?}");
        }
        let written_out = Buckets::new("h", &[1.0, f64::INFINITY]).unwrap();
        assert_eq!(written_out, Buckets::new("h", &[1.0]).unwrap());
        assert_eq!(written_out.le().collect::<Vec<_>>(), ["1.0", "+Inf"]);
    }
}
