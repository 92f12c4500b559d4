//! The quantiles of a summary, and how they are written as the label `quantile`.

use std::sync::Arc;

use crate::buckets::le_text;
use crate::error::{Error, ErrorKind};

/// Quantiles in rising order, each from 0 to 1; none where none are declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Quantiles {
    values: Arc<[f64]>,
    labels: Box<[Box<str>]>,
}

impl Quantiles {
    pub(crate) fn new(metric: &str, values: &[f64]) -> Result<Self, Error> {
        let refuse = |found: String, reason| {
            Err(ErrorKind::Setting {
                metric: metric.into(),
                setting: "quantiles",
                found,
                reason,
            }
            .into())
        };
        // NaN is in no range.
        if let Some(odd) = values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
            return refuse(odd.to_string(), "a quantile is a number from 0 to 1");
        }
        let falls = |pair: &&[f64]| pair[0] >= pair[1];
        if let Some([before, after, ..]) = values.windows(2).find(falls) {
            let found = format!("{before} before {after}");
            return refuse(found, "quantiles rise from each to the next");
        }
        // A negative zero is no label of its own.
        let values: Arc<[f64]> = values.iter().map(|value| value + 0.0).collect();
        // Part of the series' identity, as `le` is, and so of the same form.
        let labels = values.iter().map(|value| le_text(*value).into()).collect();
        Ok(Self { values, labels })
    }

    /// Those of a summary of another registry, where the label may be written in another way.
    pub(crate) fn mirrored<'a>(
        metric: &str,
        pairs: impl Iterator<Item = (&'a str, f64)> + Clone,
    ) -> Result<Self, Error> {
        let values: Vec<f64> = pairs.clone().map(|(_, value)| value).collect();
        let mut quantiles = Self::new(metric, &values)?;
        quantiles.labels = pairs.map(|(text, _)| text.into()).collect();
        Ok(quantiles)
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The same, for cells to hold.
    pub(crate) fn shared_values(&self) -> Arc<[f64]> {
        Arc::clone(&self.values)
    }

    pub(crate) fn labels(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.labels.iter().map(|text| &**text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_written_as_bounds_are() {
        let quantiles = Quantiles::new("s", &[-0.0, 0.5, 0.99, 0.999, 1.0]).unwrap();
        assert_eq!(
            quantiles.labels().collect::<Vec<_>>(),
            ["0.0", "0.5", "0.99", "0.999", "1.0"]
        );
        assert!(quantiles.values()[0].is_sign_positive());
        assert_eq!(Quantiles::new("s", &[]).unwrap(), Quantiles::default());
    }

    #[test]
    fn odd_or_unordered_quantiles_are_refused_with_what_was_found() {
        for (values, message) in [
            (
                &[0.5, 1.5][..],
                "invalid quantiles of metric `s`: found 1.5, but a quantile is a number from 0 to 1",
            ),
            (
                &[-0.1],
                "invalid quantiles of metric `s`: found -0.1, but a quantile is a number from 0 to 1",
            ),
            (
                &[f64::NAN],
                "invalid quantiles of metric `s`: found NaN, but a quantile is a number from 0 to 1",
            ),
            (
                &[0.9, 0.5],
                "invalid quantiles of metric `s`: found 0.9 before 0.5, but quantiles rise from \
                 each to the next",
            ),
            (
                &[0.5, 0.5],
                "invalid quantiles of metric `s`: found 0.5 before 0.5, but quantiles rise from \
                 each to the next",
            ),
        ] {
            let error = Quantiles::new("s", values).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }
}
