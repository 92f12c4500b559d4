//! What `tests/job/known.rs` has recorded when it ends.

use std::collections::BTreeMap;

/// The last value of each series, by its name and labels.
pub(super) type Values = BTreeMap<String, f64>;

/// The change that comes last of all.
pub(super) const LAST: (&str, &str, f64) = (
    "known_events_total",
    r#"Account="7",event_type="a b,c=d",outcome="ok""#,
    3.0,
);

/// Series with their final values, without the labels that all of them have.
const KNOWN: [(&str, &str, f64); 12] = [
    LAST,
    (
        "known_events_total",
        r#"Account="8",event_type="login",outcome="failed""#,
        0.5,
    ),
    ("known_temperature_celsius", "", -2.5),
    (
        "known_latency_seconds_bucket",
        r#"le="1.0",service="db""#,
        2.0,
    ),
    (
        "known_latency_seconds_bucket",
        r#"le="+Inf",service="db""#,
        4.0,
    ),
    ("known_latency_seconds_count", r#"service="db""#, 4.0),
    ("known_latency_seconds_sum", r#"service="db""#, 55.55),
    ("known_size_bytes_count", "", 2.0),
    ("known_size_bytes_sum", "", 128.0),
    ("known_phase", r#"known_phase="done""#, 1.0),
    ("known_retries_total", "", 0.0),
    ("job_in_progress", "", 0.0),
];

/// The first of what is known that is missing, or other than it should be.
pub(super) fn lack(found: &Values, run: &str, outcome: &str) -> Option<String> {
    let counted = format!("outcome=\"{outcome}\"");
    let runs = ("job_runs_total", counted.as_str(), 1.0);
    let mut all = KNOWN.iter().copied().chain([runs]);
    all.find_map(|(name, labels, value)| {
        compare(
            found,
            &key(name, labels, &[("job", "known"), ("run", run)]),
            value,
        )
    })
}

/// The same of what no job counts.
pub(super) fn lack_without_job(found: &Values, run: &str) -> Option<String> {
    let mut own = KNOWN.iter().filter(|(name, ..)| !name.starts_with("job_"));
    own.find_map(|(name, labels, value)| {
        compare(found, &key(name, labels, &[("run", run)]), *value)
    })
}

/// The same for the change that comes last, alone, without a job.
pub(super) fn lack_of_last(found: &Values, run: &str) -> Option<String> {
    let (name, labels, value) = LAST;
    compare(found, &key(name, labels, &[("run", run)]), value)
}

pub(super) fn compare(found: &Values, key: &str, value: f64) -> Option<String> {
    let last = found.get(key);
    (last != Some(&value)).then(|| format!("{key} is {last:?}, not {value}"))
}

/// A name and labels, which are sorted here.
pub(super) fn key(name: &str, labels: &str, more: &[(&str, &str)]) -> String {
    // No value known here has a comma before a name and an equals sign.
    let own = labels.split("\",").filter(|label| !label.is_empty());
    let own = own.map(|label| format!("{}\"", label.trim_end_matches('"')));
    let more = more
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""));
    let mut all: Vec<String> = own.chain(more).collect();
    all.sort_unstable();
    format!("{name}{{{}}}", all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_missing_is_named() {
        let name = key("c_total", r#"a="1,2",z="3""#, &[("run", "r")]);
        assert_eq!(name, r#"c_total{a="1,2",run="r",z="3"}"#);
        let found = Values::from([(name.clone(), 2.0)]);
        assert_eq!(compare(&found, &name, 2.0), None);
        let lack = compare(&found, &name, 3.0);
        assert!(lack.is_some_and(|lack| lack.ends_with("is Some(2.0), not 3")));
    }
}
