//! StatsD lines, dialect by dialect, as gauges.

use ppc_core::{
    Counter, Gauge, Histogram, Info, Kind, Mirror, Mirrored, Registry, StateSet, Summary,
};

use super::*;

mod native;
mod same;

const DIALECTS: [Dialect; 6] = [
    Dialect::Influx,
    Dialect::DogStatsd,
    Dialect::Librato,
    Dialect::SignalFx,
    Dialect::Graphite,
    Dialect::Plain,
];

fn encode(dialect: Dialect, registry: &Registry) -> (Vec<String>, Omitted) {
    let mut out = Vec::new();
    let mut statsd = Statsd::new(dialect, Types::Gauges);
    let omitted = statsd.encode(&registry.gather(), &LabelSet::new(), &mut out);
    let text = String::from_utf8(out).unwrap();
    (text.lines().map(str::to_owned).collect(), omitted)
}

/// Lines of a registry in every dialect.
#[track_caller]
fn check(registry: &Registry, expected: [&[&str]; 6]) {
    for (dialect, expected) in DIALECTS.into_iter().zip(expected) {
        assert_eq!(encode(dialect, registry).0, expected, "{dialect:?}");
    }
}

#[test]
fn k07_everything_is_an_absolute_gauge_with_influx_tags() {
    let registry = Registry::new();
    let jobs = Counter::builder("a_jobs").label_names(["x"]);
    let jobs = jobs.register(&registry).unwrap();
    for _ in 0..3 {
        jobs.labels((1,)).unwrap().inc();
    }
    let mut statsd = Statsd::default();
    for _ in 0..2 {
        let mut out = Vec::new();
        statsd.encode(&registry.gather(), &LabelSet::new(), &mut out);
        assert_eq!(out, b"a_jobs_total,x=1:3|g\n");
        statsd.delivered(0..out.len());
    }
}

#[test]
fn k09_a_summary_and_a_histogram_have_a_line_for_each_number() {
    let registry = Registry::new();
    let summary = Summary::builder("s1").label_names(["l1", "l2"]);
    let summary = summary.register(&registry).unwrap();
    summary.labels((1, 2)).unwrap().observe(5);
    let histogram = Histogram::builder("h").buckets([1.0, 2e6]);
    let histogram = histogram.register(&registry).unwrap();
    histogram.observe(0.5);
    check(
        &registry,
        [
            &[
                "s1_count,l1=1,l2=2:1|g",
                "s1_sum,l1=1,l2=2:5|g",
                "h_bucket,le=1.0:1|g",
                "h_bucket,le=2e+06:1|g",
                "h_bucket,le=+Inf:1|g",
                "h_count:1|g",
                "h_sum:0.5|g",
            ],
            &[
                "s1_count:1|g|#l1:1,l2:2",
                "s1_sum:5|g|#l1:1,l2:2",
                "h_bucket:1|g|#le:1.0",
                "h_bucket:1|g|#le:2e+06",
                "h_bucket:1|g|#le:+Inf",
                "h_count:1|g",
                "h_sum:0.5|g",
            ],
            &[
                "s1_count#l1=1,l2=2:1|g",
                "s1_sum#l1=1,l2=2:5|g",
                "h_bucket#le=1.0:1|g",
                "h_bucket#le=2e+06:1|g",
                "h_bucket#le=+Inf:1|g",
                "h_count:1|g",
                "h_sum:0.5|g",
            ],
            &[
                "s1_count[l1=1,l2=2]:1|g",
                "s1_sum[l1=1,l2=2]:5|g",
                "h_bucket[le=1.0]:1|g",
                "h_bucket[le=2e+06]:1|g",
                "h_bucket[le=+Inf]:1|g",
                "h_count:1|g",
                "h_sum:0.5|g",
            ],
            &[
                "s1_count.l1.1.l2.2:1|g",
                "s1_sum.l1.1.l2.2:5|g",
                "h_bucket.le.1_0:1|g",
                "h_bucket.le.2e_06:1|g",
                "h_bucket.le._Inf:1|g",
                "h_count:1|g",
                "h_sum:0.5|g",
            ],
            &["s1_count:1|g", "s1_sum:5|g", "h_count:1|g", "h_sum:0.5|g"],
        ],
    );
    assert_eq!(encode(Dialect::Plain, &registry).1.unlabelled, 3);
}

#[test]
fn infos_states_and_quantiles_are_gauges_of_their_labels() {
    let registry = Registry::new();
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("version", "1.2"), ("empty", "")]);
    let phase = StateSet::builder("phase").states(["a b", "c"]);
    phase.register(&registry).unwrap();
    let summary = Summary::builder("s").quantiles([0.5, 1.0]);
    summary.register(&registry).unwrap();
    let (lines, omitted) = encode(Dialect::Influx, &registry);
    let expected = [
        "build_info,version=1.2:1|g",
        "phase,phase=a b:1|g",
        "phase,phase=c:0|g",
        "s_count:0|g",
        "s_sum:0|g",
    ];
    assert_eq!(lines, expected);
    assert_eq!(omitted, Omitted::default());
    let (lines, omitted) = encode(Dialect::Plain, &registry);
    assert_eq!(lines, ["s_count:0|g", "s_sum:0|g"]);
    assert_eq!(omitted.unlabelled, 3, "one info, two states");
}

#[test]
fn f14_what_a_server_would_misread_is_replaced() {
    let registry = Registry::new();
    let gauge = Gauge::builder("a:b").label_names(["x", "y", "z"]);
    let gauge = gauge.register(&registry).unwrap();
    let value = "a b,c=d:e|f#g[h]\n\r\0\u{7f}\u{85}ä.-_";
    gauge.labels((value, "", "~")).unwrap().set(1);
    check(
        &registry,
        [
            &["a_b,x=a b_c_d_e_f#g_h______ä.-_,z=~:1|g"],
            &["a_b:1|g|#x:a b_c=d:e_f#g[h]_____ä.-_,z:~"],
            &["a_b#x=a b_c_d_e_f#g_h______ä.-_,z=~:1|g"],
            &["a_b[x=a b_c_d_e_f#g_h______ä.-_,z=~]:1|g"],
            &["a_b.x.a_b_c_d_e_f_g_h________-_.z._:1|g"],
            &["a_b:1|g"],
        ],
    );
}

#[test]
fn f14_what_is_not_finite_is_left_out_and_counted() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&registry).unwrap();
    for (n, value) in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
        .iter()
        .enumerate()
    {
        gauge.labels((n,)).unwrap().set(*value);
    }
    let (lines, omitted) = encode(Dialect::Influx, &registry);
    assert!(lines.is_empty());
    assert_eq!((omitted.not_a_number, omitted.infinite), (1, 2));
}

#[test]
fn f16_a_negative_gauge_is_set_to_zero_first() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&registry).unwrap();
    let check = |value: f64, expected: &[&str], behind: &[&str]| {
        gauge.labels((1,)).unwrap().set(value);
        assert_eq!(encode(Dialect::Influx, &registry).0, expected);
        assert_eq!(encode(Dialect::DogStatsd, &registry).0, behind);
    };
    check(
        -2.5,
        &["g,n=1:0|g", "g,n=1:-2.5|g"],
        &["g:0|g|#n:1", "g:-2.5|g|#n:1"],
    );
    check(-0.0, &["g,n=1:0|g"], &["g:0|g|#n:1"]);
    check(2.0, &["g,n=1:2|g"], &["g:2|g|#n:1"]);
}

#[test]
fn labels_of_the_client_come_last() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["host"]);
    gauge
        .register(&registry)
        .unwrap()
        .labels(("mine",))
        .unwrap()
        .set(1);
    let mut labels = LabelSet::new();
    labels.insert("host", "client").unwrap();
    labels.insert("job", "nightly:run").unwrap();
    let mut out = Vec::new();
    Statsd::default().encode(&registry.gather(), &labels, &mut out);
    assert_eq!(out, b"g,host=mine,job=nightly_run:1|g\n");
}

#[test]
fn no_part_of_a_mirrored_family_gives_way_to_another() {
    let mut mirror = Mirror::new();
    let mut reading = mirror.read();
    for (name, value) in [("jobs_of", 1.0), ("jobs:of", 2.0), ("jobs:run", 3.0)] {
        reading.family(Kind::Gauge, name, "", "");
        for label in ["a", "b"] {
            reading.series(&[(label, "x")], Mirrored::Number(value, None));
        }
    }
    reading.finish();
    let mut snapshot = Snapshot::new();
    mirror.gather_into(&mut snapshot);
    let mut out = Vec::new();
    let mut statsd = Statsd::new(Dialect::DogStatsd, Types::Gauges);
    let omitted = statsd.encode(&snapshot, &LabelSet::new(), &mut out);
    let expected = "jobs_of:1|g|#a:x\njobs_of:1|g|#b:x\njobs_run:3|g|#a:x\njobs_run:3|g|#b:x\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    assert_eq!(omitted.collided, 2);
}
