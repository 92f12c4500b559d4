//! Graphite lines by the rules of carbon.

use std::time::Duration;

use ppc_core::{Counter, Gauge, Histogram, Info, LabelSet, Registry, StateSet, Summary};

use super::*;

fn encode(registry: &Registry) -> (Vec<String>, Omitted) {
    let mut labels = LabelSet::new();
    labels.insert("job", "a;b").unwrap();
    let mut out = Vec::new();
    let omitted = Graphite::new(Timestamps::Server).encode(&registry.gather(), &labels, &mut out);
    let text = String::from_utf8(out).unwrap();
    (text.lines().map(str::to_owned).collect(), omitted)
}

#[test]
fn every_kind_has_its_lines() {
    let registry = Registry::new();
    let counter = Counter::builder("acme:jobs").label_names(["queue", "empty"]);
    let counter = counter.register(&registry).unwrap();
    counter.labels(("x", "")).unwrap().inc();
    let histogram = Histogram::builder("h").buckets([1]);
    histogram.register(&registry).unwrap().observe(0.5);
    let summary = Summary::builder("s").quantiles([0.5]);
    summary.register(&registry).unwrap().observe(f64::INFINITY);
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("version", "1")]);
    let phase = StateSet::builder("phase").states(["a b", "c"]);
    phase.register(&registry).unwrap();
    let (lines, omitted) = encode(&registry);
    let expected = [
        "acme:jobs_total;queue=x;job=a_b 1 -1",
        "h_bucket;job=a_b;le=1.0 1 -1",
        "h_bucket;job=a_b;le=+Inf 1 -1",
        "h_count;job=a_b 1 -1",
        "h_sum;job=a_b 0.5 -1",
        "s;job=a_b;quantile=0.5 +Inf -1",
        "s_count;job=a_b 1 -1",
        "s_sum;job=a_b +Inf -1",
        "build_info;job=a_b;version=1 1 -1",
        "phase;job=a_b;phase=a_b 1 -1",
        "phase;job=a_b;phase=c 0 -1",
    ];
    assert_eq!(lines, expected);
    assert_eq!(omitted, Omitted::default());
}

#[test]
fn what_carbon_would_misread_is_replaced() {
    for (value, expected) in [
        ("a b\tc\nd", "a_b_c_d"),
        ("a;b=c", "a_b=c"),
        ("~a~", "_a~"),
        ("~", "_"),
        ("{\"a\"}", "{\"a\"_"),
        ("{}", "{}"),
        ("\u{a0}\u{2003}\u{3000}\u{85}\u{7f}", "_____"),
        ("äöü日本🦀", "äöü日本🦀"),
    ] {
        let mut out = Vec::new();
        let changed = escape::graphite_tag(value, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(changed, value != expected);
    }
}

#[test]
fn what_is_not_a_number_is_left_out_and_counted() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").register(&registry).unwrap();
    gauge.set(f64::NAN);
    let (lines, omitted) = encode(&registry);
    assert!(lines.is_empty());
    assert_eq!(omitted.not_a_number, 1);
}

#[test]
fn the_time_is_that_of_the_snapshot_in_seconds() {
    let registry = Registry::new();
    Gauge::builder("g").register(&registry).unwrap().set(-1e300);
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::new(1_700_000_000, 999_000_000));
    registry.gather_into(&mut snapshot);
    let mut out = Vec::new();
    Graphite::default().encode(&snapshot, &LabelSet::new(), &mut out);
    assert_eq!(out, b"g -1e+300 1700000000\n");
}
