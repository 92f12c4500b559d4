//! Influx lines against the original's and against the rules of the protocol.

use ppc_core::{Counter, Gauge, Histogram, Info, LabelSet, Registry, StateSet, Summary};

use super::*;

fn encode(registry: &Registry, labels: &LabelSet, names: Names) -> (String, Omitted) {
    let mut out = Vec::new();
    let omitted =
        Influx::new(names, Timestamps::Server).encode(&registry.gather(), labels, &mut out);
    (String::from_utf8(out).unwrap(), omitted)
}

fn lines(registry: &Registry) -> Vec<String> {
    let (text, _) = encode(registry, &LabelSet::new(), Names::Prometheus);
    text.lines().map(str::to_owned).collect()
}

#[test]
fn k06_a_name_is_split_at_its_last_inner_underscore() {
    for (name, measurement, field) in [
        ("a_jobs_total", "a_jobs", "total"),
        ("a__b", "a_", "b"),
        ("a_b_", "a", "b_"),
        ("_b", "", "_b"),
        ("_a_b", "_a", "b"),
        ("temperature", "", "temperature"),
        ("a_", "", "a_"),
        ("_", "", "_"),
        ("a", "", "a"),
    ] {
        let found = split_name(name, Names::Prometheus);
        assert_eq!(found, (measurement, field), "{name}");
    }
    let found = split_name("temperature", Names::InfluxDb);
    assert_eq!(found, ("temperature", "value"));
}

#[test]
fn k09_the_lines_of_the_original() {
    let registry = Registry::new();
    let summary = Summary::builder("s1")
        .label_names(["l1", "l2"])
        .register(&registry)
        .unwrap();
    summary.labels((1, 2)).unwrap().observe(5);
    summary.labels((1, 2)).unwrap().observe(5);
    let histogram = Histogram::builder("h")
        .buckets([1.0, 2.0])
        .register(&registry)
        .unwrap();
    for value in [0.5, 1.5, 2.5] {
        histogram.observe(value);
    }
    let gauge = Gauge::builder("just_gauge").register(&registry).unwrap();
    gauge.add(10);
    gauge.sub(5);
    assert_eq!(
        lines(&registry),
        [
            "s1,l1=1,l2=2 count=2",
            "s1,l1=1,l2=2 sum=10",
            "h,le=1.0 bucket=1",
            "h,le=2.0 bucket=2",
            "h,le=+Inf bucket=3",
            "h count=3",
            "h sum=4.5",
            "just gauge=5",
        ]
    );
}

#[test]
fn quantiles_stand_under_the_plain_name() {
    let registry = Registry::new();
    let summary = |name: &str| {
        let summary = Summary::builder(name).quantiles([0.0, 1.0]);
        summary.label_names(["a"]).register(&registry).unwrap()
    };
    let (split, plain) = (summary("b_size"), summary("s"));
    for family in [split, plain] {
        family.labels((1,)).unwrap().observe(5);
        family.labels((1,)).unwrap().observe(f64::INFINITY);
    }
    let (text, omitted) = encode(&registry, &LabelSet::new(), Names::Prometheus);
    let expected = [
        "b,a=1,quantile=0.0 size=5",
        "b,a=1,quantile=1.0 size=+Inf",
        "b_size,a=1 count=2",
        "b_size,a=1 sum=+Inf",
        ",a=1,quantile=0.0 s=5",
        ",a=1,quantile=1.0 s=+Inf",
        "s,a=1 count=2",
        "s,a=1 sum=+Inf",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(omitted, Omitted::default());
    let (text, omitted) = encode(&registry, &LabelSet::new(), Names::InfluxDb);
    let expected = [
        "b,a=1,quantile=0.0 size=5",
        "b_size,a=1 count=2",
        "s,a=1,quantile=0.0 value=5",
        "s,a=1 count=2",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(omitted.infinite, 4);
}

#[test]
fn quantiles_of_an_empty_window_are_nothing_to_speak_of() {
    let registry = Registry::new();
    let summary = Summary::builder("b_size").quantiles([0.5]);
    summary.register(&registry).unwrap();
    let (text, omitted) = encode(&registry, &LabelSet::new(), Names::Prometheus);
    assert_eq!(text, "b_size count=0\nb_size sum=0\n");
    assert_eq!(omitted, Omitted::default());
}

#[test]
fn infos_and_state_sets_are_series_of_their_labels() {
    let registry = Registry::new();
    let info = Info::builder("build").register(&registry).unwrap();
    let states = StateSet::builder("phase")
        .states(["a b", "c"])
        .register(&registry)
        .unwrap();
    assert_eq!(
        lines(&registry),
        [r",phase=a\ b phase=1", ",phase=c phase=0"]
    );
    info.set([("version", "1.2"), ("empty", "")]);
    states.set("c");
    let expected = [
        "build,version=1.2 info=1",
        r",phase=a\ b phase=0",
        ",phase=c phase=1",
    ];
    assert_eq!(lines(&registry), expected);
}

#[test]
fn f14_awkward_tag_values_stay_in_their_place() {
    let registry = Registry::new();
    let counter = Counter::builder("a_jobs")
        .label_names(["p", "q"])
        .register(&registry)
        .unwrap();
    counter.labels(("a b,c=d", "")).unwrap().inc();
    assert_eq!(lines(&registry), [r"a_jobs,p=a\ b\,c\=d total=1"]);
    counter.clear();
    counter.labels(("x\nevil total=9", "end\\")).unwrap().inc();
    assert_eq!(
        lines(&registry),
        [r"a_jobs,p=x\nevil\ total\=9,q=end\\ total=1"]
    );
}

#[test]
fn f14_what_is_not_a_number_is_left_out_and_counted() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    for (n, value) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
        .into_iter()
        .enumerate()
    {
        gauge.labels((n,)).unwrap().set(value);
    }
    let (text, omitted) = encode(&registry, &LabelSet::new(), Names::Prometheus);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, [",n=1 g=+Inf", ",n=2 g=-Inf"]);
    assert_eq!(
        omitted,
        Omitted {
            not_a_number: 1,
            infinite: 0,
            ..Omitted::default()
        }
    );
    let (text, omitted) = encode(&registry, &LabelSet::new(), Names::InfluxDb);
    assert_eq!(
        (text.as_str(), omitted),
        (
            "",
            Omitted {
                not_a_number: 1,
                infinite: 2,
                ..Omitted::default()
            }
        )
    );
}

#[test]
fn f15_a_name_without_underscore_is_a_line_like_any_other() {
    let registry = Registry::new();
    Gauge::builder("temperature")
        .register(&registry)
        .unwrap()
        .set(5);
    Gauge::builder("a_b").register(&registry).unwrap().set(6);
    assert_eq!(lines(&registry), [" temperature=5", "a b=6"]);
    let (text, _) = encode(&registry, &LabelSet::new(), Names::InfluxDb);
    assert_eq!(text, "temperature value=5\na b=6\n");
}

#[test]
fn labels_of_the_client_give_way_to_the_series_own() {
    let registry = Registry::new();
    let gauge = Gauge::builder("a_b")
        .label_names(["host"])
        .register(&registry)
        .unwrap();
    gauge.labels(("mine",)).unwrap().set(1);
    let mut labels = LabelSet::new();
    labels.insert("host", "client").unwrap();
    labels.insert("job", "nightly run").unwrap();
    let (text, _) = encode(&registry, &labels, Names::Prometheus);
    assert_eq!(text, "a,host=mine,job=nightly\\ run b=1\n");
}

#[test]
fn no_line_has_a_label_twice() {
    let registry = Registry::new();
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("job", "mine"), ("version", "1")]);
    StateSet::builder("phase")
        .states(["a"])
        .register(&registry)
        .unwrap();
    let mut labels = LabelSet::new();
    labels.insert("job", "client").unwrap();
    labels.insert("phase", "client").unwrap();
    let (text, _) = encode(&registry, &labels, Names::Prometheus);
    let expected = "build,phase=client,job=mine,version=1 info=1\n,job=client,phase=a phase=1\n";
    assert_eq!(text, expected);
    assert!(labels.insert("le", 1).is_err() && labels.insert("quantile", 1).is_err());
}

#[test]
fn every_line_carries_the_time_of_the_snapshot_in_nanoseconds() {
    let registry = Registry::new();
    Gauge::builder("a_b").register(&registry).unwrap().set(1.5);
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::new(1_700_000_000, 123_000_000));
    registry.gather_into(&mut snapshot);
    let mut out = Vec::new();
    Influx::default().encode(&snapshot, &LabelSet::new(), &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "a b=1.5 1700000000123000000\n"
    );
}
