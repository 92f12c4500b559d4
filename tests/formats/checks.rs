//! A case through each encoder and through a parser that is not ours: what is read is what is
//! expected. For property tests, and for the fuzzer.

use std::collections::BTreeMap;

use influxdb_line_protocol::{FieldValue, parse_lines};
use ppc::{Dialect, Names, Registry, Timestamps, Types};
use ppc_transports::{Cut, Encoder, Exposition, Format, Graphite, Influx, Packer, Statsd};

use super::model::{Case, Expected, Rules, counts};
use crate::support::graphite_lines;
use crate::support::series;
use crate::support::statsd_lines::{Reader, read};
use crate::support::text_format;

/// What becomes of a label value in Graphite.
fn in_graphite(value: &str) -> String {
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

pub(crate) fn graphite(case: &Case) {
    let registry = Registry::new();
    case.fill(&registry);
    let mut out = Vec::new();
    let mut graphite = Graphite::new(Timestamps::Server);
    let omitted = graphite.encode(&registry.gather(), &case.client(), &mut out);
    let lines = String::from_utf8(out).unwrap();
    let mut samples = BTreeMap::new();
    for line in lines.split_terminator('\n') {
        let found = graphite_lines::read(line);
        let found = found.unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
        assert_eq!(found.timestamp, -1.0);
        let key = series::key(&found.name, &found.labels);
        assert_eq!(
            samples.insert(key, found.value),
            None,
            "{line:?} is there twice"
        );
    }
    let found = Expected {
        samples,
        omitted: counts(&omitted),
    };
    let rules = Rules {
        name: &|name| name.to_owned(),
        value: Some(&in_graphite),
        has_infinities: true,
    };
    assert_eq!(found, case.expected(&rules), "{lines}");
}

pub(crate) const DIALECTS: [(Dialect, Reader, &str); 6] = [
    (Dialect::Influx, Reader::Influx, "influx"),
    (Dialect::DogStatsd, Reader::DogStatsd, "dogstatsd"),
    (Dialect::Librato, Reader::Librato, "librato"),
    (Dialect::SignalFx, Reader::SignalFx, "signalfx"),
    (Dialect::Graphite, Reader::Graphite, "graphite"),
    (Dialect::Plain, Reader::Plain, "plain"),
];

/// What the publishers of the dialects have a meaning for.
fn in_statsd(dialect: Dialect, value: &str) -> String {
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

/// In gauges of each dialect, in whole and in datagrams of at most so many bytes.
pub(crate) fn statsd(case: &Case, limit: usize) {
    let registry = Registry::new();
    case.fill(&registry);
    let snapshot = registry.gather();
    for (dialect, reader, _) in DIALECTS {
        let mut out = Vec::new();
        let mut statsd = Statsd::new(dialect, Types::Gauges);
        let omitted = statsd.encode(&snapshot, &case.client(), &mut out);
        let lines = String::from_utf8(out).unwrap();
        let samples = gauges(reader, &lines);
        let found = Expected {
            samples,
            omitted: counts(&omitted),
        };
        let value = |text: &str| in_statsd(dialect, text);
        let has_labels = dialect != Dialect::Plain;
        let expected = case.expected(&Rules {
            name: &|name| name.replace(':', "_"),
            value: has_labels.then_some(&value as &dyn Fn(&str) -> String),
            has_infinities: false,
        });
        assert_eq!(found, expected, "{dialect:?}: {lines}");
        // F16: the same, datagram by datagram.
        let packer = Packer::new(limit).cut(Cut::Samples);
        for payload in packer.payloads(lines.as_bytes()) {
            gauges(reader, &lines[payload]);
        }
    }
}

/// What a server has in its gauges after these lines; no gauge is set twice, but to zero first.
pub(crate) fn gauges(reader: Reader, lines: &str) -> BTreeMap<String, f64> {
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

/// What becomes of a label value in InfluxDB.
pub(crate) fn in_influxdb(value: &str) -> String {
    let value = match value.strip_suffix('\\') {
        Some(rest) => format!("{rest}/"),
        None => value.to_owned(),
    };
    let value = value
        .replace('\n', r"\n")
        .replace('\t', r"\t")
        .replace('\r', r"\r");
    value.replace('\x0C', r"\f")
}

/// Labels and values of all lines; what a name becomes is a test of its own.
pub(crate) fn influx(case: &Case) {
    let registry = Registry::new();
    case.fill(&registry);
    let mut out = Vec::new();
    let mut influx = Influx::new(Names::InfluxDb, Timestamps::Client);
    influx.encode(&registry.gather(), &case.client(), &mut out);
    let lines = String::from_utf8(out).unwrap();
    let parsed = parse_lines(&lines);
    let mut found: Vec<(String, f64)> = parsed
        .map(|line| {
            let line = line.unwrap_or_else(|fault| panic!("{fault}: {lines:?}"));
            let [(_, FieldValue::F64(value))] = &line.field_set[..] else {
                panic!("one float a line: {lines:?}");
            };
            let tags = line.series.tag_set.iter().flatten();
            let tags = tags.map(|(name, value)| (name.to_string(), value.to_string()));
            (series::key("", &tags.collect()), *value)
        })
        .collect();
    let expected = case.expected(&Rules {
        name: &|name| name.to_owned(),
        value: Some(&in_influxdb),
        has_infinities: false,
    });
    let labels = |key: &str| {
        key.find('{')
            .map_or(String::new(), |at| key[at..].to_owned())
    };
    let expected = expected.samples.iter();
    let mut expected: Vec<_> = expected.map(|(key, value)| (labels(key), *value)).collect();
    for all in [&mut found, &mut expected] {
        all.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)));
    }
    assert_eq!(found, expected, "{lines}");
}

/// In the text format.
pub(crate) fn exposition(case: &Case) {
    let registry = Registry::new();
    case.fill(&registry);
    let mut out = Vec::new();
    let mut text = Exposition::new(Format::Text, Timestamps::Server);
    text.encode(&registry.gather(), &case.client(), &mut out);
    let text = String::from_utf8(out).unwrap();
    let families = text_format::parse(&text).unwrap_or_else(|fault| panic!("{fault}: {text:?}"));
    let samples = families.into_iter().flat_map(|family| family.samples);
    let mut found = BTreeMap::new();
    for mut sample in samples.filter(|sample| !sample.value.is_nan()) {
        sample.labels.retain(|_, value| !value.is_empty());
        assert_eq!(
            found.insert(sample.key(), sample.value + 0.0),
            None,
            "{text}"
        );
    }
    let expected = case.expected(&Rules {
        name: &|name| name.to_owned(),
        value: Some(&str::to_owned),
        has_infinities: true,
    });
    assert_eq!(found, expected.samples, "{text}");
}
