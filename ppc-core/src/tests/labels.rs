//! Labels by name and by position, with defaults.

use super::check;
use crate::generated::{Declaration, Declared, LabelDeclaration, Typed};
use crate::{Counter, Family, FamilySnapshot, Labelled, Registry, Value};

/// `(host, l1, l2)`, with defaults for `host` and `l1`.
fn family(registry: &Registry) -> Family<Counter> {
    Counter::builder("c")
        .label_names(["host", "l1", "l2"])
        .default_label("host", "h")
        .default_label("l1", 1)
        .register(registry)
        .unwrap()
}

#[test]
fn k10_defaults_fill_what_is_not_given_by_name() {
    let registry = Registry::new();
    let family = family(&registry);
    family.with([("l2", 2)]).unwrap().inc();
    family.labels((2,)).unwrap().inc();
    family.labels(("h", 1, 2)).unwrap().inc();
    family
        .with([("l2", "2"), ("l1", "1"), ("host", "h")])
        .unwrap()
        .inc();
    check(&registry, &[r#"c_total{host="h",l1="1",l2="2"} 4"#]);
}

#[test]
fn k10_defaults_fill_the_leading_labels_by_position() {
    let registry = Registry::new();
    let family = family(&registry);
    family.labels((5, 2)).unwrap().inc();
    family.labels(["x", "y", "z"]).unwrap().inc();
    family.with([("l2", "2"), ("host", "other")]).unwrap().inc();
    check(
        &registry,
        &[
            r#"c_total{host="h",l1="5",l2="2"} 1"#,
            r#"c_total{host="x",l1="y",l2="z"} 1"#,
            r#"c_total{host="other",l1="1",l2="2"} 1"#,
        ],
    );
}

#[test]
fn k11_labels_that_do_not_fit_are_errors_that_say_which() {
    let registry = Registry::new();
    let family = family(&registry);
    for (result, expected) in [
        (
            family.with([("l3", 1)]),
            "metric `c` has no label `l3`; its labels are `host`, `l1`, `l2`",
        ),
        (
            family.with([("l1", 1)]),
            "label `l2` of metric `c` was not given and has no default",
        ),
        (
            family.with([("l2", 1), ("l2", 2)]),
            "invalid label `l2` of metric `c`: it is given twice",
        ),
        (
            family.labels(()),
            "label `l2` of metric `c` was not given and has no default",
        ),
        (
            family.labels((1, 2, 3, 4)),
            "4 label values for metric `c`; its labels are `host`, `l1`, `l2`",
        ),
    ] {
        let error = result.unwrap_err();
        assert!(error.is_label_mismatch() || error.is_invalid_name());
        assert_eq!(error.to_string(), expected);
    }
    check(&registry, &[]);
}

#[test]
fn k13_a_labelled_metric_appears_at_its_first_use() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["host"])
        .default_label("host", "h")
        .register(&registry)
        .unwrap();
    check(&registry, &[]);
    family.labels(()).unwrap();
    check(&registry, &[r#"c_total{host="h"} 0"#]);
}

#[test]
fn series_can_be_removed_and_come_back_at_zero() {
    let registry = Registry::new();
    let family = family(&registry);
    let held = family.labels((1,)).unwrap();
    held.inc();
    family.labels((2,)).unwrap().inc();
    assert!(family.remove((1,)).unwrap());
    assert!(!family.remove((1,)).unwrap(), "it is gone already");
    check(&registry, &[r#"c_total{host="h",l1="1",l2="2"} 1"#]);
    assert!(family.remove_with([("l2", 2)]).unwrap());
    check(&registry, &[]);
    held.inc_by(2); // brings the series back, from zero
    check(&registry, &[r#"c_total{host="h",l1="1",l2="1"} 2"#]);
    family.labels((1,)).unwrap().inc();
    check(&registry, &[r#"c_total{host="h",l1="1",l2="1"} 3"#]);
    family.clear();
    check(&registry, &[]);
    family.labels((1,)).unwrap();
    check(&registry, &[r#"c_total{host="h",l1="1",l2="1"} 0"#]);
}

#[test]
fn what_came_back_can_be_removed_again_before_anybody_looks() {
    let registry = Registry::new();
    let family = family(&registry);
    let held = family.labels((1,)).unwrap();
    for _ in 0..3 {
        held.inc();
        assert!(family.remove((1,)).unwrap());
        held.inc();
        family.clear();
    }
    check(&registry, &[]);
    held.inc();
    check(&registry, &[r#"c_total{host="h",l1="1",l2="1"} 1"#]);
}

#[test]
fn two_label_sets_never_meet_in_one_series() {
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["a", "b"])
        .register(&registry)
        .unwrap();
    let values = [
        "", "a", "b", "ab", "a\0b", "a,b", "\0", ",", "=", "\"", "\\", "äb",
    ];
    for a in values {
        for b in values {
            family.labels((a, b)).unwrap().inc();
        }
    }
    let snapshot = registry.gather();
    assert_eq!(snapshot.series_count(), values.len() * values.len());
}

/// Looked up by bools alone: ten of them have 1,024 label sets, eleven have twice as many.
static TEN: Declared<Counter> = Declared::new(declaration("ten", &LABELS));
static ELEVEN: Declared<Counter> = Declared::new(declaration("eleven", &MORE_LABELS));
const LABELS: [LabelDeclaration; 10] = labels(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
const MORE_LABELS: [LabelDeclaration; 11] =
    labels(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);

const fn labels<const N: usize>(names: [&'static str; N]) -> [LabelDeclaration; N] {
    let mut labels = [LabelDeclaration::named(""); N];
    let mut n = 0;
    while n < N {
        labels[n].name = names[n];
        n += 1;
    }
    labels
}

const fn declaration(name: &'static str, labels: &'static [LabelDeclaration]) -> Declaration {
    Declaration {
        name,
        namespace: "fixed",
        labels,
        registry: Some(|| &FIXED),
        ..Declaration::DEFAULT
    }
}

static FIXED: Registry = Registry::new();

#[test]
fn fixed_sets_are_found_by_an_index_or_by_their_texts() {
    macro_rules! slots {
        ($value:expr) => { () };
        ($value:expr, $n:literal $(, $more:literal)*) => {
            (Typed::<_, 0>($value >> $n & 1 == 1), slots!($value $(, $more)*))
        };
    }
    for round in 1..=2 {
        for n in 0..1_024_u32 {
            Labelled::new(&TEN, slots!(n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)).inc_by(n);
        }
        for n in 0..2_048_u32 {
            Labelled::new(&ELEVEN, slots!(n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).inc_by(n);
        }
        let snapshot = FIXED.gather();
        assert_eq!(snapshot.series_count(), 1_024 + 2_048);
        for series in snapshot.families().flat_map(FamilySnapshot::series) {
            let bits = series.labels().enumerate();
            let n: u32 = bits
                .map(|(bit, (_, text))| u32::from(text == "true") << bit)
                .sum();
            let Value::Counter(total) = series.value() else {
                panic!("a counter");
            };
            assert_eq!(total, f64::from(round * n));
        }
    }
}
