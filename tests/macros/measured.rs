//! Metrics that the functions of these tests are measured by, one series a function.

use ppc::{Registry, Value, metric};

pub(crate) static REGISTRY: Registry = Registry::new();

metric! {
    /// How long.
    pub(crate) static TIME: Histogram { name: "measured_time", labels: [f], registry: REGISTRY }
    /// How many.
    pub(crate) static CALLS: Counter { name: "measured_calls", labels: [f], registry: REGISTRY }
    /// How many failed.
    pub(crate) static ERRORS: Counter { name: "measured_errors", labels: [f], registry: REGISTRY }
    /// How many were given up.
    pub(crate) static CANCELLED: Counter { name: "measured_cancelled", labels: [f], registry: REGISTRY }
    /// How many are under way.
    pub(crate) static BUSY: Gauge { name: "measured_busy", labels: [f], registry: REGISTRY }
}

/// What was recorded of the calls of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) calls: f64,
    pub(crate) errors: f64,
    pub(crate) cancelled: f64,
    pub(crate) busy: f64,
}

/// So many calls, which have all ended.
pub(crate) fn ended(calls: u32, errors: u32, cancelled: u32) -> Recorded {
    Recorded {
        calls: f64::from(calls),
        errors: f64::from(errors),
        cancelled: f64::from(cancelled),
        busy: 0.0,
    }
}

/// What was recorded under this name; each call was timed.
#[track_caller]
pub(crate) fn recorded(f: &str) -> Recorded {
    let calls = value("measured_calls", f);
    assert_eq!(
        value("measured_time", f),
        calls,
        "each call of {f} is timed"
    );
    Recorded {
        calls,
        errors: value("measured_errors", f),
        cancelled: value("measured_cancelled", f),
        busy: value("measured_busy", f),
    }
}

fn value(family: &str, f: &str) -> f64 {
    value_in(&REGISTRY, family, &[("f", f)])
}

/// The value of a series, or of a histogram or summary the count; 0 where there is none.
pub(crate) fn value_in(registry: &Registry, family: &str, labels: &[(&str, &str)]) -> f64 {
    let snapshot = registry.gather();
    let family = snapshot
        .families()
        .find(|found| found.descriptor().names().family() == family);
    let series = family.into_iter().flat_map(ppc::FamilySnapshot::series);
    let mut found = series.filter(|series| {
        let mut known = series.labels();
        labels
            .iter()
            .all(|label| known.any(|known| known == *label))
    });
    match found.next().map(|series| series.value()) {
        Some(Value::Counter(value) | Value::Gauge(value)) => value,
        Some(Value::Histogram(histogram)) => count(histogram.count()),
        Some(Value::Summary { count: times, .. }) => count(times),
        _ => 0.0,
    }
}

fn count(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::NAN, f64::from)
}
