//! After a mistake: the declaration as far as it can be used, so that one mistake gives one message.

use syn::ext::IdentExt;

use super::check::MAX_LABELS;
use super::model::{Label, Metric, State};

/// The metric without what may be wrong beyond the mistakes that were reported. It never runs, so
/// only its types matter: the kind's methods and one method a label.
pub(super) fn usable(mut metric: Metric) -> Metric {
    let mut labels: Vec<Label> = Vec::new();
    for label in metric.labels {
        if labels
            .iter()
            .all(|kept| kept.ident.unraw() != label.ident.unraw())
        {
            labels.push(label);
        }
    }
    if labels.len() > MAX_LABELS {
        // rustc would give up on so many, in many words.
        labels.truncate(16);
    }
    metric.labels = labels;
    metric.buckets = None;
    metric.quantiles = None;
    metric.window = None;
    metric.states = None;
    metric.merge = None;
    metric.live = None;
    metric.eager = None;
    metric.max_series = None;
    metric.expire = None;
    metric.registry = None;
    metric.state = State::Refused;
    metric
}
