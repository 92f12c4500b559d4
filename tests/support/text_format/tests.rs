//! What the parser reads, and each mistake it finds.

use super::*;

#[test]
fn a_document_is_read() {
    let families = parse(
        "# HELP jobs_total All\\n of \\\\ them.\n\
         # TYPE jobs_total counter\n\
         jobs_total{queue=\"a \\\"b\\\\\\n\",z=\"}, \"} 2.5 -3\n\
         jobs_total 1e+300\n\
         # A comment.\n\
         \n\
         # TYPE latency histogram\n\
         # HELP latency \n\
         latency_bucket{le=\"0.5\"} 1\n\
         latency_bucket{le=\"+Inf\"} 2\n\
         latency_sum 7\n\
         latency_count 2\n\
         # TYPE size summary\n\
         size{quantile=\"0.5\"} NaN\n\
         size_sum 0\n\
         size_count 0\n\
         plain{} -Inf\n",
    )
    .unwrap();
    let seen: Vec<(&str, Kind, usize)> = families
        .iter()
        .map(|family| (&*family.name, family.kind, family.samples.len()))
        .collect();
    let expected = [
        ("jobs_total", Kind::Counter, 2),
        ("latency", Kind::Histogram, 4),
        ("size", Kind::Summary, 3),
        ("plain", Kind::Untyped, 1),
    ];
    assert_eq!(seen, expected);
    assert_eq!(families[0].help.as_deref(), Some("All\n of \\ them."));
    let first = &families[0].samples[0];
    assert_eq!(first.labels["queue"], "a \"b\\\n");
    assert_eq!(first.key(), r#"jobs_total{queue="a \"b\\\n",z="}, "}"#);
    assert_eq!((first.value, first.timestamp), (2.5, Some(-3)));
    assert_eq!(families[3].samples[0].value, f64::NEG_INFINITY);
    assert_eq!(parse("").unwrap(), []);
}

#[test]
fn values_are_found_by_key() {
    let values = values("b{z=\"1\",a=\"2\"} 3\n").unwrap();
    assert_eq!(values["b{a=\"2\",z=\"1\"}"], 3.0);
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(parse(text).unwrap_err(), expected, "{text}");
}

#[test]
fn malformed_lines_are_found() {
    check("a 1", "line 1: the last line has no end");
    check("a 1\r\n", "line 1: `1\r` is no number");
    check("a  1\n", "line 1: `` is no number");
    check("a\n", "line 1: a sample without a value");
    check("a inf\n", "line 1: `inf` is no number");
    check(
        "a 1 2.5\n",
        "line 1: timestamp `2.5`: invalid digit found in string",
    );
    check("a-b 1\n", "line 1: `a-b` is no metric name");
    check("1a 1\n", "line 1: `1a` is no metric name");
    check("a{b:c=\"\"} 1\n", "line 1: `b:c` is no label name");
    check("a{b=\"\",} 1\n", "line 1: a label without a value");
    check("a{b=\"\" } 1\n", "line 1: a comma between labels");
    check("a{b=\"} 1\n", "line 1: a label value without an end");
    check("a{b=\"\\t\"} 1\n", "line 1: a backslash before Some('t')");
    check("a{b=\"1\",b=\"2\"} 1\n", "line 1: label b twice");
    check("a{b=\"1\"}1\n", "line 1: a space before the value");
    check(
        "a 1 # {b=\"c\"} 1\n",
        "line 1: timestamp `# {b=\"c\"} 1`: invalid digit found in string",
    );
    check("# HELP a \\\"\n", "line 1: a backslash before Some('\"')");
    check("# TYPE a info\n", "line 1: unknown type `info`");
}

#[test]
fn repetitions_and_torn_families_are_found() {
    let kind = "# TYPE a counter\n";
    check(&kind.repeat(2), "line 2: a second TYPE of a");
    check(&"# HELP a x\n".repeat(2), "line 2: a second HELP of a");
    check(
        &format!("a 1\n{kind}"),
        "line 2: a heading of a after its samples",
    );
    check("a 1\nb 1\na{c=\"d\"} 1\n", "line 3: a begins a second time");
    check(
        "a{b=\"c\"} 1\na{b=\"c\"} 2\n",
        "line 2: a{b=\"c\"} a second time",
    );
    check(
        "# TYPE a summary\na_sum 1\na_count 1\n# TYPE a_count counter\na_count{b=\"c\"} 1\n",
        "line 5: a_count is a sample of a",
    );
}

#[test]
fn samples_unlike_their_kind_are_found() {
    check("# TYPE a counter\na -1\n", "line 2: a is negative");
    check("# TYPE a summary\na 1\n", "line 2: a without quantile");
    check(
        "# TYPE a histogram\na_bucket 1\n",
        "line 2: a_bucket without le",
    );
    let histogram = |rest: &str| format!("# TYPE a histogram\n{rest}");
    let bucket = |le: &str, count: u64| format!("a_bucket{{b=\"c\",le=\"{le}\"}} {count}\n");
    let total = "a_sum{b=\"c\"} 1\na_count{b=\"c\"} 2\n";
    check(
        &histogram(&(bucket("1", 3) + &bucket("+Inf", 2) + total)),
        "a: {b=\"c\"} bucket inf has 2, less than 3",
    );
    check(
        &histogram(&(bucket("2", 1) + &bucket("1", 1) + total)),
        "a: {b=\"c\"} bucket 1 after 2",
    );
    check(
        &histogram(&(bucket("1", 2) + total)),
        "a: {b=\"c\"} no bucket +Inf",
    );
    check(
        &histogram(&(bucket("+Inf", 1) + total)),
        "a: {b=\"c\"} bucket +Inf has 1, the count is 2",
    );
    check(&histogram(&bucket("+Inf", 1)), "a: {b=\"c\"} no sum");
}
