//! One registry with every kind and every awkward thing in it, for the golden files of all
//! formats.

use std::time::Duration;

use ppc::{Counter, Gauge, Histogram, Info, LabelSet, Registry, Snapshot, StateSet, Summary};

/// Labels of the client, one of which a series has as well.
pub(crate) fn client_labels() -> LabelSet {
    let mut labels = LabelSet::new();
    labels.insert("instance", "host 1").unwrap();
    labels.insert("queue", "of the client").unwrap();
    labels
}

/// The snapshot, at 2023-11-14T22:13:20.123456789Z.
pub(crate) fn snapshot() -> Snapshot {
    let registry = Registry::new();
    fill(&registry);
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::new(1_700_000_000, 123_456_789));
    registry.gather_into(&mut snapshot);
    snapshot
}

fn fill(registry: &Registry) {
    let jobs = Counter::builder("jobs")
        .namespace("acme")
        .help("Jobs\nrun \\ \"all\".");
    let jobs = jobs.label_names(["queue"]).register(registry).unwrap();
    let awkward = jobs.labels(("a b,c=d\\",)).unwrap();
    awkward.inc_by_with_exemplar(2.5, [("trace_id", "4bf92f\"\n")]);
    let gauge = |name: &str, value: f64| {
        Gauge::builder(name).register(registry).unwrap().set(value);
    };
    gauge("temperature", -3.0);
    gauge("not_a_number", f64::NAN);
    gauge("very_hot", f64::INFINITY);
    gauge("very_cold", f64::NEG_INFINITY);
    gauge("very_large", 1e300);
    gauge("a_count", u64::MAX as f64);
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .buckets([0.005, 1.0, 1e6]);
    let latency = latency.label_names(["service"]).register(registry).unwrap();
    for seconds in [0.001, 0.5, 0.5, 2.0, 1e7] {
        let latency = latency.labels(("db",)).unwrap();
        latency.observe_with_exemplar(seconds, [("trace_id", seconds.to_string())]);
    }
    let size = Summary::builder("size")
        .unit("bytes")
        .register(registry)
        .unwrap();
    size.observe(100);
    size.observe(28.5);
    // The quantiles at both ends are exact.
    let age = Summary::builder("age").unit("days").quantiles([0.0, 1.0]);
    let age = age.label_names(["of"]).register(registry).unwrap();
    age.labels(("a b",)).unwrap().observe(0.5);
    age.labels(("a b",)).unwrap().observe(1e6);
    let idle = Summary::builder("idle").quantiles([0.5, 0.99]);
    idle.register(registry).unwrap();
    let info = Info::builder("build").register(registry).unwrap();
    info.set([("version", "1.2.3"), ("commit", "")]);
    let phase = StateSet::builder("phase").states(["starting", "in flight", "done"]);
    phase.register(registry).unwrap().set("in flight");
    Counter::builder("never_used")
        .label_names(["a"])
        .register(registry)
        .unwrap();
}
