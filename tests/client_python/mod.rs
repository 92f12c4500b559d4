//! What goes out, read by the parsers of Prometheus's Python client.

mod mirrored;

use std::collections::BTreeMap;

use crate::formats::negotiation::ROWS;
use crate::support::client_python::{self, Family};
use crate::support::matrix;
use crate::support::sent::{self, Sent};

/// The families by the names that the parser gives them, with their kinds and units.
fn kinds(families: &[Family]) -> Vec<(&str, &str, &str)> {
    let families = families.iter();
    families
        .map(|family| (&*family.name, &*family.kind, &*family.unit))
        .collect()
}

#[test]
fn k23_text_is_parsed_to_the_same_samples() {
    let expected = matrix::expected(Some);
    for place in sent::TEXT {
        let text = Sent::by(place).text;
        let families = client_python::parse_text(&text).unwrap();
        matrix::assert_same(&client_python::values(&families), &expected, 0.0);
        let found = kinds(&families);
        let expected = [
            ("matrix_jobs", "counter", ""),
            ("matrix_numbers", "gauge", ""),
            ("temperature", "gauge", ""),
            ("matrix_large", "counter", ""),
            ("matrix_latency_seconds", "histogram", ""),
            ("matrix_size_bytes", "summary", ""),
            ("matrix_idle", "summary", ""),
            ("matrix_build_info", "gauge", ""),
            ("matrix_phase", "gauge", ""),
        ];
        assert_eq!(found, expected, "{place}");
        assert_eq!(families[0].help, "Jobs\nrun \\ \"all\".");
    }
}

#[test]
fn k23_openmetrics_is_parsed_to_the_same_samples() {
    let expected = matrix::expected(Some);
    for place in sent::OPENMETRICS {
        let text = Sent::by(place).text;
        let families = client_python::parse_openmetrics(&text).unwrap();
        matrix::assert_same(&client_python::values(&families), &expected, 0.0);
        let found = kinds(&families);
        let expected = [
            ("matrix_jobs", "counter", ""),
            ("matrix_numbers", "gauge", ""),
            ("temperature", "gauge", ""),
            ("matrix_large", "counter", ""),
            ("matrix_latency_seconds", "histogram", "seconds"),
            ("matrix_size_bytes", "summary", "bytes"),
            ("matrix_idle", "summary", ""),
            ("matrix_build", "info", ""),
            ("matrix_phase", "stateset", ""),
        ];
        assert_eq!(found, expected, "{place}");
        assert_eq!(families[0].help, "Jobs\nrun \\ \"all\".");
        let buckets = families[4]
            .samples
            .iter()
            .filter_map(|sample| sample.exemplar.as_ref());
        let exemplars: BTreeMap<_, _> = buckets
            .map(|exemplar| (exemplar.value.to_string(), &*exemplar.labels["trace_id"]))
            .collect();
        // In pairs: an odd number of quotes is more than this parser can read.
        let values = ["0.05", "0.5", "5", "10000000"];
        let with = values.map(|value| (value.to_owned(), "\"4bf\"92f\n"));
        let expected = if place.contains("exemplars=false") {
            [].into()
        } else {
            with.into()
        };
        assert_eq!(exemplars, expected, "{place}");
    }
}

#[test]
fn k19_the_same_format_is_chosen_but_where_theirs_is_wrong() {
    let headers: Vec<&str> = ROWS.iter().map(|row| row.accept).collect();
    let chosen = client_python::choose_encoder(&headers);
    let mut same = 0;
    for (row, chosen) in ROWS.iter().zip(chosen) {
        let chosen = chosen.unwrap_or_default();
        match row.theirs {
            None => {
                assert_eq!(chosen, row.expected, "{:?}", row.accept);
                same += 1;
            }
            Some((theirs, why)) => {
                assert_eq!(chosen, theirs, "{:?}: {why}", row.accept);
                assert_ne!(chosen, row.expected, "{:?}: {why}", row.accept);
            }
        }
    }
    assert!(same >= 40, "{same} are the same");
}
