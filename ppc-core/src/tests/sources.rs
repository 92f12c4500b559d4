//! What a view lets through, and what several sources are together.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::samples;
use crate::{Counter, Descriptor, Gauge, Identity, Registry, Snapshot, Source, Sources};

static STATIC: Registry = Registry::new();

/// A registry with a gauge of each name, at 1.
fn registry(names: &[&str]) -> Registry {
    let registry = Registry::new();
    for name in names {
        Gauge::builder(name).register(&registry).unwrap().set(1);
    }
    registry
}

#[track_caller]
fn check(source: &impl Source, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|name| format!("{name} 1")).collect();
    assert_eq!(samples(&source.gather()), expected);
}

#[test]
fn views_show_families_by_name_prefix_or_whatever_is_declared() {
    let own = registry(&["a", "a_b", "ab", "b"]);
    check(&own, &["a", "a_b", "ab", "b"]);
    check(&own.only_names(["a", "b", "none"]), &["a", "b"]);
    check(&own.without_names(["a", "b", "none"]), &["a_b", "ab"]);
    check(&own.only_prefix("a_"), &["a_b"]);
    check(&own.without_prefix("a_"), &["a", "ab", "b"]);
    check(
        &own.filter(|family| family.names().family().len() == 2),
        &["ab"],
    );
    check(&own.only_names(Vec::<String>::new()), &[]);
    check(&own.only_prefix(""), &["a", "a_b", "ab", "b"]);
    // Of a static, without a copy.
    check(&STATIC.only_prefix("a"), &[]);
    check(&crate::registry().only_prefix("no_such_family"), &[]);
}

#[test]
fn a_view_of_a_view_lets_through_what_both_do() {
    let own = registry(&["a", "a_b", "a_b_c", "b"]);
    let view = own.only_prefix("a").without_names(["a_b"]);
    check(&view, &["a", "a_b_c"]);
    check(&view.only_prefix("a_"), &["a_b_c"]);
    let several = Sources::new()
        .add(own.only_prefix("a_"))
        .add(registry(&["c", "d"]));
    check(&several.without_names(["a_b", "c"]), &["a_b_c", "d"]);
    // The inner view is over where it ends.
    check(&(own.only_names(["a"]), registry(&["d"])), &["a", "d"]);
}

#[test]
fn a_family_that_is_filtered_out_is_not_read() {
    let own = registry(&["a", "b"]);
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::ZERO);
    own.only_names(["b"]).gather_into(&mut snapshot);
    // Neither its series nor a place for them.
    assert_eq!(snapshot.families().count(), 1);
    assert_eq!(snapshot.left_out().len(), 0);
}

#[test]
fn several_sources_are_one_and_names_come_once() {
    let (one, two) = (registry(&["a", "b"]), registry(&["b", "c"]));
    let left_out = |snapshot: &Snapshot| {
        let names = snapshot.left_out().map(|family| family.names().family());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let all: [(&str, Box<dyn Source>); 5] = [
        (
            "sources",
            Box::new(Sources::new().add(one.clone()).add(two.clone())),
        ),
        ("array", Box::new([one.clone(), two.clone()])),
        ("vector", Box::new(vec![one.clone(), two.clone()])),
        ("tuple", Box::new((one.clone(), Arc::new(two.clone())))),
        ("nested", Box::new(vec![(one.clone(), [two.clone()])])),
    ];
    for (name, source) in &all {
        let mut snapshot = source.gather();
        for _ in 0..2 {
            assert_eq!(samples(&snapshot), ["a 1", "b 1", "c 1"], "{name}");
            assert_eq!(left_out(&snapshot), ["b"], "{name}");
            snapshot.start(Duration::ZERO);
            source.gather_into(&mut snapshot);
        }
    }
    // What is not asked for is in nobody's way.
    let views = (one.without_names(["b"]), two.clone());
    check(&views, &["a", "b", "c"]);
    assert_eq!(left_out(&views.gather()), [""; 0]);
}

#[test]
fn a_family_that_several_views_show_is_there_once_and_not_left_out() {
    let own = registry(&["a", "a_b", "b"]);
    let views = [own.only_prefix("a"), own.without_names(["a"])];
    check(&views, &["a", "a_b", "b"]);
    assert_eq!(views.gather().left_out().len(), 0);
}

/// Gathers a registry after something that a test wants.
struct Own<F>(Registry, F);

impl<F: Fn() + Send + Sync> Source for Own<F> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
        (self.1)();
    }
}

#[test]
fn a_filter_holds_for_a_users_own_source_and_ends_with_its_panic() {
    let own = registry(&["a", "b"]);
    let panicking = Arc::new(Own(own.clone(), || panic!("as asked")));
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::ZERO);
    let view = panicking.only_names(["a"]);
    let panicked = catch_unwind(AssertUnwindSafe(|| view.gather_into(&mut snapshot)));
    assert!(panicked.is_err());
    assert_eq!(samples(&snapshot), ["a 1"]);
    own.gather_into(&mut snapshot);
    assert_eq!(samples(&snapshot), ["a 1", "b 1"]);
}

#[test]
fn a_test_may_use_the_registry_that_it_is_asked_about() {
    let own = registry(&["a"]);
    let used = own.clone();
    let view = own.filter(move |_| {
        Counter::builder("b").register(&used).unwrap().inc();
        true
    });
    // What is registered meanwhile is in the next one.
    check(&view, &["a"]);
    assert_eq!(samples(&view.gather()).len(), 2);
}

#[test]
fn a_test_is_asked_about_each_family_once_a_gather() {
    thread_local! { static ASKED: Cell<usize> = const { Cell::new(0) }; }
    let view = registry(&["a", "b", "c"]).filter(|_: &Descriptor| {
        ASKED.set(ASKED.get() + 1);
        false
    });
    view.gather();
    assert_eq!(ASKED.get(), 3);
}

#[track_caller]
fn same(one: &impl Source, other: &impl Source) {
    assert!(one.identity().is_some());
    assert_eq!(one.identity(), other.identity());
}

#[track_caller]
fn apart(one: &impl Source, other: &impl Source) {
    let either = |of: Option<Identity>, other: Option<Identity>| of.is_none() || of != other;
    assert!(either(one.identity(), other.identity()));
}

#[test]
fn sources_are_the_same_where_that_can_be_told() {
    let own = registry(&["a"]);
    same(&own, &own.clone());
    same(&&STATIC, &STATIC);
    apart(&own, &STATIC);
    apart(&own, &registry(&["a"]));
    same(&Arc::new(own.clone()), &own);
    same(&Box::new(own.clone()), &own);

    same(&own.only_prefix("a"), &own.only_prefix("a"));
    same(&own.only_names(["a", "b"]), &own.only_names(["a", "b"]));
    apart(&own.only_names(["a"]), &own.without_names(["a"]));
    apart(&own.only_prefix("a"), &own.only_prefix("b"));
    apart(&own.only_prefix("a"), &STATIC.only_prefix("a"));
    apart(&own.only_prefix("a"), &own.only_names(["a"]));
    apart(&own.only_prefix("a"), &own);
    let tested = own.filter(|_| true);
    same(&tested, &tested.clone());
    apart(&tested, &own.filter(|_| true));

    same(&(own.clone(), &STATIC), &[own.clone(), STATIC.clone()]);
    apart(&(own.clone(), &STATIC), &(&STATIC, own.clone()));
    let several = Sources::new().add(own.clone()).add(&STATIC);
    same(&several, &(&own, &STATIC));

    let opaque = Arc::new(Own(own.clone(), || ()));
    same(&opaque, &opaque.clone());
    same(&opaque.only_prefix("a"), &opaque.only_prefix("a"));
    apart(&opaque, &Arc::new(Own(own.clone(), || ())));
    apart(&*opaque, &*opaque);
    apart(&(own, &*opaque), &(&STATIC, &*opaque));
}

#[test]
fn a_second_source_costs_what_its_families_do() {
    let many = |prefix: &str, count: usize| {
        let names: Vec<String> = (0..count).map(|nth| format!("{prefix}_{nth}")).collect();
        registry(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let fastest = |source: &dyn Source| {
        let mut snapshot = Snapshot::new();
        let gathers = (0..8).map(|_| {
            let start = Instant::now();
            snapshot.start(Duration::ZERO);
            source.gather_into(&mut snapshot);
            assert_eq!(
                (snapshot.series_count(), snapshot.left_out().len()),
                (4000, 0)
            );
            start.elapsed()
        });
        gathers.min().unwrap()
    };
    let one = fastest(&many("some", 4000));
    let two = fastest(&(many("some", 2000), many("others", 2000)));
    // Each against each would be hundreds of times as much.
    assert!(two < one * 25, "{two:?} of two, {one:?} of one");
}
