//! What a registry holds of a family, as text.

use ppc::{Registry, Value};

#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) help: String,
    pub(crate) unit: String,
    pub(crate) first_sample: String,
    pub(crate) le: Vec<String>,
    pub(crate) states: Vec<String>,
    /// The labels of each series, sorted.
    pub(crate) series: Vec<String>,
    /// The values of counters and gauges.
    pub(crate) values: Vec<f64>,
}

/// The family of this name, where it is registered.
pub(crate) fn registered(registry: &Registry, name: &str) -> Option<Registered> {
    let snapshot = registry.gather();
    let family = snapshot
        .families()
        .find(|family| family.descriptor().names().family() == name)?;
    let descriptor = family.descriptor();
    let mut series: Vec<String> = family
        .series()
        .map(|series| {
            let pairs = series
                .labels()
                .map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(",")
        })
        .collect();
    series.sort();
    let value = |value| match value {
        Value::Counter(value) | Value::Gauge(value) => Some(value),
        _ => None,
    };
    Some(Registered {
        help: descriptor.help().to_owned(),
        unit: descriptor.unit().to_owned(),
        first_sample: descriptor.names().sample(0).to_owned(),
        le: descriptor.buckets().le().map(str::to_owned).collect(),
        states: descriptor.states().map(str::to_owned).collect(),
        series,
        values: family
            .series()
            .filter_map(|series| value(series.value()))
            .collect(),
    })
}

/// The labels of each series of a family, none where it is not registered.
pub(crate) fn series(registry: &Registry, name: &str) -> Vec<String> {
    registered(registry, name).map_or_else(Vec::new, |family| family.series)
}
