//! What our own encoder writes is read back, and nothing that is read breaks off.

use std::fmt::Write as _;

use ppc_core::{
    Counter, Gauge, Histogram, Info, LabelSet, Mirror, Registry, Snapshot, StateSet, Summary,
};
use proptest::prelude::*;

use super::{Parsed, Rules};
use crate::encode::{Encoder as _, Exposition, Format, Timestamps};

fn read(text: &str, rules: Rules) -> Result<Snapshot, String> {
    let parsed = Parsed::parse(text, rules).map_err(|fault| fault.to_string())?;
    let mut mirror = Mirror::new();
    let mut reading = mirror.read();
    parsed.tell(&mut reading);
    reading.finish();
    let mut snapshot = Snapshot::new();
    mirror.gather_into(&mut snapshot);
    Ok(snapshot)
}

fn write(snapshot: &Snapshot, format: Format, timestamps: Timestamps) -> String {
    let mut lines = Vec::new();
    let mut exposition = Exposition::new(format, timestamps);
    exposition.encode(snapshot, &LabelSet::new(), &mut lines);
    if format == Format::OpenMetrics {
        lines.extend_from_slice(b"# EOF\n");
    }
    String::from_utf8(lines).unwrap()
}

const FORMATS: [(Format, Rules); 3] = [
    (Format::Text, Rules::Text),
    (Format::OpenMetrics, Rules::OpenMetrics),
    (Format::OpenMetrics, Rules::Lenient),
];

/// Every kind, with these texts as help and as values of labels in alphabetical order.
fn registry(texts: &[String], numbers: &[f64]) -> Registry {
    let registry = Registry::new();
    let help = texts.concat().replace('\r', "");
    let jobs = Counter::builder("jobs").help(&help).label_names(["a", "b"]);
    let jobs = jobs.register(&registry).unwrap();
    let gauge = Gauge::builder("level").help("Level.").unit("bytes");
    let gauge = gauge.label_names(["a"]).register(&registry).unwrap();
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .label_names(["le_"]);
    let latency = latency
        .buckets([0.1, 1.0, 1e7])
        .register(&registry)
        .unwrap();
    let cold = Histogram::builder("cold").buckets([-1.0, 1.0]);
    let cold = cold.register(&registry).unwrap();
    let size = Summary::builder("size")
        .quantiles([0.0, 1.0])
        .label_names(["x"]);
    let size = size.register(&registry).unwrap();
    let plain = Summary::builder("plain").register(&registry).unwrap();
    let build = Info::builder("build")
        .help("Build.")
        .register(&registry)
        .unwrap();
    let state = StateSet::builder("state").states(["a", "b \"c\"\\", "ü\n"]);
    let state = state.label_names(["of"]).register(&registry).unwrap();
    for (index, text) in texts.iter().enumerate() {
        let number = numbers.get(index).copied().unwrap_or(1.0);
        let other = format!("{index}{text}");
        let jobs = jobs.labels((text, &other)).unwrap();
        jobs.inc_by_with_exemplar(number.abs(), [("trace_id", "a\"\\\n # {x}")]);
        gauge.labels((text,)).unwrap().set(number);
        let latency = latency.labels((text,)).unwrap();
        latency.observe_with_exemplar(number.abs(), [("t", index)]);
        latency.observe(0.05);
        cold.observe(number);
        size.labels((text,)).unwrap().observe(number.abs());
        plain.observe(number.abs());
        build.set([("version", text)]);
        state.labels((text,)).unwrap().set("a");
    }
    registry
}

#[track_caller]
fn check_read_back(registry: &Registry) {
    let snapshot = registry.gather();
    for timestamps in [Timestamps::Client, Timestamps::Server] {
        for (format, rules) in FORMATS {
            let text = write(&snapshot, format, timestamps);
            let back = read(&text, rules).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
            assert_eq!(back.faults().collect::<Vec<_>>(), [""; 0], "{text}");
            let untimed = write(&snapshot, format, Timestamps::Server);
            let again = write(&back, format, Timestamps::Server);
            // A library that we read has no escapes in its help.
            if rules != Rules::Lenient {
                assert_eq!(again, untimed);
            }
            assert_eq!(back.series_count(), snapshot_of(&text, rules));
        }
    }
}

/// How many series a text has, by its lines.
fn snapshot_of(text: &str, rules: Rules) -> usize {
    read(text, rules).unwrap().series_count()
}

#[test]
fn awkward_texts_are_read_back() {
    let texts = [
        "", " ", "\\", "\"", "a\\nb", "}", "# EOF", ",", "=", "\n", "ü🦀", "\0", "+Inf",
    ];
    let texts: Vec<String> = texts.map(String::from).into();
    check_read_back(&registry(&texts, &[0.0, 1.5, -2.25, 1e300, -1e-300, 7.0]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_read_back(
        texts in proptest::collection::btree_set("(\\PC|[\\\\\"\n{}#,= ]){0,12}", 1..6),
        numbers in proptest::collection::vec(proptest::num::f64::NORMAL, 0..6),
    ) {
        // Sums stay numbers.
        let numbers: Vec<f64> = numbers.iter().map(|number| number % 1e100).collect();
        check_read_back(&registry(&Vec::from_iter(texts), &numbers));
    }

    #[test]
    fn no_text_breaks_off(text in "\\PC{0,200}") {
        for (_, rules) in FORMATS {
            let _ = read(&text, rules);
        }
    }

    #[test]
    fn no_text_of_familiar_words_breaks_off(words in proptest::collection::vec(0..WORDS.len(), 0..60)) {
        let text = words.iter().fold(String::new(), |mut text, word| {
            let _ = write!(text, "{}", WORDS[*word]);
            text
        });
        for (_, rules) in FORMATS {
            let _ = read(&text, rules);
        }
    }

    #[test]
    fn no_broken_exposition_breaks_off(cut in 0_usize..4000, insert in "\\PC{0,3}", len in 0_usize..5) {
        let snapshot = registry(&["a\\\"\nü".into(), "b".into()], &[1.0, 2.0]).gather();
        for (format, rules) in FORMATS {
            let text = write(&snapshot, format, Timestamps::Client);
            let boundary = |at: usize| {
                (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
            };
            let (start, end) = (boundary(cut), boundary(cut + len));
            let _ = read(&format!("{}{insert}{}", &text[..start], &text[end..]), rules);
            let _ = read(&text[..start], rules);
        }
    }
}

const WORDS: [&str; 48] = [
    "# TYPE ",
    "# HELP ",
    "# UNIT ",
    "# EOF\n",
    "a",
    "a_total",
    "a_bucket",
    "a_count",
    "a_sum",
    "a_created",
    "a_info",
    "a_gcount",
    "a_gsum",
    " counter\n",
    " gauge\n",
    " histogram\n",
    " summary\n",
    " info\n",
    " stateset\n",
    " gaugehistogram\n",
    " unknown\n",
    " untyped\n",
    "{",
    "}",
    "le=\"",
    "quantile=\"",
    "a=\"",
    "\"",
    ",",
    "=",
    "\\",
    " ",
    "\t",
    "\n",
    "\r\n",
    "1",
    "+Inf",
    "NaN",
    "-1",
    "0.5",
    "1e400",
    " # {",
    "{\"a.b\"",
    "\"a.b\"",
    "18446744073709551616",
    "ü",
    "_s",
    " s\n",
];
