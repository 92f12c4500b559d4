//! The clients' own counts.

use ppc::{Value, client_metrics};

/// Samples that were dropped so far for this reason, by all clients of the process.
pub(crate) fn dropped(reason: &str) -> f64 {
    let snapshot = client_metrics().gather();
    let mut families = snapshot.families();
    let dropped = families.find(|family| family.descriptor().names().family() == "ppc_dropped");
    let series = dropped.into_iter().flat_map(ppc::FamilySnapshot::series);
    let mut values = series.filter_map(|series| match series.value() {
        Value::Counter(value) if series.labels().any(|(_, value)| value == reason) => Some(value),
        _ => None,
    });
    values.next().unwrap_or_default()
}
