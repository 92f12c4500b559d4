//! Influx line protocol.

use std::collections::BTreeMap;

use influxdb_line_protocol::{FieldValue, parse_lines};
use ppc::{Gauge, LabelSet, Names, Registry, Timestamps};
use ppc_transports::{Encoder, Influx, Omitted};
use proptest::prelude::*;

use super::checks::in_influxdb;
use super::{check_golden, checks, model};
use crate::support::fixture;

#[test]
fn golden_prometheus_names() {
    let mut out = Vec::new();
    let mut influx = Influx::new(Names::Prometheus, Timestamps::Client);
    let omitted = influx.encode(&fixture::snapshot(), &fixture::client_labels(), &mut out);
    check_golden("influx/prometheus.txt", &out);
    assert_eq!((omitted.not_a_number, omitted.infinite), (1, 0));
}

#[test]
fn golden_influxdb_names() {
    let mut out = Vec::new();
    let mut influx = Influx::new(Names::InfluxDb, Timestamps::Server);
    let omitted = influx.encode(&fixture::snapshot(), &fixture::client_labels(), &mut out);
    check_golden("influx/influxdb.txt", &out);
    assert_eq!((omitted.not_a_number, omitted.infinite), (1, 2));
}

/// A line as the other parser reads it.
#[derive(Debug, PartialEq)]
struct Line {
    measurement: String,
    tags: BTreeMap<String, String>,
    field: String,
    value: f64,
    timestamp: Option<i64>,
}

fn read(lines: &str) -> Vec<Line> {
    let parsed = parse_lines(lines).map(|line| line.unwrap_or_else(|e| panic!("{e}: {lines:?}")));
    parsed
        .map(|line| {
            let tags = line.series.tag_set.iter().flatten();
            let [(field, FieldValue::F64(value))] = &line.field_set[..] else {
                panic!("one float a line: {lines:?}");
            };
            Line {
                measurement: line.series.measurement.to_string(),
                tags: tags
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .collect(),
                field: field.to_string(),
                value: *value,
                timestamp: line.timestamp,
            }
        })
        .collect()
}

/// A series of one gauge, encoded.
fn encode(name: &str, labels: &[(String, String)], value: f64) -> (String, Omitted) {
    let registry = Registry::new();
    let names: Vec<&str> = labels.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<&str> = labels.iter().map(|(_, value)| value.as_str()).collect();
    let gauge = Gauge::builder(name)
        .label_names(names)
        .register(&registry)
        .unwrap();
    gauge.labels(&values[..]).unwrap().set(value);
    let mut snapshot = ppc::Snapshot::new();
    snapshot.start(std::time::Duration::from_nanos(1_700_000_000_123_456_789));
    registry.gather_into(&mut snapshot);
    let mut out = Vec::new();
    let omitted = Influx::new(Names::InfluxDb, Timestamps::Client).encode(
        &snapshot,
        &LabelSet::new(),
        &mut out,
    );
    (String::from_utf8(out).unwrap(), omitted)
}

/// Label values: anything, and often what has a meaning in the protocol.
fn label_value() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,20}", "[ ,=\\\\\"\n\r\t\x0Ca]{0,12}", ".*"]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f14_every_kind_is_read_back(case in model::case()) {
        checks::influx(&case);
    }

    #[test]
    fn f14_whatever_goes_in_reads_back(
        name in "[a-zA-Z:][a-zA-Z0-9_:]{0,12}",
        values in proptest::collection::vec(label_value(), 0..4),
        value in proptest::num::f64::ANY,
    ) {
        let labels: Vec<(String, String)> =
            values.into_iter().enumerate().map(|(n, value)| (format!("l{n}"), value)).collect();
        let (text, omitted) = encode(&name, &labels, value);
        if !value.is_finite() {
            prop_assert_eq!(&text, "");
            prop_assert_eq!(omitted.not_a_number + omitted.infinite, 1);
            return Ok(());
        }
        prop_assert_eq!(text.matches('\n').count(), 1, "one line: {:?}", text);
        let last = name.len() - 1;
        let (measurement, field) = match name[..last].rfind('_') {
            Some(at) if at > 0 => (&name[..at], &name[at + 1..]),
            _ => (&name[..], "value"),
        };
        // What is documented to become of the few values that InfluxDB cannot have.
        let tags = labels.into_iter().filter(|(_, value)| !value.is_empty());
        let tags = tags.map(|(name, value)| (name, in_influxdb(&value))).collect();
        let expected = Line {
            measurement: measurement.to_owned(),
            tags,
            field: field.to_owned(),
            value: value + 0.0, // -0 and 0 are the same number
            timestamp: Some(1_700_000_000_123_456_789),
        };
        prop_assert_eq!(read(&text), [expected], "{:?}", text);
    }
}
