//! The Prometheus text format and OpenMetrics.

use std::time::Duration;

use ppc::{Gauge, Info, LabelSet, Registry, Snapshot, StateSet, Timestamps};
use ppc_transports::{Encoder, Exposition, Format, Omitted};
use proptest::prelude::*;

use super::read::{Number, read};
use super::{check_golden, checks, model};
use crate::support::fixture;

const BOTH: [Format; 2] = [Format::Text, Format::OpenMetrics];

fn encode(format: Format, snapshot: &Snapshot, labels: &LabelSet) -> String {
    let mut out = Vec::new();
    let mut exposition = Exposition::new(format, Timestamps::Client);
    let omitted = exposition.encode(snapshot, labels, &mut out);
    assert_eq!(omitted, Omitted::default());
    String::from_utf8(out).unwrap()
}

fn read_both(snapshot: &Snapshot) -> [String; 2] {
    BOTH.map(|format| encode(format, snapshot, &fixture::client_labels()))
}

#[test]
fn f13_golden_text() {
    let [text, _] = read_both(&fixture::snapshot());
    check_golden("text/client.txt", text.as_bytes());
    read(Format::Text, &text);
}

#[test]
fn f13_golden_open_metrics() {
    let [_, text] = read_both(&fixture::snapshot());
    read(Format::OpenMetrics, &format!("{text}# EOF\n"));
    check_golden("openmetrics/client.txt", at_no_time(&text).as_bytes());
}

#[test]
fn golden_for_a_gateway() {
    for (format, name) in [(Format::Text, "text"), (Format::OpenMetrics, "openmetrics")] {
        let mut exposition = Exposition::new(format, Timestamps::Server)
            .exemplars(false)
            .without_quantiles()
            .taken_labels(vec!["instance".to_owned(), "service".to_owned()]);
        let mut out = Vec::new();
        let labels = fixture::client_labels();
        let omitted = exposition.encode(&fixture::snapshot(), &labels, &mut out);
        check_golden(&format!("{name}/gateway.txt"), &out);
        assert_eq!(omitted.label_taken, 6);
        let first = ("latency_seconds".into(), "service".into());
        assert_eq!(omitted.taken, Some(first));
    }
}

/// The text with the time of each exemplar replaced, which is that of the recording.
fn at_no_time(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(' ') {
        Some((rest, time)) if line.contains(" # {") => {
            assert!(time.parse::<f64>().is_ok_and(|time| time > 1.7e9), "{line}");
            format!("{rest} TIME\n")
        }
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn k23_no_exemplar_is_where_it_may_not_be() {
    let [_, text] = read_both(&fixture::snapshot());
    let families = read(Format::OpenMetrics, &format!("{text}# EOF\n"));
    let exemplars = |name: &str| {
        let samples = families[name].samples.iter();
        samples
            .filter_map(|sample| sample.exemplar.as_ref())
            .collect::<Vec<_>>()
    };
    assert_eq!(exemplars("acme_jobs")[0].labels["trace_id"], "4bf92f\"\n");
    assert_eq!(exemplars("acme_jobs")[0].value, Number(2.5));
    assert_eq!(exemplars("latency_seconds").len(), 4);
    assert_eq!(families["latency_seconds"].unit, "seconds");
}

/// Texts: anything, and often what has a meaning in the formats.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[ ,={}#\\\\\"\n\r\t\x0Can]{0,12}",
        ".*",
        "[^\n]{0,9}\n"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn f13_every_kind_is_read_back(case in model::case()) {
        checks::exposition(&case);
    }

    #[test]
    fn k23_whatever_goes_in_reads_back(
        name in "[a-zA-Z:][a-zA-Z0-9_:]{0,12}",
        help in text(),
        values in proptest::collection::vec(text(), 0..4),
        clients in text(),
        value in proptest::num::f64::ANY,
    ) {
        let registry = Registry::new();
        let named: Vec<(String, &String)> =
            values.iter().enumerate().map(|(n, value)| (format!("l{n}"), value)).collect();
        let names = || named.iter().map(|(name, _)| name);
        let gauge = Gauge::builder(&name).help(&help).label_names(names());
        gauge.register(&registry).unwrap().labels(&values[..]).unwrap().set(value);
        let info = Info::builder(&format!("i_{name}")).help(&help).register(&registry).unwrap();
        info.set(named.iter().map(|(name, value)| (name, value)));
        let states = StateSet::builder(&format!("s_{}", name.replace(':', ""))).states([&*clients, "x"]);
        // A state that stands twice is refused; so is a name with colons.
        let has_states = states.register(&registry).is_ok();
        let mut snapshot = Snapshot::new();
        snapshot.start(Duration::from_nanos(1_700_000_000_123_456_789));
        registry.gather_into(&mut snapshot);
        let mut labels = LabelSet::new();
        labels.insert("client", &*clients).unwrap();

        for format in BOTH {
            let mut text = encode(format, &snapshot, &labels);
            let (gauge, info) = match format {
                Format::Text => (name.clone(), format!("i_{name}_info")),
                Format::OpenMetrics => (name.clone(), format!("i_{}", bare(&name))),
            };
            if format == Format::OpenMetrics {
                text.push_str("# EOF\n");
            }
            let families = read(format, &text);
            prop_assert_eq!(families.len(), 2 + usize::from(has_states), "{:?}", text);
            for (family, value) in [(&gauge, value), (&info, 1.0)] {
                let family = families.get(family).expect("the family");
                prop_assert_eq!(&family.help, &help);
                let [sample] = &family.samples[..] else { panic!("one sample: {text:?}") };
                prop_assert_eq!(sample.value, Number(value), "{:?}", text);
                prop_assert_eq!(sample.timestamp, Some(1_700_000_000.123));
                let mut expected: Vec<(&str, &str)> =
                    named.iter().map(|(name, value)| (&**name, &***value)).collect();
                expected.insert(0, ("client", &clients));
                let found = sample.labels.iter().map(|(name, value)| (&**name, &**value));
                prop_assert!(found.eq(expected), "{:?}", text);
            }
        }
    }
}

/// An info's name without the suffix that the formats give it.
fn bare(name: &str) -> &str {
    name.strip_suffix("_info").unwrap_or(name)
}
