//! The text format 0.0.4, as leniently as Prometheus reads it, and what is said where it cannot be.

use ppc::{Format, Kind, Source as _, Text, Value};

use crate::support::series;

fn kind_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Summary => "summary",
        Kind::Info => "info",
        Kind::StateSet => "state set",
        Kind::Unknown => "unknown",
    }
}

/// Each series as `kind name{labels} value`, and the faults.
fn shown(text: &Text) -> (Vec<String>, Vec<String>) {
    let snapshot = text.gather();
    let mut all = Vec::new();
    for family in snapshot.families() {
        let descriptor = family.descriptor();
        for series in family.series() {
            let labels = series.labels();
            let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let name = match descriptor.kind() {
                Kind::Counter | Kind::Info => descriptor.names().sample(0),
                _ => descriptor.names().family(),
            };
            let key = series::key(name, &labels.collect());
            let value = match series.value() {
                Value::Counter(value) | Value::Gauge(value) => value.to_string(),
                Value::Histogram(histogram) => {
                    let buckets: Vec<_> = histogram.buckets().collect();
                    format!("{buckets:?} {}", histogram.sum())
                }
                Value::Summary {
                    count,
                    sum,
                    quantiles,
                } => {
                    format!("{:?} {count} {sum}", quantiles.pairs().collect::<Vec<_>>())
                }
                Value::Info(_) => "1".into(),
                Value::StateSet(states) => format!("{:?}", states.states().collect::<Vec<_>>()),
                other => panic!("{other:?}"),
            };
            all.push(format!("{} {key} {value}", kind_of(descriptor.kind())));
        }
    }
    (all, snapshot.faults().map(String::from).collect())
}

#[track_caller]
fn check(format: Format, text: &str, expected: &[&str], faults: &[&str]) {
    let read = Text::parse_as(text, format).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let found = shown(&read);
    assert_eq!(found.0, expected, "{text}");
    assert_eq!(found.1, faults, "{text}");
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn text_is_read_leniently() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("a 1\n", &["unknown a 1"]),
        ("a 1", &["unknown a 1"]),
        ("# TYPE a counter\r\na 1\r\n", &["counter a 1"]),
        ("a 1\n# TYPE a gauge\n", &["gauge a 1"]),
        (
            "# just a comment\n#\n#no space\n# HELP\n# TYPE\n\n \t\n# EOF\na 1\n",
            &["unknown a 1"],
        ),
        (
            "#\tTYPE\ta\tcounter\n#\tHELP\ta\thelp\na\t1\n",
            &["counter a 1"],
        ),
        ("  a 1 \n", &["unknown a 1"]),
        ("# TYPE a untyped\na 1\n", &["unknown a 1"]),
        ("# TYPE a unknown \na 1\n", &["unknown a 1"]),
        (
            "# TYPE a counter\n# TYPE a counter\na 1\n",
            &["counter a 1"],
        ),
        (
            "a{x=\"1\"} 1\nb 2\na{x=\"2\"} 3\n",
            &[
                "unknown a{x=\"1\"} 1",
                "unknown a{x=\"2\"} 3",
                "unknown b 2",
            ],
        ),
        (
            "a{ x = \"1\" , } 1\na\t{\tx\t=\t\"2\"\t}\t2\na{x=\"3\"}3\n",
            &[
                "unknown a{x=\"1\"} 1",
                "unknown a{x=\"2\"} 2",
                "unknown a{x=\"3\"} 3",
            ],
        ),
        ("a{} 1\n", &["unknown a 1"]),
        ("a{z=\"1\",b=\"2\"} 1\n", &["unknown a{b=\"2\",z=\"1\"} 1"]),
        (
            "a +Inf\nb -inf\nc NaN\nd Infinity\ne +1e3\nf .5\n",
            &[
                "unknown a inf",
                "unknown b -inf",
                "unknown c NaN",
                "unknown d inf",
                "unknown e 1000",
                "unknown f 0.5",
            ],
        ),
        (
            "a 1 1234567890\na 2 1234567891\nb 1  -1\n",
            &["unknown a 2", "unknown b 1"],
        ),
        (
            "{\"a.b\",\"x.y\"=\"z\"} 1\n# TYPE \"a.b\" gauge\n",
            &["gauge a_b{x_y=\"z\"} 1"],
        ),
        ("{ x=\"1\", \"a\" } 1\n", &["unknown a{x=\"1\"} 1"]),
        (
            "a{x=\"\\\\ \\n \\\" \\z\"} 1\n",
            &["unknown a{x=\"\\\\ \\n \\\" \\\\z\"} 1"],
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"5.0\"} 3\nh_count 4\nh_sum 9.5\n",
            &["histogram h [(\"1\", 2), (\"5.0\", 3), (\"+Inf\", 4)] 9.5"],
        ),
        (
            "# TYPE h histogram\nh_count 4\nh_bucket{le=\"INF\"} 4\nh_bucket{le=\"1\"} 2e0\n",
            &["histogram h [(\"1\", 2), (\"+Inf\", 4)] NaN"],
        ),
        (
            "# TYPE h histogram\nh_count 4\nh_sum 1\n",
            &["histogram h [(\"+Inf\", 4)] 1"],
        ),
        (
            "# TYPE h histogram\nh_bucket{a=\"1\",le=\"+Inf\"} 1\nh_bucket{le=\"+Inf\",a=\"2\"} 2\nh_sum{a=\"1\"} 3\nh_sum{a=\"2\"} 4\n",
            &[
                "histogram h{a=\"1\"} [(\"+Inf\", 1)] 3",
                "histogram h{a=\"2\"} [(\"+Inf\", 2)] 4",
            ],
        ),
        (
            "# TYPE s summary\ns{quantile=\"0.99\"} 3\ns{quantile=\"0.5\"} 2\ns_sum 5\ns_count 2\n",
            &["summary s [(\"0.5\", 2.0), (\"0.99\", 3.0)] 2 5"],
        ),
        (
            "# TYPE s summary\ns{quantile=\"0.5\"} 2\ns_sum 5\n",
            &["unknown s{quantile=\"0.5\"} 2", "unknown s_sum 5"],
        ),
        // Without its type a histogram is what its lines say.
        (
            "h_bucket{le=\"+Inf\"} 1\n",
            &["unknown h_bucket{le=\"+Inf\"} 1"],
        ),
        (
            "# TYPE a_created gauge\na_created 5\n# TYPE a counter\na 1\n",
            &["gauge a_created 5", "counter a 1"],
        ),
        // As the Python client writes it.
        (
            "# TYPE a_total counter\na_total 1\n# TYPE a_created gauge\na_created 5\n\
             # TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\n# TYPE h_created gauge\nh_created 5\n\
             # TYPE s summary\ns_count 1\n# TYPE s_created gauge\ns_created 5\n\
             # TYPE g gauge\ng 1\n# TYPE g_created gauge\ng_created 5\n",
            &[
                "counter a_total 1",
                "histogram h [(\"+Inf\", 1)] NaN",
                "summary s [] 1 NaN",
                "gauge g 1",
                "gauge g_created 5",
            ],
        ),
    ];
    for (text, expected) in cases {
        check(Format::Text, text, expected, &[]);
    }
}

#[test]
fn what_does_not_fit_is_left_out_and_told() {
    let cases: &[(&str, &[&str], &str)] = &[
        (
            "a 1\na 2\n",
            &["unknown a 1"],
            "line 2: expected each series once, found \"a\"",
        ),
        (
            "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n",
            &["unknown a{x=\"1\",y=\"2\"} 1"],
            "line 2: expected each series once, found \"a\"",
        ),
        (
            "# TYPE a histogram\na 5\nb 1\n",
            &["unknown b 1"],
            "line 2: expected a sample that a family of this type has, found \"a\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_bucket{le=\"+Inf\"} 2\n",
            &[],
            "line 3: expected a bucket that counts those below it as well, found \"2\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_sum 2\n",
            &[],
            "line 2: expected a last bucket of `+Inf`, found \"h\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1.5\n",
            &[],
            "line 2: expected a whole number that is not negative, found \"1.5\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_count 2\n",
            &[],
            "line 3: expected the count of the bucket `+Inf`, found \"2\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"x\"} 1\n",
            &[],
            "line 2: expected the bound of a bucket, found \"x\"",
        ),
        (
            "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_count 1\n",
            &[],
            "line 3: expected each series once, found \"h_bucket\"",
        ),
        (
            "# TYPE s summary\ns_count{a=\"1\"} 1\ns_sum{a=\"2\"} 1\n",
            &["summary s{a=\"1\"} [] 1 NaN"],
            "line 3: a summary of `s` has no count",
        ),
        (
            "# TYPE a counter\na -1\n",
            &[],
            "`a`: a counter is a number that is not negative",
        ),
    ];
    for (text, expected, fault) in cases {
        check(Format::Text, text, expected, &[fault]);
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn errors_name_line_and_place() {
    let cases = [
        (
            Format::Text,
            "a 1\na{x=1} 1\n",
            "line 2: expected the value of a label in quotes, found \"1} 1\"",
        ),
        (Format::Text, "a\n", "line 1: expected a number, found \"\""),
        (
            Format::Text,
            "a x\n",
            "line 1: expected a number, found \"x\"",
        ),
        (
            Format::Text,
            "a 0x1\n",
            "line 1: expected a number, found \"0x1\"",
        ),
        (
            Format::Text,
            "a 1_0\n",
            "line 1: expected a number, found \"1_0\"",
        ),
        (
            Format::Text,
            "a -NaN\n",
            "line 1: expected a number, found \"-NaN\"",
        ),
        (
            Format::Text,
            "a 1 1.5\n",
            "line 1: expected a timestamp, found \"1.5\"",
        ),
        (
            Format::Text,
            "a 1 1 1\n",
            "line 1: expected the end of the line, found \"1\"",
        ),
        (
            Format::Text,
            "a 1 # {x=\"y\"} 1\n",
            "line 1: expected the end of the line, found \"# {x=\\\"y\\\"} 1\"",
        ),
        (
            Format::Text,
            "\n\na-b 1\n",
            "line 3: expected a number, found \"-b\"",
        ),
        (
            Format::Text,
            "1a 1\n",
            "line 1: expected the name of a metric, found \"1a 1\"",
        ),
        (
            Format::Text,
            "a{x=\"1\",,} 1\n",
            "line 1: expected a label, as in `name=\"value\"`, found \",} 1\"",
        ),
        (
            Format::Text,
            "a{,} 1\n",
            "line 1: expected a label, as in `name=\"value\"`, found \",} 1\"",
        ),
        (
            Format::Text,
            "a{x=\"1\" y=\"2\"} 1\n",
            "line 1: expected `,` or `}` behind a label, found \"y=\\\"2\\\"} 1\"",
        ),
        (
            Format::Text,
            "a{x=\"1\",x=\"2\"} 1\n",
            "line 1: expected each label once, found \"x\"",
        ),
        (
            Format::Text,
            "a{x=\"1} 1\n",
            "line 1: expected a closing `\"`, found \"1} 1\"",
        ),
        (
            Format::Text,
            "a{x=\"1\\\"} 1\n",
            "line 1: expected a closing `\"`, found \"1\\\\\\\"} 1\"",
        ),
        (
            Format::Text,
            "a{\"b\"} 1\n",
            "line 1: expected one name of the metric, found \"b\"",
        ),
        (
            Format::Text,
            "{x=\"1\"} 1\n",
            "line 1: expected the name of a metric, found \"none\"",
        ),
        (
            Format::Text,
            "# TYPE a info\n",
            "line 1: expected counter, gauge, histogram, summary or untyped, found \"info\"",
        ),
        (
            Format::Text,
            "# TYPE a counter\n# TYPE a gauge\n",
            "line 2: expected help, type and unit of a family once, found \"a\"",
        ),
        (
            Format::OpenMetrics,
            "a 1\n",
            "line 2: expected `# EOF` as the last line, found \"the end of the text\"",
        ),
        (
            Format::OpenMetrics,
            "a 1\r\n# EOF\n",
            "line 1: expected a number, found \"1\\r\"",
        ),
        (
            Format::OpenMetrics,
            "a 1\n# EOF\na 1\n",
            "line 3: expected nothing behind `# EOF`, found \"a 1\"",
        ),
        (
            Format::OpenMetrics,
            "# TYPE a counter\na 1\n# EOF\n",
            "line 2: expected a sample that a family of this type has, beside the others, found \"a\"",
        ),
        (
            Format::OpenMetrics,
            "a 1\na 1\n# EOF\n",
            "line 2: expected each series once, found \"a\"",
        ),
    ];
    for (format, text, expected) in cases {
        let error = Text::parse_as(text, format).unwrap_err();
        assert!(error.is_text(), "{text}");
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn gauge_histograms_are_numbers() {
    let text = "# TYPE g gaugehistogram\n# HELP g Waiting.\ng_bucket{le=\"1.0\"} 1\n\
                g_bucket{le=\"+Inf\"} 3\ng_gcount 3\ng_gsum 2\n# EOF\n";
    let expected = [
        "unknown g_bucket{le=\"1.0\"} 1",
        "unknown g_bucket{le=\"+Inf\"} 3",
        "unknown g_gcount 3",
        "unknown g_gsum 2",
    ];
    check(Format::OpenMetrics, text, &expected, &[]);
}

#[test]
fn the_end_of_a_text_tells_its_format() {
    let counter = "# TYPE a counter\na_total 1\n";
    let found = |text: &str| Text::parse(text).map(|text| shown(&text).0);
    assert_eq!(
        found(&format!("{counter}# EOF\n")).unwrap(),
        ["counter a_total 1"]
    );
    assert_eq!(
        found(&format!("{counter}# EOF")).unwrap(),
        ["counter a_total 1"]
    );
    assert_eq!(found(counter).unwrap(), ["unknown a_total 1"]);
    let cut = "# TYPE a_s gauge\n# UNIT a_s s\na_s 1";
    assert!(found(cut).unwrap_err().to_string().contains("`# EOF`"));
    assert!("a 1\n".parse::<Text>().is_ok());
}
