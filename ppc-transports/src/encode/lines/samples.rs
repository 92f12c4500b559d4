//! How many samples a series has, for those that are left out.

use ppc_core::Value;

use crate::encode::count_samples;

/// The samples of a series.
pub(super) struct Samples {
    /// Those that are told from each other by their names.
    named: u64,
    /// Those that only a label says what they are of.
    pub(super) labelled: u64,
}

impl Samples {
    pub(super) fn of(value: Value<'_>) -> Self {
        let (named, labelled) = match value {
            Value::Histogram(_) => (2, count_samples(value) - 2),
            Value::Summary { quantiles, .. } => {
                let quantiles = quantiles.pairs().filter(|(_, level)| !level.is_nan());
                (2, quantiles.count() as u64)
            }
            Value::Info(_) | Value::StateSet(_) => (0, count_samples(value)),
            _ => (count_samples(value), 0),
        };
        Self { named, labelled }
    }

    /// How many are sent, as a rule, and how many are not for want of labels.
    pub(super) fn sent(&self, has_labels: bool) -> (u64, u64) {
        if has_labels {
            (self.named + self.labelled, 0)
        } else {
            (self.named, self.labelled)
        }
    }
}
