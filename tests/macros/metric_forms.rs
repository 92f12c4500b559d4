//! `metric!`: every kind and key.

use std::sync::LazyLock;

use ppc::{Registry, metric};

use super::registered::{Registered, registered};

static REGISTRY: Registry = Registry::new();
static OTHER: LazyLock<Registry> = LazyLock::new(Registry::new);

#[derive(Clone, Copy, ppc::LabelValue)]
enum Phase {
    Starting,
    Running,
}

const BOUNDS: [f64; 2] = [0.5, 1.5];

metric! {
    /// Jobs run.
    ///
    /// However they ended.
    pub(crate) static JOBS: Counter { registry: REGISTRY }
    /// Bytes read.
    static READ: Counter {
        name: "read_total", namespace: "acme", subsystem: "etl", unit: "bytes", registry: &REGISTRY,
    }
    static TEMPERATURE: ppc::Gauge { registry: REGISTRY }
    static LATENCY: Histogram { buckets: [-1, 0.5, 2, f64::INFINITY], registry: REGISTRY }
    static SIZE: Histogram { buckets: BOUNDS, registry: REGISTRY }
    static LINEAR: Histogram { buckets: ppc::linear_buckets(1.0, 1.0, 3), registry: REGISTRY }
    static TIMES: Histogram {
        buckets: [std::time::Duration::from_millis(1), std::time::Duration::from_secs(1)],
        registry: REGISTRY,
    }
    static DEFAULT: Histogram { registry: REGISTRY }
    static SUMMARY: Summary { registry: REGISTRY };
    static BUILD: Info { registry: REGISTRY }
    static PHASE: StateSet { states: Phase, registry: REGISTRY }
    static MODE: StateSet { states: ["slow", "fast"], registry: REGISTRY }
    static r#TYPE: Gauge { registry: REGISTRY }
    static ELSEWHERE: Counter { registry: OTHER }
}

#[track_caller]
fn family(name: &str) -> Registered {
    registered(&REGISTRY, name).unwrap_or_else(|| panic!("no family `{name}`"))
}

#[test]
fn the_declaration_is_what_is_registered() {
    JOBS.inc();
    READ.inc_by(2);
    r#TYPE.set(1);
    ELSEWHERE.inc();
    assert_eq!(family("jobs").help, "Jobs run.\n\nHowever they ended.");
    let read = family("acme_etl_read_bytes");
    assert_eq!((&*read.help, &*read.unit), ("Bytes read.", "bytes"));
    assert_eq!(read.first_sample, "acme_etl_read_bytes_total");
    assert_eq!(read.values, [2.0]);
    assert_eq!(family("type").values, [1.0]);
    assert!(registered(&OTHER, "elsewhere").is_some());
    assert!(registered(&REGISTRY, "elsewhere").is_none());
}

#[test]
fn bounds_are_numbers_of_any_form() {
    for (metric, name, bounds) in [
        (&LATENCY, "latency", &["-1.0", "0.5", "2.0", "+Inf"][..]),
        (&SIZE, "size", &["0.5", "1.5", "+Inf"]),
        (&LINEAR, "linear", &["1.0", "2.0", "3.0", "+Inf"]),
        (&TIMES, "times", &["0.001", "1.0", "+Inf"]),
    ] {
        metric.observe(0.75);
        assert_eq!(family(name).le, bounds);
    }
    DEFAULT.observe(1);
    assert_eq!(family("default").le.len(), ppc::DEFAULT_BUCKETS.len() + 1);
}

#[test]
fn every_kind_records() {
    TEMPERATURE.set(-3);
    SUMMARY.observe(5);
    BUILD.set([("version", "1.2.3")]);
    PHASE.set(Phase::Running);
    PHASE.disable(Phase::Starting);
    MODE.set("fast");
    assert_eq!(family("temperature").values, [-3.0]);
    assert_eq!(family("summary").first_sample, "summary_count");
    assert_eq!(family("build").first_sample, "build_info");
    assert_eq!(family("phase").states, ["starting", "running"]);
    assert_eq!(family("mode").states, ["slow", "fast"]);
}

#[test]
fn statics_of_functions_and_modules_work() {
    fn run() {
        metric! {
            /// In a function.
            static LOCAL: Counter { name: "forms_local", registry: REGISTRY, labels: [a] }
        }
        LOCAL.a(1).inc();
    }
    mod inner {
        ppc::metric! {
            /// In a module, for its parent.
            pub(super) static INNER: Counter {
                name: "forms_inner", registry: super::REGISTRY, labels: [a],
            }
        }
    }
    run();
    run();
    inner::INNER.a("x").inc();
    assert_eq!(family("forms_local").values, [2.0]);
    assert_eq!(family("forms_inner").series, ["a=x"]);
}

mod renamed {
    pub(super) use ppc as metrics;
}

metric! {
    static RENAMED: Counter { crate: renamed::metrics, registry: REGISTRY, labels: [a = 1] }
}

#[test]
fn a_renamed_facade_works() {
    RENAMED.inc();
    RENAMED.a(2).inc();
    assert_eq!(family("renamed").series, ["a=1", "a=2"]);
}

metric! {
    #[cfg(any())]
    static ABSENT: Counter { labels: [a: NoSuchType], eager }
    #[cfg(all())]
    static PRESENT: Counter { labels: [a], registry: REGISTRY }
}

#[test]
fn conditions_hold_for_all_that_is_generated() {
    PRESENT.a(1).inc();
}

macro_rules! declare {
    ($name:ident, $label:ident) => {
        metric! {
            /// Declared by a macro of the user's.
            static $name: Counter { labels: [$label, other = 1], registry: REGISTRY }
        }
    };
}

declare!(FORMS_BY_MACRO, host);

#[test]
fn a_macro_of_the_users_can_declare() {
    FORMS_BY_MACRO.host("h").other(2).inc();
}
