//! `metric!`: what is set for the series of a metric.

use std::time::Duration;

use ppc::{Descriptor, Merge, Registry, Value, metric};

static REGISTRY: Registry = Registry::new();

const QUANTILES: [f64; 2] = [0.25, 0.75];
const LIMIT: usize = 7;

fn hour() -> Duration {
    Duration::from_hours(1)
}

metric! {
    static NOTHING: Summary { name: "nothing", registry: REGISTRY }
    static LITERALS: Summary {
        quantiles: [0, 0.5, 0.99, 1], window: 90, expire: "1m30s",
        labels: [a = 1], max_series: 1_000u32, registry: REGISTRY,
    }
    static EXPRESSIONS: Summary {
        quantiles: QUANTILES, window: hour(), expire: hour() / 2,
        labels: [a = 1], max_series: LIMIT * 2, registry: REGISTRY,
    }
    static LISTED: Summary { quantiles: vec![0.5], window: 0.25, registry: REGISTRY }
    static EMPTY: Summary { quantiles: [], registry: REGISTRY }
    static IDLE: Counter { expire: "2h", registry: REGISTRY }
    static LAST: Gauge { merge: "last", registry: REGISTRY }
    static SUM: Gauge { merge: "sum", live, registry: REGISTRY }
    static MIN: Gauge { merge: "min", registry: REGISTRY }
    static MAX: Gauge { merge: "max", registry: REGISTRY }
    static AVERAGE: Gauge { merge: "average", registry: REGISTRY }
    static PER_INSTANCE: Gauge { merge: "per_instance", labels: [a = 1], registry: REGISTRY }
    static GIVEN: Gauge { merge: "max".parse().unwrap_or(Merge::Last), registry: REGISTRY }
    static WRONG: Summary { quantiles: vec![1.0, 0.5], registry: REGISTRY }
}

#[track_caller]
fn check(name: &str, test: impl FnOnce(&Descriptor)) {
    let snapshot = REGISTRY.gather();
    let mut descriptors = snapshot.families().map(ppc::FamilySnapshot::descriptor);
    let found = descriptors.find(|descriptor| descriptor.names().family() == name);
    test(found.unwrap_or_else(|| panic!("no family `{name}`")));
}

#[test]
fn literals_are_read_while_compiling() {
    LITERALS.observe(1);
    LISTED.observe(1);
    EMPTY.observe(1);
    IDLE.inc();
    check("literals", |descriptor| {
        assert_eq!(descriptor.quantiles(), [0.0, 0.5, 0.99, 1.0]);
        let labels: Vec<_> = descriptor.quantile_labels().collect();
        assert_eq!(labels, ["0.0", "0.5", "0.99", "1.0"]);
        assert_eq!(descriptor.window(), Duration::from_secs(90));
        assert_eq!(descriptor.expire(), Some(Duration::from_secs(90)));
        assert_eq!(descriptor.max_series(), Some(1000));
    });
    check("listed", |descriptor| {
        assert_eq!(descriptor.quantiles(), [0.5]);
        assert_eq!(descriptor.window(), Duration::from_millis(250));
    });
    check("empty", |descriptor| {
        assert!(descriptor.quantiles().is_empty());
    });
    check("idle", |descriptor| {
        assert_eq!(descriptor.expire(), Some(Duration::from_hours(2)));
    });
}

#[test]
fn the_words_are_those_of_merge() {
    for gauge in [&LAST, &SUM, &MIN, &MAX, &AVERAGE] {
        gauge.set(1);
    }
    PER_INSTANCE.set(1);
    GIVEN.set(1);
    for word in ["last", "sum", "min", "max", "average", "per_instance"] {
        check(word, |descriptor| {
            assert_eq!(descriptor.merge(), word.parse().unwrap());
            assert_eq!(descriptor.is_live(), ["sum", "average"].contains(&word));
        });
    }
    check("given", |descriptor| {
        assert_eq!(
            (descriptor.merge(), descriptor.is_live()),
            (Merge::Max, false)
        );
    });
}

#[test]
fn declared_quantiles_are_told() {
    LITERALS.a("quantiles").observe(0.25);
    let snapshot = REGISTRY.gather();
    let mut series = snapshot.families().flat_map(ppc::FamilySnapshot::series);
    let observed = series.find(|series| series.labels().eq([("a", "quantiles")]));
    let Some(Value::Summary { quantiles, .. }) = observed.map(|series| series.value()) else {
        panic!("a summary");
    };
    let values = quantiles.pairs();
    assert!(values.eq([("0.0", 0.25), ("0.5", 0.25), ("0.99", 0.25), ("1.0", 0.25)]));
}

#[test]
fn expressions_are_evaluated_at_the_first_use() {
    EXPRESSIONS.observe(1);
    check("expressions", |descriptor| {
        assert_eq!(descriptor.quantiles(), QUANTILES);
        assert_eq!(descriptor.window(), hour());
        assert_eq!(descriptor.expire(), Some(Duration::from_mins(30)));
        assert_eq!(descriptor.max_series(), Some(14));
    });
}

#[test]
fn nothing_is_set_by_default() {
    NOTHING.observe(1);
    check("nothing", |descriptor| {
        assert!(descriptor.quantiles().is_empty());
        assert_eq!(descriptor.window(), Duration::from_mins(10));
        assert_eq!((descriptor.expire(), descriptor.max_series()), (None, None));
    });
}

#[test]
fn what_only_the_running_program_knows_is_checked_when_it_is_registered() {
    WRONG.observe(1);
    assert!(!format!("{REGISTRY:?}").contains("wrong"));
}
