//! What `tests/job/known.rs` has recorded when it ends.

use crate::victoria_metrics::{Values, compare, key};

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
