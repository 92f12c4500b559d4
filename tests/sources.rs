//! What a push takes: views of registries, several in one, and a user's own sources.

use std::sync::Arc;
use std::time::Duration;

use ppc::{
    Counter, Gauge, InfluxUdp, LabelValue, Push, Registry, Snapshot, Source, Sources, Value,
};

use crate::support::udp::Recorder;

fn gauge(registry: &Registry, name: &str) -> Gauge {
    let gauge = Gauge::builder(name).register(registry).unwrap();
    gauge.set(1);
    gauge
}

fn push(recorder: &Recorder, source: impl Source + 'static) -> Push {
    Push::to(InfluxUdp::new(recorder.address()))
        .source(source)
        .period(Duration::from_hours(1))
}

/// The lines of one push of the source, sorted.
fn pushed(source: impl Source + 'static) -> Vec<String> {
    let recorder = Recorder::start();
    let guard = push(&recorder, source).start();
    let first = recorder.wait_for(|lines| !lines.is_empty()).len();
    guard.stop();
    let mut lines = recorder.settled();
    assert!(lines.len() >= 2 * first, "at the start and at the end");
    lines.sort();
    lines.dedup();
    lines
}

/// How many samples were dropped for this reason so far.
fn dropped(reason: &str) -> f64 {
    let snapshot = ppc::client_metrics().gather();
    let mut families = snapshot.families();
    let dropped = families.find(|family| family.descriptor().names().family() == "ppc_dropped");
    let series = dropped.into_iter().flat_map(ppc::FamilySnapshot::series);
    let of_it = series.filter(|series| series.labels().any(|label| label == ("reason", reason)));
    let value = |value| match value {
        Value::Counter(value) => value,
        _ => 0.0,
    };
    of_it.map(|series| value(series.value())).sum()
}

#[test]
fn a_view_pushes_what_it_lets_through() {
    let registry = Registry::new();
    for name in ["acme_jobs", "acme_errors", "other_jobs"] {
        gauge(&registry, name);
    }
    assert_eq!(
        pushed(registry.only_prefix("acme_")),
        ["acme errors=1", "acme jobs=1"]
    );
    assert_eq!(
        pushed(registry.without_names(["acme_jobs", "acme_errors"])),
        ["other jobs=1"]
    );
    let view = registry.filter(|family| family.names().family().ends_with("_jobs"));
    assert_eq!(pushed(view), ["acme jobs=1", "other jobs=1"]);
    assert_eq!(pushed(registry.only_names(["acme_jobs"])), ["acme jobs=1"]);
}

#[test]
fn several_sources_are_pushed_as_one_and_a_name_that_comes_again_is_counted() {
    let (one, two) = (Registry::new(), Registry::new());
    gauge(&one, "a_b");
    gauge(&one, "a_c");
    gauge(&two, "a_c").set(2);
    gauge(&two, "a_d");
    let views = [one.without_names(["a_c"]), two.only_prefix("a_")];
    assert_eq!(pushed(views), ["a b=1", "a c=2", "a d=1"]);

    let before = dropped("name_taken");
    let both = Sources::new().add(one.clone()).add(Arc::new(two));
    assert_eq!(pushed(both), ["a b=1", "a c=1", "a d=1"]);
    assert!(dropped("name_taken") > before);
}

/// True where a second use of the source joins the client of the first.
fn shares(one: impl Source + 'static, other: impl Source + 'static) -> bool {
    let recorder = Recorder::start();
    let outer = push(&recorder, one).start();
    let first = recorder.wait_for(|lines| !lines.is_empty()).len();
    // One with a client of its own pushes as it ends.
    push(&recorder, other).start().stop();
    let shared = recorder.settled().len() == first;
    outer.stop();
    shared
}

#[test]
fn uses_of_the_same_source_share_a_client() {
    let registry = Registry::new();
    gauge(&registry, "a_b");
    assert!(shares(registry.clone(), registry.clone()));
    assert!(shares(
        registry.only_prefix("a"),
        Arc::new(registry.clone()).only_prefix("a")
    ));
    let view = Arc::new(registry.filter(|_| true));
    assert!(shares(Arc::clone(&view), view));

    let other = Registry::new();
    gauge(&other, "a_b");
    assert!(!shares(registry.clone(), other));
    assert!(!shares(registry.clone(), registry.only_prefix("a")));
    assert!(!shares(
        registry.filter(|_| true),
        registry.filter(|_| true)
    ));
}

/// A source of a user's own, which goes wrong behind its first metrics.
struct Panicking(Registry);

impl Source for Panicking {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
        std::panic::resume_unwind(Box::new("as asked"));
    }
}

#[test]
fn a_source_that_panics_pushes_what_it_gave_before() {
    let registry = Registry::new();
    gauge(&registry, "a_b");
    gauge(&registry, "c_d");
    let before = dropped("source_panicked");
    assert_eq!(
        pushed(Arc::new(Panicking(registry)).only_prefix("a_")),
        ["a b=1"]
    );
    assert!(dropped("source_panicked") >= before + 2.0);
}

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    #[label(skip)]
    Unknown,
}

#[test]
fn a_value_that_is_skipped_is_no_label_on_the_wire() {
    let registry = Registry::new();
    let runs = Counter::builder("runs")
        .label_names(["host", "outcome"])
        .register(&registry)
        .unwrap();
    for outcome in [Outcome::Ok, Outcome::Unknown] {
        runs.labels(("h", outcome)).unwrap().inc();
    }
    assert_eq!(
        pushed(registry),
        ["runs,host=h total=1", "runs,host=h,outcome=ok total=1"]
    );
}
