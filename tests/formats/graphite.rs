//! Graphite's plaintext lines.

use std::collections::BTreeMap;

use ppc::{Registry, Timestamps};
use ppc_transports::{Encoder, Graphite};
use proptest::prelude::*;

use super::check_golden;
use super::model::{self, Expected, Rules, counts};
use crate::support::fixture;
use crate::support::graphite_lines::read;
use crate::support::series;

#[test]
fn golden() {
    for (timestamps, name) in [
        (Timestamps::Client, "client"),
        (Timestamps::Server, "server"),
    ] {
        let mut out = Vec::new();
        let labels = fixture::client_labels();
        let omitted = Graphite::new(timestamps).encode(&fixture::snapshot(), &labels, &mut out);
        check_golden(&format!("graphite/{name}.txt"), &out);
        assert_eq!(counts(&omitted), [1, 0, 0, 0]);
    }
}

/// What becomes of a label value.
fn replaced(value: &str) -> String {
    let replace = |character: char| {
        let is_taken = character == ';' || character.is_whitespace() || character.is_control();
        if is_taken { '_' } else { character }
    };
    let mut value: String = value.chars().map(replace).collect();
    if let Some(rest) = value.strip_prefix('~') {
        value = format!("_{rest}");
    }
    match value.strip_suffix("\"}") {
        Some(rest) => format!("{rest}\"_"),
        None => value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f14_whatever_goes_in_is_read_back(case in model::case()) {
        let registry = Registry::new();
        case.fill(&registry);
        let mut out = Vec::new();
        let mut graphite = Graphite::new(Timestamps::Server);
        let omitted = graphite.encode(&registry.gather(), &case.client(), &mut out);
        let lines = String::from_utf8(out).unwrap();
        let mut samples = BTreeMap::new();
        for line in lines.split_terminator('\n') {
            let found = read(line).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
            prop_assert_eq!(found.timestamp, -1.0);
            let key = series::key(&found.name, &found.labels);
            prop_assert_eq!(samples.insert(key, found.value), None, "{:?} is there twice", line);
        }
        let found = Expected { samples, omitted: counts(&omitted) };
        let rules = Rules {
            name: &|name| name.to_owned(),
            value: Some(&replaced),
            has_infinities: true,
        };
        prop_assert_eq!(found, case.expected(&rules), "{}", lines);
    }
}
