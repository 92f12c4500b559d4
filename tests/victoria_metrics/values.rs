//! Values, names and labels as the server reads them back.

use std::collections::BTreeMap;
use std::time::Duration;

use ppc::{Counter, Gauge, Histogram, InfluxUdp, Info, Push, Registry, StateSet, Summary};

use crate::support::victoria_metrics::Server;

/// Pushes a registry once and returns what the server then holds.
fn pushed(registry: &Registry, rows: u64) -> BTreeMap<String, f64> {
    let server = Server::start();
    let destination = InfluxUdp::new(server.influx_address().to_string());
    // With so short a time before the end, the final push takes the place of the first.
    Push::to(destination).registry(registry).start().stop();
    server.wait_for_rows(rows, Duration::from_secs(10));
    assert_eq!(server.invalid_rows(), 0, "{}", server.log());
    server.last_values()
}

fn expected<const N: usize>(series: [(&str, f64); N]) -> BTreeMap<String, f64> {
    series
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

#[test]
fn k06_all_six_kinds_arrive_under_their_names() {
    let registry = Registry::new();
    let counter = Counter::builder("jobs")
        .label_names(["queue"])
        .register(&registry)
        .unwrap();
    counter.with([("queue", "a")]).unwrap().inc_by(2.5);
    Gauge::builder("temperature")
        .register(&registry)
        .unwrap()
        .set(-3);
    let histogram = Histogram::builder("latency")
        .unit("seconds")
        .buckets([0.1, 1.0]);
    let histogram = histogram.register(&registry).unwrap();
    for value in [0.05, 0.5, 5.0] {
        histogram.observe(value);
    }
    let summary = Summary::builder("size")
        .unit("bytes")
        .quantiles([0.0, 1.0])
        .register(&registry)
        .unwrap();
    summary.observe(7);
    summary.observe(8);
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("version", "1.2.3")]);
    let phase = StateSet::builder("phase").states(["starting", "done"]);
    phase.register(&registry).unwrap().set("done");
    let expected = expected([
        (r#"jobs_total{queue="a"}"#, 2.5),
        ("temperature", -3.0),
        (r#"latency_seconds_bucket{le="0.1"}"#, 1.0),
        (r#"latency_seconds_bucket{le="1.0"}"#, 2.0),
        (r#"latency_seconds_bucket{le="+Inf"}"#, 3.0),
        ("latency_seconds_count", 3.0),
        ("latency_seconds_sum", 5.55),
        (r#"size_bytes{quantile="0.0"}"#, 7.0),
        (r#"size_bytes{quantile="1.0"}"#, 8.0),
        ("size_bytes_count", 2.0),
        ("size_bytes_sum", 15.0),
        (r#"build_info{version="1.2.3"}"#, 1.0),
        (r#"phase{phase="starting"}"#, 0.0),
        (r#"phase{phase="done"}"#, 1.0),
    ]);
    assert_eq!(pushed(&registry, 14), expected);
}

#[test]
fn f14_awkward_labels_are_read_back_as_they_were() {
    let registry = Registry::new();
    let gauge = Gauge::builder("a_b")
        .label_names(["v"])
        .register(&registry)
        .unwrap();
    let values = [
        "plain",
        "a b",
        "a,b",
        "a=b",
        "a b,c=d",
        "\\",
        "a\\",
        "\\,",
        "a\\b",
        "a\\\\b",
        "\\\\",
        "\\ ",
        "\"quoted\"",
        "'",
        "#",
        "{}",
        "äöü",
        "日本",
        "🦀",
        "tab\there",
        "cr\rhere",
        " ",
        " lead",
        "trail ",
        "a,b=c d=1 2",
        "\u{1}\u{7f}",
        "%41",
        "$HOME",
        "a:b|c#d@e",
    ];
    for (n, value) in values.iter().enumerate() {
        gauge.labels((value,)).unwrap().set(n);
    }
    gauge.labels(("line\nbreak",)).unwrap().set(1000);
    gauge.labels(("",)).unwrap().set(2000);
    let found = pushed(&registry, values.len() as u64 + 2);
    let key = |value: &str| format!("a_b{{v={value:?}}}");
    let escaped = |value: &str| {
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        format!("a_b{{v=\"{value}\"}}")
    };
    for (n, value) in values.iter().enumerate() {
        let number = found
            .get(&escaped(value))
            .or_else(|| found.get(&key(value)));
        assert_eq!(number, Some(&(n as f64)), "{value:?} in {found:#?}");
    }
    // The documented replacement, and a label that is empty and so none.
    assert_eq!(
        found.get(&escaped("line\\nbreak")),
        Some(&1000.0),
        "{found:#?}"
    );
    assert_eq!(found.get("a_b"), Some(&2000.0));
    assert_eq!(found.len(), values.len() + 2, "no two became one");
}

#[test]
fn f14_numbers_of_every_size_are_read_back() {
    let registry = Registry::new();
    let gauge = Gauge::builder("a_b")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let values = [
        0.0,
        -1.5,
        1e300,
        -1e-300,
        f64::MAX,
        u64::MAX as f64,
        9_007_199_254_740_993.0,
        0.1 + 0.2,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    for (n, value) in values.into_iter().enumerate() {
        gauge.labels((n,)).unwrap().set(value);
    }
    gauge.labels(("nan",)).unwrap().set(f64::NAN);
    let found = pushed(&registry, values.len() as u64);
    assert_eq!(found.len(), values.len(), "NaN is left out");
    for (n, value) in values.into_iter().enumerate() {
        let read = found[&format!("a_b{{n=\"{n}\"}}")];
        // The server itself keeps about 15 digits.
        let close = read.to_bits() == value.to_bits() || ((read - value) / value).abs() < 1e-13;
        assert!(close, "{read} for {value}");
    }
}

#[test]
fn f15_names_without_an_inner_underscore_arrive_beside_others() {
    let registry = Registry::new();
    for (n, name) in ["temperature", "_lead", "trail_", "a__b", "x:y", "a_b_c"]
        .iter()
        .enumerate()
    {
        Gauge::builder(name).register(&registry).unwrap().set(n);
    }
    let expected = expected([
        ("temperature", 0.0),
        ("_lead", 1.0),
        ("trail_", 2.0),
        ("a__b", 3.0),
        ("x:y", 4.0),
        ("a_b_c", 5.0),
    ]);
    assert_eq!(pushed(&registry, 6), expected);
}

#[test]
fn names_for_influxdb_use_the_field_value() {
    let registry = Registry::new();
    Gauge::builder("temperature")
        .register(&registry)
        .unwrap()
        .set(5);
    let server = Server::start();
    let address = server.influx_address().to_string();
    let destination = InfluxUdp::new(address)
        .names("influxdb")
        .timestamps("server");
    Push::to(destination)
        .registry(&registry)
        .label("job", "a b")
        .start()
        .stop();
    server.wait_for_rows(1, Duration::from_secs(10));
    assert_eq!(
        server.last_values(),
        expected([(r#"temperature_value{job="a b"}"#, 5.0)])
    );
}
