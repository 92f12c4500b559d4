//! Families of other registries, with names and labels as odd as they may be.

use ppc::expose::choose_encoder;
use ppc::{Kind, Mirror, Mirrored};

use crate::support::client_python::{self, Family};
use crate::support::odd::{Odd, odd};

/// The samples of an exposition for this header, as the parser reads them.
#[track_caller]
fn samples(accept: &str) -> (Vec<Family>, Vec<(String, f64)>) {
    let (encoder, content_type) = choose_encoder(accept);
    let text = String::from_utf8(encoder.generate(&odd())).unwrap();
    let families = if content_type.contains("openmetrics") {
        client_python::parse_openmetrics(&text)
    } else {
        client_python::parse_text(&text)
    };
    let families = families.unwrap_or_else(|error| panic!("{content_type}: {error}:\n{text}"));
    let samples = families.iter().flat_map(|family| &family.samples);
    let samples = samples.map(|sample| (sample.key(), sample.value)).collect();
    (families, samples)
}

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; escaping=";
const TEXT: &str = "text/plain; version=1.0.0; escaping=";

#[test]
fn k19_k23_odd_names_are_read_back_as_they_are() {
    for accept in [OPENMETRICS, TEXT] {
        let (families, samples) = samples(&format!("{accept}allow-utf-8"));
        let is_text = accept == TEXT;
        let expected = [
            ("dotted.counter_total".to_owned(), 1.0),
            (
                r#"dotted.counter_total{http.path="\\x\n\"",plain=""}"#.to_owned(),
                2.5,
            ),
            ("without suffix_total{a ü=\"ü\"}".to_owned(), 3.0),
            ("9 \"lives\"".to_owned(), f64::NEG_INFINITY),
            (r#"un.known{le="1"}"#.to_owned(), -1.5),
            (
                r#"req.duration_seconds_bucket{a.b="1",le="0.5"}"#.to_owned(),
                2.0,
            ),
            (
                r#"req.duration_seconds_bucket{a.b="1",le="+Inf"}"#.to_owned(),
                3.0,
            ),
            (r#"req.duration_seconds_count{a.b="1"}"#.to_owned(), 3.0),
            (r#"req.duration_seconds_sum{a.b="1"}"#.to_owned(), 2.0),
        ];
        assert_eq!(samples[..expected.len()], expected, "{accept}");
        // No sum is known; OpenMetrics has no count without one.
        let without = samples.iter().filter(|(key, _)| key.contains("c=\"2\""));
        assert_eq!(without.count(), if is_text { 3 } else { 2 });
        for (key, value) in [
            ("sum.mary{quantile=\"0.5\"}", 0.1),
            ("sum.mary_count", 7.0),
            ("build.x_info{version.number=\"1\"}", 1.0),
            ("my.state{my.state=\"off\"}", 0.0),
        ] {
            assert!(
                samples.contains(&(key.to_owned(), value)),
                "{key}: {samples:?}"
            );
        }
        let kinds: Vec<(&str, &str)> = families
            .iter()
            .map(|family| (&*family.name, &*family.kind))
            .collect();
        let state = if is_text { "gauge" } else { "stateset" };
        let info = if is_text {
            ("build.x_info", "gauge")
        } else {
            ("build.x", "info")
        };
        assert_eq!(
            kinds,
            [
                ("dotted.counter", "counter"),
                ("without suffix", "counter"),
                ("9 \"lives\"", "gauge"),
                ("un.known", "unknown"),
                ("req.duration_seconds", "histogram"),
                ("sum.mary", "summary"),
                info,
                ("my.state", state),
            ],
            "{accept}"
        );
    }
}

#[test]
fn k19_every_escaping_says_as_much() {
    let (_, all) = samples(&format!("{OPENMETRICS}allow-utf-8"));
    let (_, of_text) = samples(&format!("{TEXT}allow-utf-8"));
    for escaping in ["underscores", "dots", "values"] {
        let (_, samples) = samples(&format!("{OPENMETRICS}{escaping}"));
        let values = |samples: &[(String, f64)]| {
            let values = samples.iter().map(|(_, value)| value.to_string());
            values.collect::<Vec<_>>()
        };
        assert_eq!(values(&samples), values(&all), "{escaping}");
        assert!(
            samples
                .iter()
                .all(|(key, _)| !key.contains('.') || key.contains("=\"")),
            "{samples:?}"
        );
        let (_, samples) = self::samples(&format!("{TEXT}{escaping}"));
        assert_eq!(values(&samples), values(&of_text), "{escaping}");
    }
    let name = |accept: &str| samples(accept).1[1].0.clone();
    let labels = r#"="\\x\n\"""#;
    for (escaping, expected) in [
        (
            "underscores",
            format!("dotted_counter_total{{http_path{labels},plain=\"\"}}"),
        ),
        (
            "dots",
            format!("dotted_dot_counter_total{{http_dot_path{labels},plain=\"\"}}"),
        ),
        (
            "values",
            format!("U__dotted_2e_counter_total{{U__http_2e_path{labels},plain=\"\"}}"),
        ),
    ] {
        assert_eq!(name(&format!("{OPENMETRICS}{escaping}")), expected);
    }
}

#[test]
fn k19_an_exposition_with_a_name_in_quotes() {
    let mut mirror = Mirror::new();
    let mut reading = mirror.read();
    reading.family(Kind::Counter, "dotted.counter_total", "", "");
    reading.series(&[], Mirrored::Number(1.0, None));
    reading.finish();
    let (encoder, _) = choose_encoder(&format!("{OPENMETRICS}allow-utf-8"));
    let body = String::from_utf8(encoder.generate(&Odd(mirror))).unwrap();
    let expected = "# TYPE \"dotted.counter\" counter\n{\"dotted.counter_total\"} 1\n# EOF\n";
    assert_eq!(body, expected);
}
