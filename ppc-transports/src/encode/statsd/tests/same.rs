//! Series that are one in the format.

use super::*;

/// What is counted of them.
fn collided(omitted: &Omitted) -> (u64, Option<&str>) {
    (omitted.collided, omitted.collision.as_deref())
}

#[test]
fn of_series_that_are_one_the_unchanged_one_is_sent_else_the_oldest() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&registry).unwrap();
    for (n, value) in [(1, "a:b"), (2, "a,b"), (3, "c")] {
        gauge.labels((value,)).unwrap().set(n);
    }
    let (mut lines, omitted) = encode(Dialect::Influx, &registry);
    lines.sort();
    assert_eq!(lines, ["g,n=a_b:1|g", "g,n=c:3|g"]);
    assert_eq!(collided(&omitted), (1, Some("g")));
    gauge.labels(("a_b",)).unwrap().set(4);
    let (mut lines, omitted) = encode(Dialect::Influx, &registry);
    lines.sort();
    assert_eq!(lines, ["g,n=a_b:4|g", "g,n=c:3|g"]);
    assert_eq!(collided(&omitted), (2, Some("g")));
    // Another dialect, in which they are not.
    let (lines, omitted) = encode(Dialect::DogStatsd, &registry);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        omitted.collided, 1,
        "`a,b`, and `a_b` is the one that stays"
    );
}

#[test]
fn what_is_replaced_in_labels_of_the_client_makes_no_series_one() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&registry).unwrap();
    gauge.labels((1,)).unwrap().set(1);
    gauge.labels((2,)).unwrap().set(2);
    let mut labels = LabelSet::new();
    labels.insert("job", "a:b").unwrap();
    let mut out = Vec::new();
    let omitted = Statsd::default().encode(&registry.gather(), &labels, &mut out);
    assert_eq!(omitted, Omitted::default());
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 2);
}

#[test]
fn states_and_facts_may_be_one_too() {
    let registry = Registry::new();
    let phase = StateSet::builder("phase").states(["a:b", "a_b", "", "c"]);
    phase.register(&registry).unwrap();
    let info = Info::builder("i").label_names(["n"]);
    let info = info.register(&registry).unwrap();
    info.labels(("x:",)).unwrap().set([("f", "y")]);
    info.labels(("x_",)).unwrap().set([("f", "y:")]);
    info.labels(("x|",)).unwrap().set([("f", "y_")]);
    let (lines, omitted) = encode(Dialect::Influx, &registry);
    let expected = [
        "phase,phase=a_b:0|g",
        "phase:0|g",
        "phase,phase=c:0|g",
        "i_info,n=x_,f=y:1|g",
        "i_info,n=x_,f=y_:1|g",
    ];
    assert_eq!(lines, expected);
    assert_eq!(collided(&omitted), (2, Some("phase")));
}

#[test]
fn names_that_become_those_of_others_give_way() {
    let registry = Registry::new();
    for (n, name) in ["a:b:c", "a:b_c", "a_b:d", "a_b_c"].into_iter().enumerate() {
        Gauge::builder(name).register(&registry).unwrap().set(n);
    }
    Histogram::builder("a:b").register(&registry).unwrap();
    Counter::builder("a_b_count").register(&registry).unwrap();
    let (lines, omitted) = encode(Dialect::Influx, &registry);
    let starts = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(lines[..2], ["a_b_d:2|g", "a_b_c:3|g"]);
    assert_eq!(collided(&omitted), (2, Some("a:b:c")));
    assert_eq!(
        starts("a_b_bucket"),
        15,
        "`a_b_count_total` is another name"
    );
    Gauge::builder("a_b_sum").register(&registry).unwrap();
    let (lines, omitted) = encode(Dialect::Influx, &registry);
    let expected = [
        "a_b_d:2|g",
        "a_b_c:3|g",
        "a_b_count_total:0|g",
        "a_b_sum:0|g",
    ];
    assert_eq!(lines, expected);
    assert_eq!(collided(&omitted), (19, Some("a:b:c")));
}

#[test]
fn without_labels_the_oldest_series_is_sent() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&registry).unwrap();
    for n in 0..3 {
        gauge.labels((n,)).unwrap().set(n + 1);
    }
    let (lines, omitted) = encode(Dialect::Plain, &registry);
    assert_eq!(lines, ["g:1|g"]);
    assert_eq!(collided(&omitted), (2, Some("g")));
    gauge.remove((0,)).unwrap();
    assert_eq!(encode(Dialect::Plain, &registry).0, ["g:2|g"]);
}
