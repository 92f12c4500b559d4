//! The cases of `prometheus/OpenMetrics`, `tests/testdata/parsers`: which texts are valid.

use std::collections::BTreeMap;

use ppc::{Format, Source as _, Text};

/// Name and text of each case.
type Cases = BTreeMap<String, String>;

fn cases(which: &str) -> Cases {
    let all = include_str!("../../golden/parsers/openmetrics.json");
    let mut all: BTreeMap<String, serde_json::Map<_, _>> = serde_json::from_str(all).unwrap();
    let cases = all.remove(which).unwrap();
    let text = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    cases
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

#[test]
fn valid_texts_are_read() {
    let cases = cases("valid");
    assert_eq!(cases.len(), 44);
    let mut refused = Vec::new();
    for (name, text) in cases {
        match Text::parse_as(&text, Format::OpenMetrics) {
            Err(error) => refused.push(format!("{name}: {error}")),
            Ok(read) => {
                let snapshot = read.gather();
                let faults: Vec<&str> = snapshot.faults().collect();
                assert!(faults.is_empty(), "{name}: {faults:?}");
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn invalid_texts_are_refused() {
    let cases = cases("invalid");
    assert_eq!(cases.len(), 167);
    let is_read = |text: &str| Text::parse_as(text, Format::OpenMetrics).is_ok();
    let read: Vec<_> = cases.iter().filter(|(_, text)| is_read(text)).collect();
    assert!(read.is_empty(), "{read:#?}");
}
