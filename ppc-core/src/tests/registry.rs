//! What a registry takes, refuses and gives.

use super::check;
use crate::{Counter, Gauge, Histogram, Registry, Snapshot, StateSet, registry};

#[test]
fn k12_the_registry_holds_what_was_declared_and_nothing_else() {
    let own = Registry::new();
    check(&own, &[]);
    Counter::builder("c").register(&own).unwrap();
    check(&own, &["c_total 0"]);
    // The default one is another, and starts as empty.
    assert!(!registry().is(&own));
    assert!(!format!("{:?}", registry()).contains("process"));
}

#[test]
fn the_same_declaration_twice_is_one_metric() {
    let own = Registry::new();
    let one = Counter::builder("jobs").help("h").register(&own).unwrap();
    let two = Counter::builder("jobs_total")
        .help("h")
        .register(&own.clone())
        .unwrap();
    one.inc();
    two.inc();
    check(&own, &["jobs_total 2"]);
}

#[test]
fn a_name_that_is_taken_is_refused_with_both_named() {
    let own = Registry::new();
    Counter::builder("jobs")
        .help("h")
        .label_names(["a"])
        .register(&own)
        .unwrap();
    Histogram::builder("latency").register(&own).unwrap();
    let refused = [
        Gauge::builder("jobs").help("h").register(&own).unwrap_err(),
        Counter::builder("jobs")
            .help("other")
            .label_names(["a"])
            .register(&own)
            .unwrap_err(),
        Counter::builder("jobs")
            .help("h")
            .label_names(["b"])
            .register(&own)
            .unwrap_err(),
        Counter::builder("jobs")
            .help("h")
            .register(&own)
            .unwrap_err(),
        Gauge::builder("jobs_total").register(&own).unwrap_err(),
        Gauge::builder("latency_count").register(&own).unwrap_err(),
        Histogram::builder("latency")
            .buckets([1.0])
            .register(&own)
            .unwrap_err(),
    ];
    for error in &refused {
        assert!(error.is_conflict(), "{error}");
    }
    assert_eq!(
        refused[0].to_string(),
        "`jobs` is registered already: as a counter `jobs` with `a` and help \"h\", \
         now wanted as a gauge `jobs` with no labels and help \"h\""
    );
}

#[test]
fn bad_declarations_are_refused() {
    let own = Registry::new();
    assert!(
        Counter::builder("a b")
            .register(&own)
            .unwrap_err()
            .is_invalid_name()
    );
    let le = Histogram::builder("h")
        .label_names(["le"])
        .register(&own)
        .unwrap_err();
    assert!(le.to_string().contains("`le` is reserved"), "{le}");
    let twice = Counter::builder("c")
        .label_names(["a", "a"])
        .register(&own)
        .unwrap_err();
    assert!(twice.to_string().contains("declared twice"), "{twice}");
    let colon = StateSet::builder("a:b").states(["x"]);
    let colon = colon.register(&own).unwrap_err();
    assert!(colon.to_string().contains("has no `:`"), "{colon}");
    let default = Counter::builder("c")
        .label_names(["a"])
        .default_label("b", 1)
        .register(&own);
    assert!(default.unwrap_err().is_label_mismatch());
    assert!(
        Histogram::builder("h")
            .buckets([2.0, 1.0])
            .register(&own)
            .is_err()
    );
    assert!(StateSet::builder("s").register(&own).is_err());
    assert!(
        StateSet::builder("s")
            .states(["a", "a"])
            .register(&own)
            .is_err()
    );
    let many: Vec<String> = (0..65).map(|n| n.to_string()).collect();
    assert!(
        StateSet::builder("s")
            .states(&many[..])
            .register(&own)
            .is_err()
    );
    StateSet::builder("s")
        .states(&many[..64])
        .register(&own)
        .unwrap()
        .set("63");
    let own_name = StateSet::builder("p")
        .states(["a"])
        .label_names(["p"])
        .register(&own);
    assert!(own_name.is_err());
}

#[test]
fn a_snapshot_is_used_again() {
    let own = Registry::new();
    let gauge = Gauge::builder("g").register(&own).unwrap();
    let mut snapshot = Snapshot::new();
    for n in 1..4_u32 {
        gauge.set(n);
        if n == 3 {
            Counter::builder("later").register(&own).unwrap();
        }
        snapshot.start(std::time::Duration::from_secs(n.into()));
        own.gather_into(&mut snapshot);
        let mut expected = vec![format!("g {n}")];
        if n == 3 {
            expected.push("later_total 0".to_owned());
        }
        assert_eq!(super::samples(&snapshot), expected);
        assert_eq!(snapshot.timestamp().as_secs(), n.into());
    }
}

#[test]
fn equal_declarations_share_series_and_keep_their_own_defaults() {
    let own = Registry::new();
    let hits = |default: &str| {
        let builder = Counter::builder("hits").label_names(["part"]);
        builder
            .default_label("part", default)
            .register(&own)
            .unwrap()
    };
    let (a, b) = (hits("a"), hits("b"));
    a.labels(()).unwrap().inc();
    b.labels(()).unwrap().inc();
    b.labels(("a",)).unwrap().inc();
    check(
        &own,
        &[r#"hits_total{part="a"} 2"#, r#"hits_total{part="b"} 1"#],
    );
}

#[test]
fn a_name_comes_once_into_a_snapshot_of_two_registries() {
    let (one, two) = (Registry::new(), Registry::new());
    Counter::builder("job_runs")
        .register(&one)
        .unwrap()
        .inc_by(100);
    Gauge::builder("job_runs_total")
        .register(&two)
        .unwrap()
        .set(1);
    Gauge::builder("other").register(&two).unwrap().set(2);
    let mut snapshot = Snapshot::new();
    for _ in 0..2 {
        snapshot.start(std::time::Duration::ZERO);
        one.gather_into(&mut snapshot);
        two.gather_into(&mut snapshot);
        assert_eq!(super::samples(&snapshot), ["job_runs_total 100", "other 2"]);
        let left_out: Vec<_> = snapshot
            .left_out()
            .map(|family| family.names().family())
            .collect();
        assert_eq!(left_out, ["job_runs_total"]);
    }
}
