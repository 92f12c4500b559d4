//! The same metrics written by `prometheus-client` and by ours: what both can say is the same.

use std::collections::BTreeMap;

use ppc::{Counter, Gauge, Histogram, Info, LabelSet, Registry, Timestamps};
use ppc_transports::{Encoder, Exposition, Format};
use prometheus_client::metrics as theirs;
use prometheus_client::registry::{Registry as TheirRegistry, Unit};

use super::read::{Family, read};

const BUCKETS: [f64; 3] = [0.25, 1.0, 1_000.0];
const SECONDS: [f64; 4] = [0.1, 0.5, 2.0, 5_000.0];

fn ours() -> BTreeMap<String, Family> {
    let registry = Registry::new();
    let jobs = Counter::builder("jobs")
        .help("Jobs run.")
        .label_names(["queue", "host"]);
    let jobs = jobs.register(&registry).unwrap();
    jobs.labels(("a b", "h")).unwrap().inc_by(3);
    jobs.labels(("ü", "")).unwrap().inc();
    let temperature = Gauge::builder("temperature")
        .unit("celsius")
        .help("How hot it is.");
    temperature.register(&registry).unwrap().set(-3.5);
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .help("How long it took.");
    let latency = latency.buckets(BUCKETS).register(&registry).unwrap();
    for seconds in SECONDS {
        latency.observe(seconds);
    }
    let build = Info::builder("build")
        .help("What runs.")
        .register(&registry)
        .unwrap();
    build.set([("version", "1.2")]);
    let mut out = Vec::new();
    let mut exposition = Exposition::new(Format::OpenMetrics, Timestamps::Server);
    exposition.encode(&registry.gather(), &LabelSet::new(), &mut out);
    out.extend_from_slice(b"# EOF\n");
    read(Format::OpenMetrics, &String::from_utf8(out).unwrap())
}

fn theirs() -> BTreeMap<String, Family> {
    type Labels = Vec<(&'static str, &'static str)>;
    let mut registry = TheirRegistry::default();
    let jobs = theirs::family::Family::<Labels, theirs::counter::Counter>::default();
    jobs.get_or_create(&vec![("queue", "a b"), ("host", "h")])
        .inc_by(3);
    jobs.get_or_create(&vec![("queue", "ü"), ("host", "")])
        .inc();
    registry.register("jobs", "Jobs run", jobs);
    let temperature = theirs::gauge::Gauge::<f64, std::sync::atomic::AtomicU64>::default();
    temperature.set(-3.5);
    let celsius = Unit::Celsius;
    registry.register_with_unit("temperature", "How hot it is", celsius, temperature);
    let latency = theirs::histogram::Histogram::new(BUCKETS);
    for seconds in SECONDS {
        latency.observe(seconds);
    }
    registry.register_with_unit("latency", "How long it took", Unit::Seconds, latency);
    let build = theirs::info::Info::new(vec![("version", "1.2")]);
    registry.register("build", "What runs", build);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    read(Format::OpenMetrics, &text)
}

#[test]
fn k23_another_library_writes_the_same() {
    let (mut ours, mut theirs) = (ours(), theirs());
    // Samples of a family come in any order.
    for family in ours.values_mut().chain(theirs.values_mut()) {
        family
            .samples
            .sort_by_key(|sample| format!("{}{:?}", sample.name, sample.labels));
    }
    assert_eq!(ours.len(), 4);
    assert_eq!(ours, theirs);
}
