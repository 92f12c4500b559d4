//! Reads an export of `VictoriaMetrics`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::series::{self, Labels};

/// All series by `name{label="value",...}`, with timestamps (ms) and values in their order.
#[track_caller]
pub(super) fn series(export: &str) -> BTreeMap<String, Vec<(i64, f64)>> {
    let mut series: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in export.lines() {
        let (key, samples) = exported(line).unwrap_or_else(|| panic!("cannot read {line}"));
        // A series may come in several blocks.
        series.entry(key).or_default().extend(samples);
    }
    for samples in series.values_mut() {
        samples.sort_by_key(|(timestamp, _)| *timestamp);
    }
    series
}

/// A line of an export: `{"metric":{..},"values":[..],"timestamps":[..]}`.
fn exported(line: &str) -> Option<(String, Vec<(i64, f64)>)> {
    // The values are not always JSON: it writes infinity as `+Inf`.
    let (before, rest) = line.split_once(r#""values":["#)?;
    let (values, after) = rest.split_once(']')?;
    let line: Value = serde_json::from_str(&format!(r#"{before}"values":[]{after}"#)).ok()?;
    let timestamps = line["timestamps"].as_array()?.iter().map(Value::as_i64);
    let values = values.split(',').map(|value| match value {
        "null" => Some(f64::NAN),
        _ => value.parse().ok(),
    });
    let samples = timestamps
        .zip(values)
        .map(|(timestamp, value)| Some((timestamp?, value?)));
    Some((key(&line["metric"])?, samples.collect::<Option<_>>()?))
}

fn key(metric: &Value) -> Option<String> {
    let mut labels = Labels::new();
    for (name, value) in metric.as_object()? {
        labels.insert(name.clone(), value.as_str()?.to_owned());
    }
    let name = labels.remove("__name__").unwrap_or_default();
    Some(series::key(&name, &labels))
}
