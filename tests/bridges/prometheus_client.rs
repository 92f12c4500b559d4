//! Registries of `prometheus-client`, pushed by us, and ours in theirs.

use std::sync::{Arc, LazyLock, Mutex, RwLock};

use ppc::{
    Counter, Gauge, Histogram, Info, PrometheusClient, PrometheusClientCollector, Source, StateSet,
    Summary,
};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics;
use prometheus_client::metrics::exemplar::{CounterWithExemplar, HistogramWithExemplars};
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::exposed;
use crate::support::client_python::{self, Family as Parsed};
use crate::support::text_format;

type Labels = Vec<(String, String)>;

fn labels(name: &str, value: &str) -> Labels {
    vec![(name.into(), value.into())]
}

/// Every kind of theirs, with all that it can have.
pub(crate) fn theirs() -> Registry {
    let mut registry = Registry::default();
    let jobs = Family::<Labels, metrics::counter::Counter>::default();
    jobs.get_or_create(&labels("queue", "a \\ \"b\"\nc"))
        .inc_by(3);
    jobs.get_or_create(&labels("queue", "")).inc();
    registry.register("jobs", "Jobs run", jobs);
    let level = metrics::gauge::Gauge::<i64>::default();
    level.set(-5);
    registry.register_with_unit("level", "How full", Unit::Bytes, level);
    let odd = metrics::gauge::Gauge::<f64, std::sync::atomic::AtomicU64>::default();
    odd.set(f64::INFINITY);
    registry.register("odd", "Beyond all bounds", odd);
    let sub = registry.sub_registry_with_prefix("sub");
    let sub = sub.sub_registry_with_label(("of".into(), "theirs".into()));
    let latency = HistogramWithExemplars::<Labels>::new([0.1, 1.0, 2.5e9].into_iter());
    latency.observe(0.05, Some(labels("trace_id", "4bf92")), None);
    latency.observe(7.0, None, None);
    sub.register_with_unit("latency", "How long", Unit::Seconds, latency);
    let errors = CounterWithExemplar::<Labels>::default();
    errors.inc_by(2, Some(labels("trace_id", "00f067aa")), None);
    registry.register("errors", "What failed", errors);
    let info = metrics::info::Info::new(labels("version", "1.2.3"));
    registry.register("build", "What runs", info);
    registry
}

fn encoded(registry: &Registry) -> String {
    let mut text = String::new();
    encode(&mut text, registry).unwrap();
    text
}

/// Everything but where a family and its samples stand.
fn sorted(text: &str) -> Vec<Parsed> {
    let mut families =
        client_python::parse_openmetrics(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    for family in &mut families {
        family.samples.sort_by_key(client_python::Sample::key);
    }
    families.sort_by(|a, b| a.name.cmp(&b.name));
    families
}

#[test]
fn everything_of_theirs_stays_as_it_is() {
    let theirs = Arc::new(theirs());
    let pushed = exposed::openmetrics(PrometheusClient::new(Arc::clone(&theirs)));
    assert_eq!(sorted(&pushed), sorted(&encoded(&theirs)));
    assert!(
        pushed.contains("sub_latency_seconds_bucket{of=\"theirs\",le=\"2500000000.0\"} 2"),
        "{pushed}"
    );
}

#[test]
fn theirs_is_pushed_in_the_text_format_and_as_influx() {
    let theirs = Arc::new(theirs());
    let text = exposed::text(PrometheusClient::new(Arc::clone(&theirs)));
    let values = text_format::values(&text).unwrap();
    assert_eq!(values["jobs_total{queue=\"\"}"], 1.0);
    assert_eq!(values["level_bytes"], -5.0);
    assert_eq!(values["sub_latency_seconds_count{of=\"theirs\"}"], 2.0);
    assert_eq!(
        client_python::values(&client_python::parse_text(&text).unwrap()),
        values
    );
    let lines = exposed::influx(PrometheusClient::new(theirs));
    for line in [
        "jobs total=1",
        "errors total=2",
        "level bytes=-5",
        "build,version=1.2.3 info=1",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line}\n{lines:#?}"
        );
    }
}

#[test]
fn a_registry_is_read_however_it_is_held() {
    static HELD: LazyLock<Registry> = LazyLock::new(theirs);
    let expected = PrometheusClient::new(theirs()).gather().series_count();
    assert_eq!(expected, 7);
    let count = |source: &dyn Source| {
        let snapshot = source.gather();
        assert_eq!(snapshot.faults().len(), 0);
        snapshot.series_count()
    };
    assert_eq!(count(&PrometheusClient::new(&*HELD)), expected);
    assert_eq!(count(&PrometheusClient::new(Arc::new(theirs()))), expected);
    assert_eq!(
        count(&PrometheusClient::new(Mutex::new(theirs()))),
        expected
    );
    assert_eq!(
        count(&PrometheusClient::new(Arc::new(Mutex::new(theirs())))),
        expected
    );
    let shared = Arc::new(RwLock::new(theirs()));
    let source = PrometheusClient::new(Arc::clone(&shared));
    assert_eq!(count(&source), expected);
    let late = metrics::counter::Counter::<u64>::default();
    shared
        .write()
        .unwrap()
        .register("late", "Registered later", late);
    assert_eq!(count(&source), expected + 1);
}

#[test]
fn what_their_encoder_breaks_is_left_out_and_told() {
    let mut registry = theirs();
    let counter = metrics::counter::Counter::<u64>::default();
    registry.register("two_lines", "One,\ntwo", counter.clone());
    registry.register("jobs", "Jobs run", metrics::gauge::Gauge::<i64>::default());
    let snapshot = PrometheusClient::new(registry).gather();
    assert_eq!(snapshot.series_count(), 8);
    let faults: Vec<&str> = snapshot.faults().collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    // Behind the first line of the help, and the second declaration of a name with its sample.
    assert!(faults[0].starts_with("line 19:"), "{faults:?}");
}

fn ours() -> ppc::Registry {
    let registry = ppc::Registry::new();
    let jobs = Counter::builder("jobs")
        .help("Jobs run.")
        .label_names(["queue"]);
    let jobs = jobs.register(&registry).unwrap();
    let awkward = jobs.labels(("a \\ \"b\"\nc",)).unwrap();
    awkward.inc_by_with_exemplar(2.5, [("trace_id", "4bf9")]);
    Gauge::builder("level")
        .unit("bytes")
        .register(&registry)
        .unwrap()
        .set(f64::NEG_INFINITY);
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .help("How long.");
    let latency = latency.buckets([0.1, 1.0]).label_names(["of"]);
    let latency = latency.register(&registry).unwrap();
    for value in [0.05, 0.5, 5.0] {
        latency.labels(("a",)).unwrap().observe(value);
    }
    let build = Info::builder("build")
        .help("What runs.")
        .register(&registry)
        .unwrap();
    build.set([("version", "1.2.3")]);
    registry
}

#[test]
fn ours_goes_through_theirs_and_back() {
    let registry = ours();
    let mut theirs = Registry::default();
    theirs.register_collector(Box::new(PrometheusClientCollector::new(registry.clone())));
    let straight = exposed::openmetrics(registry);
    let back = exposed::openmetrics(PrometheusClient::new(theirs));
    assert_eq!(sorted(&back), sorted(&straight), "{back}");
}

#[test]
fn what_they_do_not_know_is_gauges_there() {
    let registry = ppc::Registry::new();
    let size = Summary::builder("size")
        .unit("bytes")
        .quantiles([0.0, 1.0])
        .label_names(["of"]);
    let size = size.register(&registry).unwrap().labels(("a",)).unwrap();
    size.observe(5);
    size.observe(7);
    let plain = Summary::builder("plain").register(&registry).unwrap();
    plain.observe(1.5);
    let phase = StateSet::builder("phase").states(["on", "off \"now\""]);
    phase.register(&registry).unwrap().set("on");
    let mut theirs = Registry::default();
    let ours = PrometheusClientCollector::new(registry);
    theirs
        .sub_registry_with_prefix("ours")
        .register_collector(Box::new(ours));
    let families = sorted(&encoded(&theirs));
    assert!(
        families.iter().all(|family| family.kind == "gauge"),
        "{families:?}"
    );
    let expected = [
        ("ours_phase{phase=\"off \\\"now\\\"\"}", 0.0),
        ("ours_phase{phase=\"on\"}", 1.0),
        ("ours_plain_count", 1.0),
        ("ours_plain_sum", 1.5),
        ("ours_size_bytes_count{of=\"a\"}", 2.0),
        ("ours_size_bytes_sum{of=\"a\"}", 12.0),
        ("ours_size_bytes{of=\"a\",quantile=\"0.0\"}", 5.0),
        ("ours_size_bytes{of=\"a\",quantile=\"1.0\"}", 7.0),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(client_python::values(&families), expected.into());
}

#[test]
fn registries_that_show_each_other_are_read_once() {
    let ours = ours();
    let mut theirs = Registry::default();
    let jobs = metrics::counter::Counter::<u64>::default();
    theirs.register("theirs", "Of theirs", jobs);
    theirs.register_collector(Box::new(PrometheusClientCollector::new(ours.clone())));
    let bridge = Arc::new(PrometheusClient::new(theirs));
    ours.attach(Arc::clone(&bridge));
    let all = |source: &dyn Source| {
        let snapshot = source.gather();
        let families = snapshot.families();
        let names = families.map(|family| family.descriptor().names().family().to_owned());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    let names = all(&ours);
    assert!(
        names.contains("theirs") && names.contains("build"),
        "{names:?}"
    );
    assert_eq!(all(&bridge), names);
}
