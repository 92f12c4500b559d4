//! `metric!`: labels, their defaults, and what is eager.

use std::sync::atomic::{AtomicUsize, Ordering};

use ppc::{LabelValue, Registry, Value, metric};

use super::registered::series;

static REGISTRY: Registry = Registry::new();
static EAGER: Registry = Registry::new();
static TRACES: Registry = Registry::new();
static HIDDEN: Registry = Registry::new();

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    Failed,
}

static EVALUATED: AtomicUsize = AtomicUsize::new(0);

fn host() -> String {
    EVALUATED.fetch_add(1, Ordering::Relaxed);
    "h1".to_owned()
}

metric! {
    /// Events.
    static EVENTS: Counter {
        labels: [
            account_id as "VictoriaMetrics_AccountID" = 0,
            host = host(),
            event_type,
            outcome: Outcome,
        ],
        registry: REGISTRY,
    }
    /// All labels have defaults.
    static DEFAULTED: Gauge { labels: [l1 = 1, l2 = "two"], registry: REGISTRY }
    /// Labels named like methods and keywords.
    static ODD: Histogram { labels: [time, observe, r#type, inc = 1, clone = 2], registry: REGISTRY }
    static SAME_LABELS: Counter { labels: [event_type, outcome], registry: REGISTRY }
    static CHOSEN: Counter { labels: [outcome: Outcome = Outcome::Failed, flag: bool = true], registry: REGISTRY }
    static TEXT: Counter { labels: [text: &str], registry: REGISTRY }
}

metric! {
    static EAGER_PLAIN: Counter { registry: EAGER, eager }
    static EAGER_FIXED: Counter { registry: EAGER, eager, labels: [outcome: Outcome, flag: bool, host = "h"] }
    static LAZY: Counter { registry: EAGER, labels: [outcome: Outcome] }
}

metric! {
    static TRACED: Counter { labels: [queue, outcome: Outcome], registry: TRACES }
    static TRACED_FIXED: Counter { labels: [outcome: Outcome], registry: TRACES }
    static TRACED_ALONE: Counter { registry: TRACES }
    static TRACED_TIME: Histogram { labels: [queue], registry: TRACES }
}

metric! {
    static HIDES_COUNTER: Counter {
        labels: [inc, inc_by, inc_with_exemplar, inc_by_with_exemplar, count_errors],
        registry: HIDDEN,
    }
    static HIDES_GAUGE: Gauge {
        labels: [set, inc, dec, add, sub, set_to_current_time, track_in_progress, start_timer, time, time_async],
        registry: HIDDEN,
    }
    static HIDES_HISTOGRAM: Histogram {
        labels: [observe, observe_with_exemplar, start_timer, time, time_async],
        registry: HIDDEN,
    }
    static HIDES_SUMMARY: Summary {
        labels: [observe, start_timer, time, time_async],
        registry: HIDDEN,
    }
    static HIDES_INFO: Info { labels: [set], registry: HIDDEN }
    static HIDES_STATE_SET: StateSet {
        states: ["a", "b"],
        labels: [set, enable, disable],
        registry: HIDDEN,
    }
}

#[test]
fn every_look_up_takes_exemplars() {
    let (trace, span) = ("4bf92f3577b34da6".to_owned(), 7_u64);
    let counter = TRACED.queue("a").outcome(Outcome::Ok);
    counter.inc_with_exemplar([("trace_id", &trace)]);
    counter.inc_by_with_exemplar(2, [("span_id", span)]);
    TRACED_FIXED
        .outcome(Outcome::Ok)
        .inc_with_exemplar([("span_id", span)]);
    TRACED_ALONE.inc_with_exemplar(vec![("trace_id".to_owned(), &trace)]);
    TRACED_TIME
        .queue("a")
        .observe_with_exemplar(0.2, [("trace_id", &*trace)]);
    TRACED_TIME
        .queue("b")
        .handle()
        .observe_with_exemplar(7, [("trace_id", &*trace)]);
    let mut found = Vec::new();
    for series in TRACES
        .gather()
        .families()
        .flat_map(ppc::FamilySnapshot::series)
    {
        match series.value() {
            Value::Histogram(histogram) => {
                let exemplars = histogram.exemplars().flatten();
                found.extend(exemplars.map(ppc::Exemplar::value));
            }
            _ => found.extend(series.exemplar().map(ppc::Exemplar::value)),
        }
    }
    found.sort_by(f64::total_cmp);
    assert_eq!(found, [0.2, 1.0, 1.0, 2.0, 7.0]);
}

#[test]
fn k10_defaults_fill_what_is_not_given() {
    EVENTS.event_type("login").outcome(Outcome::Ok).inc();
    EVENTS
        .outcome(Outcome::Failed)
        .host("h2")
        .event_type(5)
        .account_id(7_u64)
        .inc_by(2);
    EVENTS
        .with([("event_type", "by_name"), ("outcome", "ok")])
        .expect("declared labels")
        .inc();
    EVENTS
        .labels(("by_position", "ok"))
        .expect("two values")
        .inc();
    assert_eq!(
        series(&REGISTRY, "events"),
        [
            "VictoriaMetrics_AccountID=0,host=h1,event_type=by_name,outcome=ok",
            "VictoriaMetrics_AccountID=0,host=h1,event_type=by_position,outcome=ok",
            "VictoriaMetrics_AccountID=0,host=h1,event_type=login,outcome=ok",
            "VictoriaMetrics_AccountID=7,host=h2,event_type=5,outcome=failed",
        ]
    );
    assert_eq!(
        EVALUATED.load(Ordering::Relaxed),
        1,
        "a default is evaluated once"
    );
}

/// What `metric!` declares is checked while compiling, see `tests/ui`; this is what is left.
#[test]
fn k11_labels_given_at_run_time_are_checked() {
    assert!(SAME_LABELS.with([("event_type", "a")]).is_err());
    assert!(
        SAME_LABELS
            .with([("event_type", "a"), ("outcome", "b"), ("c", "d")])
            .is_err()
    );
    assert!(SAME_LABELS.labels(("a", "b", "c")).is_err());
}

#[test]
fn k13_a_labelled_metric_appears_at_its_first_use() {
    assert_eq!(series(&REGISTRY, "defaulted"), [""; 0]);
    DEFAULTED.set(1);
    assert_eq!(series(&REGISTRY, "defaulted"), ["l1=1,l2=two"]);
    DEFAULTED.l2(2).set(1);
    assert_eq!(series(&REGISTRY, "defaulted"), ["l1=1,l2=2", "l1=1,l2=two"]);
}

#[test]
fn labels_may_be_named_like_methods_and_keywords() {
    ODD.time("t")
        .observe("o")
        .r#type("k")
        .clone(3)
        .inc(4)
        .handle()
        .observe(1);
    assert_eq!(
        series(&REGISTRY, "odd"),
        ["time=t,observe=o,type=k,inc=4,clone=3"]
    );
}

#[test]
fn a_handle_reaches_the_methods_that_labels_hide() {
    let counter = HIDES_COUNTER.inc(1).inc_by(2).inc_with_exemplar(3);
    let counter = counter.inc_by_with_exemplar(4).count_errors(5).handle();
    counter.inc();
    counter.inc_by(2);
    counter.inc_with_exemplar([("id", 1)]);
    counter.inc_by_with_exemplar(2, [("id", 1)]);
    let failed = counter.count_errors(|| Err::<(), _>("as asked"));
    failed.unwrap_err();

    let gauge = HIDES_GAUGE.set(1).inc(2).dec(3).add(4).sub(5);
    let gauge = gauge.set_to_current_time(6).track_in_progress(7);
    let gauge = gauge.start_timer(8).time(9).time_async(10).handle();
    gauge.start_timer().stop();
    gauge.time(|| ());
    drop(gauge.time_async(async {}));
    gauge.set_to_current_time();
    gauge.set(5);
    gauge.inc();
    gauge.dec();
    gauge.add(2);
    gauge.sub(1);
    drop(gauge.track_in_progress());

    let histogram = HIDES_HISTOGRAM.observe(1).observe_with_exemplar(2);
    let histogram = histogram.start_timer(3).time(4).time_async(5).handle();
    histogram.observe(1);
    histogram.observe_with_exemplar(1, [("id", 1)]);
    histogram.start_timer().stop();
    histogram.time(|| ());
    drop(histogram.time_async(async {}));

    let summary = HIDES_SUMMARY.observe(1).start_timer(2).time(3);
    let summary = summary.time_async(4).handle();
    summary.observe(1);
    summary.start_timer().stop();
    summary.time(|| ());
    drop(summary.time_async(async {}));

    HIDES_INFO.set(1).handle().set([("version", 2)]);
    let states = HIDES_STATE_SET.set(1).enable(2).disable(3).handle();
    states.set("b");
    states.enable("a");
    states.disable("b");

    let snapshot = HIDDEN.gather();
    let all = snapshot.families().flat_map(ppc::FamilySnapshot::series);
    let values = all.map(|series| match series.value() {
        Value::Counter(value) | Value::Gauge(value) => value.to_string(),
        Value::Histogram(histogram) => histogram.count().to_string(),
        Value::Summary { count, .. } => count.to_string(),
        Value::Info(info) => info.pairs().expect("set").count().to_string(),
        Value::StateSet(states) => format!("{:?}", states.states().collect::<Vec<_>>()),
        other => panic!("another kind: {other:?}"),
    });
    let mut values: Vec<String> = values.collect();
    values.sort();
    assert_eq!(
        values,
        ["1", "3", "4", "6", "7", r#"[("a", true), ("b", false)]"#]
    );
}

#[test]
fn typed_labels_take_their_type() {
    CHOSEN.inc();
    CHOSEN.flag(false).outcome(Outcome::Ok).inc();
    assert_eq!(
        series(&REGISTRY, "chosen"),
        ["outcome=failed,flag=true", "outcome=ok,flag=false"]
    );
    let text = String::from("borrowed");
    TEXT.text(&text).inc();
    assert_eq!(series(&REGISTRY, "text"), ["text=borrowed"]);
}

#[test]
fn a_look_up_can_be_kept_and_copied() {
    let logins = SAME_LABELS.event_type("login");
    logins.outcome("ok").inc();
    logins.outcome("failed").inc();
    let handle = logins.outcome("ok").handle();
    handle.inc();
    assert!(!format!("{SAME_LABELS:?}").is_empty());
    assert!(SAME_LABELS.event_type("login").outcome("ok").remove());
}

#[test]
fn eager_metrics_start_with_every_series_they_can_have() {
    ppc::register(&[&EAGER_PLAIN, &EAGER_FIXED]);
    assert_eq!(series(&EAGER, "eager_plain"), [""]);
    assert_eq!(
        series(&EAGER, "eager_fixed"),
        [
            "outcome=failed,flag=false,host=h",
            "outcome=failed,flag=true,host=h",
            "outcome=ok,flag=false,host=h",
            "outcome=ok,flag=true,host=h",
        ]
    );
    assert_eq!(series(&EAGER, "lazy"), [""; 0]);
    LAZY.outcome(Outcome::Ok).inc();
    assert_eq!(series(&EAGER, "lazy"), ["outcome=ok"]);
}

mod under_no_lock {
    use ppc::{LabelValue, Scratch};

    ppc::metric! {
        /// Set while it is set.
        static NESTED: StateSet { labels: [n], states: ["a", "b"] }
        /// The same.
        static FACTS: Info { name: "nested_facts", labels: [n] }
    }

    /// A value whose text records to the very metric that it is for.
    struct Recording;

    impl LabelValue for Recording {
        fn text<'a>(&'a self, _: &'a mut Scratch) -> &'a str {
            (0..100).for_each(|n| NESTED.n(n).set("b"));
            "b"
        }
    }

    #[test]
    fn a_users_code_may_record_to_the_metric_that_it_is_for() {
        NESTED.n("x").set(Recording);
        let facts = ["a", "b"].into_iter().inspect(|_| {
            (0..100).for_each(|n| FACTS.n(n).set([("k", "v")]));
        });
        FACTS.n("x").set(facts.map(|name| (name, "v")));
        let snapshot = ppc::registry().gather();
        let count = |name: &str| {
            let mut families = snapshot.families();
            let family = families.find(|family| family.descriptor().names().family() == name);
            family.map(|family| family.series().len())
        };
        assert_eq!(
            (count("nested"), count("nested_facts")),
            (Some(101), Some(101))
        );
    }
}
