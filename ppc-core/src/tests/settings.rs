//! What can be set for a family's series, and what of it is refused.

use std::time::Duration;

use crate::{Counter, Error, Gauge, Histogram, Merge, Registry, Summary};

const TEN_MINUTES: Duration = Duration::from_mins(10);

#[test]
fn what_is_set_stands_in_the_descriptor() {
    let own = Registry::new();
    let family = Summary::builder("s")
        .quantiles([0.5, 0.99, 1.0])
        .window(Duration::from_secs(90))
        .expire(Duration::from_mins(5))
        .label_names(["a"])
        .max_series(1000)
        .register(&own)
        .unwrap();
    let descriptor = family.descriptor();
    assert_eq!(descriptor.quantiles(), [0.5, 0.99, 1.0]);
    let labels: Vec<_> = descriptor.quantile_labels().collect();
    assert_eq!(labels, ["0.5", "0.99", "1.0"]);
    assert_eq!(descriptor.window(), Duration::from_secs(90));
    assert_eq!(descriptor.max_series(), Some(1000));
    assert_eq!(descriptor.expire(), Some(Duration::from_mins(5)));
}

#[test]
fn nothing_is_set_by_default() {
    let own = Registry::new();
    let family = Summary::builder("s").label_names(["a"]).register(&own);
    let family = family.unwrap();
    let descriptor = family.descriptor();
    assert!(descriptor.quantiles().is_empty());
    assert_eq!(descriptor.quantile_labels().len(), 0);
    assert_eq!(descriptor.window(), TEN_MINUTES);
    assert_eq!(descriptor.max_series(), None);
    assert_eq!(descriptor.expire(), None);
}

#[test]
fn how_values_merge_stands_in_the_descriptor_of_a_gauge() {
    let own = Registry::new();
    let gauge = |name| Gauge::builder(name).label_names(["a"]);
    for (builder, merge, is_live) in [
        (gauge("a"), Merge::Last, false),
        (gauge("b").live(), Merge::Last, true),
        (gauge("c").merge(Merge::Max), Merge::Max, false),
        (
            gauge("d").merge(Merge::PerInstance).live(),
            Merge::PerInstance,
            true,
        ),
        // A mean is of those that still run, said or not.
        (gauge("e").merge(Merge::Average), Merge::Average, true),
        (
            gauge("e").merge(Merge::Average).live(),
            Merge::Average,
            true,
        ),
    ] {
        let family = builder.register(&own).unwrap();
        let descriptor = family.descriptor();
        assert_eq!((descriptor.merge(), descriptor.is_live()), (merge, is_live));
    }
    let counter = Counter::builder("c2").label_names(["a"]).register(&own);
    let counter = counter.unwrap();
    let descriptor = counter.descriptor();
    assert_eq!(
        (descriptor.merge(), descriptor.is_live()),
        (Merge::Last, false)
    );
}

#[test]
fn other_ways_to_merge_are_another_declaration() {
    let own = Registry::new();
    let gauge = || Gauge::builder("g");
    gauge().register(&own).unwrap();
    gauge().merge(Merge::Last).register(&own).unwrap();
    check(
        gauge().merge(Merge::PerInstance).live().register(&own),
        "`g` is registered already: as a gauge `g` with no labels and help \"\", \
         now wanted as a gauge `g` with no labels and help \"\", merge per_instance, live true",
    );
    check(
        gauge().live().register(&own),
        "`g` is registered already: as a gauge `g` with no labels and help \"\", \
         now wanted as a gauge `g` with no labels and help \"\", live true",
    );
}

#[track_caller]
fn check<T>(result: Result<T, Error>, message: &str) {
    assert_eq!(result.err().unwrap().to_string(), message);
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_was_found() {
    let own = Registry::new();
    check(
        Summary::builder("s").quantiles([0.5, 1.5]).register(&own),
        "invalid quantiles of metric `s`: found 1.5, but a quantile is a number from 0 to 1",
    );
    check(
        Summary::builder("s").window(Duration::ZERO).register(&own),
        "invalid window of metric `s`: found 0, but quantiles are of a time longer than that",
    );
    check(
        Counter::builder("c").expire(Duration::ZERO).register(&own),
        "invalid expire of metric `c`: found 0, but a series stays for a time longer than that",
    );
    let labelled = || Counter::builder("c").label_names(["a"]);
    check(
        labelled().max_series(0).register(&own),
        "invalid max_series of metric `c`: found 0, but a metric has room for one series at least",
    );
    let many = |count| {
        let names: Vec<String> = (0..count).map(|n| format!("l{n}")).collect();
        Counter::builder("many").label_names(names).register(&own)
    };
    check(
        many(256),
        "invalid labels of metric `many`: found 256 of them, but a metric has at most 255 labels",
    );
    assert!(many(255).is_ok());
}

#[test]
fn other_settings_are_another_declaration() {
    let own = Registry::new();
    let summary = || Summary::builder("s").quantiles([0.5]).window(TEN_MINUTES);
    summary().register(&own).unwrap();
    summary().register(&own).unwrap();
    check(
        summary().quantiles([0.9]).register(&own),
        "`s` is registered already: as a summary `s` with no labels and help \"\", quantiles [0.5], \
         now wanted as a summary `s` with no labels and help \"\", quantiles [0.9]",
    );
    let others = [
        summary().window(Duration::from_secs(1)),
        summary().expire(Duration::from_secs(1)),
    ];
    for other in others {
        assert!(other.register(&own).unwrap_err().is_conflict());
    }
    let counter = || Counter::builder("c").label_names(["a"]);
    counter().register(&own).unwrap();
    let limited = counter().max_series(5).register(&own).unwrap_err();
    assert!(limited.to_string().ends_with(", max_series 5"), "{limited}");
    let buckets = |bound| Histogram::builder("h").buckets([bound]).register(&own);
    buckets(1.0).unwrap();
    let other = buckets(2.0).unwrap_err();
    assert!(other.to_string().ends_with(", buckets [2.0]"), "{other}");
}
