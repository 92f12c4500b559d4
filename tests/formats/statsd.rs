//! StatsD in all its dialects.

use std::collections::BTreeMap;

use ppc::{Dialect, Registry, Types};
use ppc_transports::{Cut, Encoder, Packer, Statsd};
use proptest::prelude::*;

use super::check_golden;
use super::model::{self, Expected, Rules, counts};
use crate::support::fixture;
use crate::support::series;
use crate::support::statsd_lines::{Reader, read};

pub(super) const DIALECTS: [(Dialect, Reader, &str); 6] = [
    (Dialect::Influx, Reader::Influx, "influx"),
    (Dialect::DogStatsd, Reader::DogStatsd, "dogstatsd"),
    (Dialect::Librato, Reader::Librato, "librato"),
    (Dialect::SignalFx, Reader::SignalFx, "signalfx"),
    (Dialect::Graphite, Reader::Graphite, "graphite"),
    (Dialect::Plain, Reader::Plain, "plain"),
];

#[test]
fn k07_golden() {
    for (dialect, _, name) in DIALECTS {
        let mut out = Vec::new();
        let mut statsd = Statsd::new(dialect, Types::Gauges);
        let labels = fixture::client_labels();
        let omitted = statsd.encode(&fixture::snapshot(), &labels, &mut out);
        check_golden(&format!("statsd/{name}.txt"), &out);
        let unlabelled = if dialect == Dialect::Plain { 10 } else { 0 };
        assert_eq!(counts(&omitted), [1, 2, 0, unlabelled]);
    }
}

#[test]
fn golden_native() {
    let mut out = Vec::new();
    let mut statsd = Statsd::new(Dialect::DogStatsd, Types::Native);
    statsd.encode(&fixture::snapshot(), &fixture::client_labels(), &mut out);
    check_golden("statsd/native.txt", &out);
}

/// What the publishers of the dialects have a meaning for.
fn replaced(dialect: Dialect, value: &str) -> String {
    let replace = |character: char| {
        let is_taken = match dialect {
            Dialect::DogStatsd => ",|".contains(character),
            Dialect::Graphite => !character.is_ascii_alphanumeric() && !"_-".contains(character),
            _ => ",=:|[]".contains(character),
        };
        if is_taken || character.is_control() {
            '_'
        } else {
            character
        }
    };
    value.chars().map(replace).collect()
}

fn expected(case: &model::Case, dialect: Dialect) -> Expected {
    let value = |text: &str| replaced(dialect, text);
    case.expected(&Rules {
        name: &|name| name.replace(':', "_"),
        value: if dialect == Dialect::Plain {
            None
        } else {
            Some(&value)
        },
        has_infinities: false,
    })
}

/// What a server has in its gauges after these lines; no gauge is set twice, but to zero first.
fn gauges(reader: Reader, lines: &str) -> BTreeMap<String, f64> {
    let mut gauges = BTreeMap::new();
    let mut before = None;
    for line in lines.split_terminator('\n') {
        let found = read(reader, line).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
        assert_eq!(found.letter, "g");
        let key = series::key(&found.name, &found.labels);
        if found.is_relative {
            let zero = Some((key.clone(), 0.0));
            assert_eq!(before, zero, "{line:?} behind its zero");
            *gauges.get_mut(&key).unwrap() += found.value;
        } else {
            let twice = gauges.insert(key.clone(), found.value);
            assert_eq!(twice, None, "{line:?} is there twice");
        }
        before = Some((key, found.value));
    }
    gauges
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f14_whatever_goes_in_is_read_back(case in model::case(), limit in 1_usize..400) {
        let registry = Registry::new();
        case.fill(&registry);
        let snapshot = registry.gather();
        for (dialect, reader, _) in DIALECTS {
            let mut out = Vec::new();
            let mut statsd = Statsd::new(dialect, Types::Gauges);
            let omitted = statsd.encode(&snapshot, &case.client(), &mut out);
            let lines = String::from_utf8(out).unwrap();
            let found = Expected { samples: gauges(reader, &lines), omitted: counts(&omitted) };
            prop_assert_eq!(found, expected(&case, dialect), "{:?}: {}", dialect, lines);
            // F16: the same, datagram by datagram.
            let packer = Packer::new(limit).cut(Cut::Samples);
            for payload in packer.payloads(lines.as_bytes()) {
                gauges(reader, &lines[payload]);
            }
        }
    }
}

#[test]
fn f16_a_negative_gauge_is_zero_first_then_the_value() {
    let lines = "g:0|g|#a:b\ng:-5|g|#a:b\n";
    let found = gauges(Reader::DogStatsd, lines);
    assert_eq!(found[r#"g{a="b"}"#], -5.0);
    assert!(read(Reader::DogStatsd, "g:-5|g|#a:b").unwrap().is_relative);
}
