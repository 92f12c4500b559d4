//! Registries of the crate `prometheus`, spans and events of `tracing`, the process itself.

use ppc::{FamilySnapshot, Prometheus, Source as _, TracingLayer, process_metrics};
use prometheus::{Counter, Gauge, Histogram, HistogramOpts, IntCounterVec, Opts, Registry};
use tracing_subscriber::layer::SubscriberExt as _;

use super::exposed;
use crate::support::{client_python, text_format};

#[test]
fn theirs_is_pushed_under_their_names() {
    let registry = Registry::new_custom(Some("acme".into()), None).unwrap();
    let plain = Counter::new("jobs", "Jobs \\ run.").unwrap();
    plain.inc_by(2.5);
    let level = Gauge::new("level", "How full.").unwrap();
    level.set(-1.5);
    let errors = IntCounterVec::new(Opts::new("errors_total", "Failed."), &["why"]).unwrap();
    errors.with_label_values(&["a \"b\"\n"]).inc();
    errors.with_label_values(&[""]).inc_by(2);
    let latency = HistogramOpts::new("latency", "How long.").buckets(vec![0.1, 1.0]);
    let latency = Histogram::with_opts(latency.const_label("of", "x")).unwrap();
    latency.observe(0.5);
    latency.observe(5.0);
    registry.register(Box::new(plain)).unwrap();
    registry.register(Box::new(level)).unwrap();
    registry.register(Box::new(errors)).unwrap();
    registry.register(Box::new(latency)).unwrap();

    let mut theirs = String::new();
    let encoder = prometheus::TextEncoder::new();
    encoder
        .encode_utf8(&registry.gather(), &mut theirs)
        .unwrap();
    let expected = text_format::values(&theirs).unwrap();
    assert_eq!(expected.len(), 9);
    let text = exposed::text(Prometheus::new(registry.clone()));
    assert_eq!(text_format::values(&text).unwrap(), expected);
    let help = |text: &str| {
        let families = client_python::parse_text(text).unwrap();
        let families = families
            .into_iter()
            .map(|family| (family.name, family.kind, family.help));
        families.collect::<Vec<_>>()
    };
    assert_eq!(help(&text), help(&theirs));
    let lines = exposed::influx(Prometheus::new(registry));
    let line = "acme_latency,of=x,le=1 bucket=1";
    assert!(lines.iter().any(|found| found == line), "{lines:#?}");
}

#[test]
fn values_that_only_rise_have_one_life_whoever_gathers() {
    let theirs = Registry::new();
    let jobs = Counter::new("jobs", "Jobs run.").unwrap();
    theirs.register(Box::new(jobs.clone())).unwrap();
    let source = Prometheus::new(theirs);
    let life = || {
        jobs.inc();
        let snapshot = source.gather();
        let mut series = snapshot.families().flat_map(FamilySnapshot::series);
        series.next().unwrap().life()
    };
    let first = life();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..2000).for_each(|_| assert_eq!(life(), first)));
        }
    });
}

#[test]
fn each_layer_times_the_spans_of_its_own() {
    let registries = [ppc::Registry::new(), ppc::Registry::new()];
    let layer = |name, registry| {
        let layer = TracingLayer::builder().spans([name]);
        layer.registry(registry).build().unwrap()
    };
    let subscriber = tracing_subscriber::registry()
        .with(layer("import", &registries[0]))
        .with(layer("export", &registries[1]));
    tracing::subscriber::with_default(subscriber, || {
        drop(tracing::info_span!("import"));
    });
    let times = registries.map(|registry| {
        let text = exposed::text(registry);
        text.matches("span_duration_seconds_count").count()
    });
    assert_eq!(times, [1, 0]);
}

#[test]
fn spans_are_timed_and_events_counted() {
    let registry = ppc::Registry::new();
    let layer = TracingLayer::builder()
        .spans(["import", "task"])
        .buckets([1e9]);
    let layer = layer.registry(&registry).build().unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..3 {
            let import = tracing::info_span!("import");
            import.in_scope(|| tracing::info!("one"));
            import.in_scope(|| tracing::error!("two"));
        }
        let _other = tracing::info_span!("other").entered();
        let open = tracing::info_span!(target: "acme", "task");
        let also = open.clone();
        drop(open);
        tracing::trace!("three");
        tracing::warn!(target: "ppc", "of ourselves");
        drop(also);
        let _ours = tracing::info_span!(target: "ppc", "import").entered();
    });
    let values = text_format::values(&exposed::text(registry.clone())).unwrap();
    let here = module_path!();
    assert_eq!(
        values[&format!("span_duration_seconds_count{{span=\"import\",target=\"{here}\"}}")],
        3.0
    );
    assert_eq!(
        values["span_duration_seconds_count{span=\"task\",target=\"acme\"}"],
        1.0
    );
    let spans = values
        .keys()
        .filter(|name| name.starts_with("span_duration_seconds_count"));
    assert_eq!(spans.count(), 2);
    for (level, count) in [
        ("error", 3.0),
        ("warn", 0.0),
        ("info", 3.0),
        ("debug", 0.0),
        ("trace", 1.0),
    ] {
        assert_eq!(
            values[&format!("log_events_total{{level=\"{level}\"}}")],
            count,
            "{level}"
        );
    }
    // A second layer of the same registry counts to the same metrics; other buckets are refused.
    assert!(
        TracingLayer::builder()
            .buckets([1e9])
            .registry(&registry)
            .build()
            .is_ok()
    );
    let error = TracingLayer::builder()
        .registry(&registry)
        .build()
        .unwrap_err();
    assert!(
        error.is_setting() && error.to_string().contains("span_duration_seconds"),
        "{error}"
    );
}

#[test]
fn events_have_their_target_if_asked_for() {
    let registry = ppc::Registry::new();
    let layer = TracingLayer::builder()
        .all_spans()
        .event_targets()
        .registry(&registry);
    let subscriber = tracing_subscriber::registry().with(layer.build().unwrap());
    tracing::subscriber::with_default(subscriber, || {
        let _any = tracing::debug_span!(target: "acme", "any").entered();
        tracing::info!(target: "acme::db", "slow");
    });
    let values = text_format::values(&exposed::text(registry)).unwrap();
    assert_eq!(
        values["log_events_total{level=\"info\",target=\"acme::db\"}"],
        1.0
    );
    assert_eq!(
        values["span_duration_seconds_count{span=\"any\",target=\"acme\"}"],
        1.0
    );
}

#[test]
fn the_process_says_what_it_uses() {
    let text = exposed::text(process_metrics());
    let values = text_format::values(&text).unwrap();
    assert!(values["process_resident_memory_bytes"] > 1e6, "{text}");
    assert!(values["process_start_time_seconds"] > 1.5e9, "{text}");
    assert!(
        values["process_open_fds"] <= values["process_max_fds"],
        "{text}"
    );
    let families = client_python::parse_openmetrics(&exposed::openmetrics(process_metrics()));
    assert_eq!(families.unwrap().len(), values.len());
    let source = process_metrics();
    let cpu = || {
        let snapshot = source.gather();
        let series = snapshot.families().flat_map(FamilySnapshot::series);
        series.map(|series| (series.id(), series.life())).next()
    };
    assert_eq!(cpu(), cpu(), "the series goes on");
}
