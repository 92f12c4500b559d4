//! Lines and headers against `client_python`'s and against the two specifications.

use std::time::Duration;

use ppc_core::{
    Counter, Descriptor, Gauge, Histogram, Info, LabelSet, Registry, StateSet, Summary,
};

use super::*;

fn encode_with(
    mut exposition: Exposition,
    registry: &Registry,
    labels: &LabelSet,
) -> (String, Omitted) {
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::new(1_700_000_000, 123_456_789));
    registry.gather_into(&mut snapshot);
    let mut out = Vec::new();
    let omitted = exposition.encode(&snapshot, labels, &mut out);
    (String::from_utf8(out).unwrap(), omitted)
}

fn encode(format: Format, registry: &Registry) -> String {
    let exposition = Exposition::new(format, Timestamps::Server);
    let (text, omitted) = encode_with(exposition, registry, &LabelSet::new());
    assert_eq!(omitted, Omitted::default());
    text
}

/// What both formats write.
#[track_caller]
fn check(registry: &Registry, text: &str, open_metrics: &str) {
    assert_eq!(encode(Format::Text, registry), text);
    assert_eq!(encode(Format::OpenMetrics, registry), open_metrics);
}

fn client(pairs: &[(&str, &str)]) -> LabelSet {
    let mut labels = LabelSet::new();
    for (name, value) in pairs {
        labels.insert(name, *value).unwrap();
    }
    labels
}

#[test]
fn k15_the_body_of_a_gauge() {
    let registry = Registry::new();
    Gauge::builder("g")
        .help("help")
        .register(&registry)
        .unwrap();
    check(
        &registry,
        "# HELP g help\n# TYPE g gauge\ng 0\n",
        "# TYPE g gauge\n# HELP g help\ng 0\n",
    );
}

#[test]
fn f13_types_are_those_of_the_format_and_nothing_is_created() {
    let registry = Registry::new();
    Counter::builder("c_total")
        .register(&registry)
        .unwrap()
        .inc();
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("version", "1.2"), ("empty", "")]);
    let states = StateSet::builder("phase").states(["a b", "c"]);
    states.register(&registry).unwrap().set("c");
    check(
        &registry,
        "# TYPE c_total counter\nc_total 1\n\
         # TYPE build_info gauge\nbuild_info{version=\"1.2\",empty=\"\"} 1\n\
         # TYPE phase gauge\nphase{phase=\"a b\"} 0\nphase{phase=\"c\"} 1\n",
        "# TYPE c counter\nc_total 1\n\
         # TYPE build info\nbuild_info{version=\"1.2\",empty=\"\"} 1\n\
         # TYPE phase stateset\nphase{phase=\"a b\"} 0\nphase{phase=\"c\"} 1\n",
    );
}

#[test]
fn f13_timestamps_are_whole_milliseconds_or_seconds() {
    let registry = Registry::new();
    Gauge::builder("g").register(&registry).unwrap().set(1.5);
    for (format, expected) in [
        (Format::Text, "g 1.5 1700000000123\n"),
        (Format::OpenMetrics, "g 1.5 1700000000.123\n"),
    ] {
        let exposition = Exposition::new(format, Timestamps::Client);
        let (text, _) = encode_with(exposition, &registry, &LabelSet::new());
        assert_eq!(text.strip_prefix("# TYPE g gauge\n"), Some(expected));
    }
}

#[test]
fn histograms_and_summaries_have_a_line_for_each_of_their_numbers() {
    let registry = Registry::new();
    let histogram = Histogram::builder("h").unit("seconds").buckets([1, 2]);
    let histogram = histogram.label_names(["a"]).register(&registry).unwrap();
    for value in [0.5, 1.5, 2.5] {
        histogram.labels(("x",)).unwrap().observe(value);
    }
    let summary = Summary::builder("s").quantiles([0.5, 1.0]);
    summary.register(&registry).unwrap();
    let lines = "h_seconds_bucket{a=\"x\",le=\"1.0\"} 1\n\
                 h_seconds_bucket{a=\"x\",le=\"2.0\"} 2\n\
                 h_seconds_bucket{a=\"x\",le=\"+Inf\"} 3\n\
                 h_seconds_count{a=\"x\"} 3\n\
                 h_seconds_sum{a=\"x\"} 4.5\n\
                 # TYPE s summary\n\
                 s{quantile=\"0.5\"} NaN\ns{quantile=\"1.0\"} NaN\ns_count 0\ns_sum 0\n";
    check(
        &registry,
        &format!("# TYPE h_seconds histogram\n{lines}"),
        &format!("# TYPE h_seconds histogram\n# UNIT h_seconds seconds\n{lines}"),
    );
    let exposition = Exposition::new(Format::Text, Timestamps::Server).without_quantiles();
    let (text, _) = encode_with(exposition, &registry, &LabelSet::new());
    assert!(
        text.ends_with("# TYPE s summary\ns_count 0\ns_sum 0\n"),
        "{text}"
    );
}

#[test]
fn k24_a_sum_that_could_fall_is_left_out() {
    let registry = Registry::new();
    let histogram = Histogram::builder("h").buckets([-1, 0]);
    histogram.register(&registry).unwrap().observe(-5);
    let buckets = "# TYPE h histogram\nh_bucket{le=\"-1.0\"} 1\nh_bucket{le=\"0.0\"} 1\n\
                   h_bucket{le=\"+Inf\"} 1\n";
    check(&registry, &format!("{buckets}h_count 1\n"), buckets);
}

#[test]
fn k23_exemplars_stand_on_counters_and_buckets_of_open_metrics() {
    let registry = Registry::new();
    let counter = Counter::builder("cc").register(&registry).unwrap();
    counter.inc_by_with_exemplar(1, [("a", "\\x\n\"")]);
    let histogram = Histogram::builder("h").buckets([1]);
    let histogram = histogram.register(&registry).unwrap();
    let none: [(&str, &str); 0] = [];
    histogram.observe_with_exemplar(3, none);
    let open_metrics = encode(Format::OpenMetrics, &registry);
    let at = |line: &str| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
    let lines: Vec<&str> = open_metrics
        .lines()
        .filter(|line| line.contains(" # "))
        .collect();
    let now = ppc_core::unix_time().as_secs_f64();
    assert!(
        lines.iter().all(|line| (at(line) - now).abs() < 60.0),
        "{lines:?}"
    );
    let without_time: Vec<&str> = lines
        .iter()
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    assert_eq!(
        without_time,
        [
            r#"cc_total 1 # {a="\\x\n\""} 1"#,
            r#"h_bucket{le="+Inf"} 1 # {} 3"#
        ]
    );
    assert!(!encode(Format::Text, &registry).contains(" # "));
    let plain = Exposition::new(Format::OpenMetrics, Timestamps::Server).exemplars(false);
    let (plain, _) = encode_with(plain, &registry, &LabelSet::new());
    assert!(!plain.contains(" # "), "{plain}");
}

#[test]
fn k23_the_time_of_an_exemplar_follows_that_of_its_sample() {
    let registry = Registry::new();
    let counter = Counter::builder("cc").register(&registry).unwrap();
    counter.inc_by_with_exemplar(1, [("a", "b")]);
    let exposition = Exposition::new(Format::OpenMetrics, Timestamps::Client);
    let (text, _) = encode_with(exposition, &registry, &LabelSet::new());
    let line = text.lines().last().unwrap();
    assert!(
        line.starts_with(r#"cc_total 1 1700000000.123 # {a="b"} 1 "#),
        "{line}"
    );
    let mut seconds = Vec::new();
    lines::write_seconds(Duration::from_millis(123_456), &mut seconds);
    assert_eq!(seconds, b"123.456");
}

#[test]
fn k23_help_escapes_what_the_format_wants_escaped() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").help("a\\b\n\"c\"");
    gauge.register(&registry).unwrap();
    check(
        &registry,
        "# HELP g a\\\\b\\n\"c\"\n# TYPE g gauge\ng 0\n",
        "# TYPE g gauge\n# HELP g a\\\\b\\n\\\"c\\\"\ng 0\n",
    );
}

#[test]
fn a_unit_is_said_where_the_name_ends_in_it() {
    let registry = Registry::new();
    Gauge::builder("seconds")
        .unit("seconds")
        .register(&registry)
        .unwrap();
    let plain = "# TYPE seconds gauge\nseconds 0\n";
    check(&registry, plain, plain);
}

#[test]
fn a_family_without_samples_is_not_written() {
    let registry = Registry::new();
    Info::builder("build")
        .help("x")
        .register(&registry)
        .unwrap();
    Counter::builder("c")
        .label_names(["a"])
        .register(&registry)
        .unwrap();
    check(&registry, "", "");
}

#[test]
fn numbers_that_are_not_finite_are_said() {
    let registry = Registry::new();
    for (name, value) in [
        ("a", f64::NAN),
        ("b", f64::INFINITY),
        ("c", f64::NEG_INFINITY),
    ] {
        Gauge::builder(name).register(&registry).unwrap().set(value);
    }
    let both = "# TYPE a gauge\na NaN\n# TYPE b gauge\nb +Inf\n# TYPE c gauge\nc -Inf\n";
    check(&registry, both, both);
}

#[test]
fn labels_of_the_client_give_way_to_the_series_own() {
    let registry = Registry::new();
    let gauge = Gauge::builder("g").label_names(["host", "empty"]);
    gauge
        .register(&registry)
        .unwrap()
        .labels(("mine", ""))
        .unwrap()
        .set(1);
    let info = Info::builder("build").register(&registry).unwrap();
    info.set([("job", "mine")]);
    let info = Info::builder("bare").register(&registry).unwrap();
    let none: [(&str, &str); 0] = [];
    info.set(none);
    let phase = StateSet::builder("phase").states(["a"]);
    phase.register(&registry).unwrap();
    let exposition = Exposition::new(Format::Text, Timestamps::Server);
    let labels = client(&[("host", "h"), ("job", "j"), ("phase", "p")]);
    let (text, _) = encode_with(exposition, &registry, &labels);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            r#"g{host="mine",empty="",job="j",phase="p"} 1"#,
            r#"build_info{host="h",phase="p",job="mine"} 1"#,
            r#"bare_info{host="h",job="j",phase="p"} 1"#,
            r#"phase{host="h",job="j",phase="a"} 1"#,
        ]
    );
}

#[test]
fn what_the_place_labels_itself_is_left_out_and_counted() {
    let registry = Registry::new();
    let gauge = Gauge::builder("plain").register(&registry).unwrap();
    gauge.set(1);
    let histogram = Histogram::builder("h").buckets([1]).label_names(["job"]);
    histogram
        .register(&registry)
        .unwrap()
        .labels(("x",))
        .unwrap()
        .observe(1);
    let infos = Info::builder("build")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    infos.labels((1,)).unwrap().set([("instance", "x")]);
    infos.labels((2,)).unwrap().set([("version", "x")]);
    StateSet::builder("job")
        .states(["a", "b"])
        .register(&registry)
        .unwrap();
    Counter::builder("c")
        .label_names(["job"])
        .register(&registry)
        .unwrap();
    let exposition = Exposition::new(Format::Text, Timestamps::Server)
        .taken_labels(vec!["job".to_owned(), "instance".to_owned()]);
    let labels = client(&[("instance", "mine"), ("zone", "z")]);
    let (text, omitted) = encode_with(exposition, &registry, &labels);
    assert_eq!(
        text,
        "# TYPE plain gauge\nplain{zone=\"z\"} 1\n\
         # TYPE build_info gauge\nbuild_info{n=\"2\",zone=\"z\",version=\"x\"} 1\n"
    );
    assert_eq!(omitted.label_taken, 4 + 1 + 2);
    assert_eq!(omitted.taken, Some(("h".into(), "job".into())));
}

#[test]
fn headers_have_the_names_of_every_kind() {
    let registry = Registry::new();
    Summary::builder("s")
        .help("h")
        .unit("bytes")
        .register(&registry)
        .unwrap();
    let snapshot = registry.gather();
    let of = |format, descriptor: &Descriptor| {
        let mut out = Vec::new();
        let names = Spelled::new(descriptor, format, Escaping::default());
        write_header(format, descriptor, &names, &mut out);
        String::from_utf8(out).unwrap()
    };
    for family in snapshot.families() {
        let text = "# HELP s_bytes h\n# TYPE s_bytes summary\n";
        assert_eq!(of(Format::Text, family.descriptor()), text);
        let open_metrics = "# TYPE s_bytes summary\n# UNIT s_bytes bytes\n# HELP s_bytes h\n";
        assert_eq!(of(Format::OpenMetrics, family.descriptor()), open_metrics);
    }
}

#[test]
fn a_series_takes_no_memory_that_was_encoded_before() {
    let registry = Registry::new();
    let counters = Counter::builder("c").label_names(["n", "m"]);
    let counters = counters.register(&registry).unwrap();
    let gauges = Gauge::builder("g").label_names(["n"]);
    let gauges = gauges.register(&registry).unwrap();
    let histograms = Histogram::builder("h").label_names(["n"]);
    let histograms = histograms.register(&registry).unwrap();
    for n in 0..1_000 {
        counters.labels((n, "x")).unwrap().inc();
        gauges.labels((n,)).unwrap().set(n);
        histograms.labels((n,)).unwrap().observe(n);
    }
    let (snapshot, labels) = (registry.gather(), client(&[("job", "j")]));
    for format in [Format::Text, Format::OpenMetrics] {
        let mut exposition = Exposition::new(format, Timestamps::Client);
        let mut out = Vec::new();
        exposition.encode(&snapshot, &labels, &mut out);
        out.clear();
        let info = allocation_counter::measure(|| {
            exposition.encode(&snapshot, &labels, &mut out);
        });
        // A few for each family.
        assert!(info.count_total < 30, "{info:?}");
    }
}

/// Writes as a new encoder does, whatever changes between encodings.
#[test]
fn what_is_kept_is_what_would_be_written_anew() {
    let registry = Registry::new();
    let counters = Counter::builder("c")
        .label_names(["a"])
        .register(&registry)
        .unwrap();
    let histograms = Histogram::builder("h")
        .buckets([1.0])
        .label_names(["a"])
        .register(&registry)
        .unwrap();
    let summary = Summary::builder("s")
        .quantiles([0.5])
        .register(&registry)
        .unwrap();
    let states = StateSet::builder("state")
        .states(["on", "off"])
        .register(&registry)
        .unwrap();
    let info = Info::builder("build").register(&registry).unwrap();
    for format in [Format::Text, Format::OpenMetrics] {
        let mut kept = Exposition::new(format, Timestamps::Client).keep_lines(true);
        let mut snapshot = Snapshot::new();
        let mut client = client(&[("job", "x")]);
        let mut random = 1_u64;
        for round in 0..200_u32 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let (what, label) = (random >> 60, ((random >> 40) % 5).to_string());
            match what {
                0..=3 => counters
                    .labels([&label])
                    .unwrap()
                    .inc_with_exemplar([("trace", &label)]),
                4..=6 => histograms
                    .labels([&label])
                    .unwrap()
                    .observe(f64::from(round)),
                7 => drop(counters.remove([&label])),
                8 => drop(histograms.remove([&label])),
                9 => summary.observe(1.5),
                10 => states.set("off"),
                11 => info.set([("version", &label)]),
                12 => drop(counters.labels([&label]).unwrap()),
                13 => drop(client.insert("job", label)),
                14 => drop(
                    Gauge::builder(&format!("g{label}"))
                        .register(&registry)
                        .unwrap(),
                ),
                _ => {}
            }
            snapshot.start(Duration::from_secs(round.into()));
            registry.gather_into(&mut snapshot);
            let encode = |exposition: &mut Exposition| {
                let mut out = Vec::new();
                exposition.encode(&snapshot, &client, &mut out);
                String::from_utf8(out).unwrap()
            };
            let anew = encode(&mut Exposition::new(format, Timestamps::Client));
            assert_eq!(encode(&mut kept), anew, "round {round}");
            assert_eq!(encode(&mut kept), anew, "round {round}, again");
        }
    }
}
