//! What is sent, after what arrived.

use std::time::Duration;

use ppc_core::{
    Counter, FamilySnapshot, Gauge, Histogram, Info, LabelSet, Registry, StateSet, Summary,
};

use super::*;

/// An encoder and the registry it is for.
struct Push {
    registry: Registry,
    /// Used again, as the engine does; the series in it are held.
    snapshot: Snapshot,
    delta: DeltaExposition,
    omitted: Omitted,
}

impl Push {
    fn new() -> Self {
        Self::with(DeltaExposition::new(Gauges::Delta))
    }

    fn with(delta: DeltaExposition) -> Self {
        Self {
            registry: Registry::new(),
            snapshot: Snapshot::new(),
            delta,
            omitted: Omitted::default(),
        }
    }

    fn encode(&mut self) -> String {
        let mut out = Vec::new();
        self.snapshot.start(Duration::ZERO);
        self.registry.gather_into(&mut self.snapshot);
        let labels = LabelSet::new();
        self.omitted = self.delta.encode(&self.snapshot, &labels, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// The samples of an encoding that arrives.
    fn arrives(&mut self) -> Vec<String> {
        let text = self.encode();
        // Without the last newline, as a packer has it.
        self.delta.delivered(0..text.len().saturating_sub(1));
        samples(&text)
    }

    /// The samples of an encoding that does not.
    fn is_lost(&mut self) -> Vec<String> {
        samples(&self.encode())
    }
}

fn samples(text: &str) -> Vec<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(str::to_owned).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn f11_a_counter_is_sent_as_what_came_on_top() {
    let mut push = Push::new();
    let counter = Counter::builder("c")
        .help("x")
        .register(&push.registry)
        .unwrap();
    assert_eq!(push.arrives(), ["c_total 0"], "so that it exists");
    assert_eq!(push.encode(), "");
    counter.inc_by(2.5);
    assert_eq!(push.is_lost(), ["c_total 2.5"]);
    counter.inc_by(2);
    assert_eq!(push.arrives(), ["c_total 4.5"]);
    assert_eq!(push.arrives(), NOTHING);
    counter.inc();
    let expected = "# HELP c_total x\n# TYPE c_total counter\nc_total 1\n";
    assert_eq!(push.encode(), expected);
}

#[test]
fn a_total_that_begins_again_is_sent_whole() {
    let mut push = Push::new();
    let family = Counter::builder("c").label_names(["a"]);
    let family = family.register(&push.registry).unwrap();
    for total in [5, 7, 3] {
        family.labels(("x",)).unwrap().inc_by(total);
        assert_eq!(push.arrives(), [format!("c_total{{a=\"x\"}} {total}")]);
        family.clear();
    }
    assert_eq!(push.arrives(), NOTHING);
}

#[test]
fn histograms_and_summaries_are_sent_whole_or_not_at_all() {
    let mut push = Push::new();
    let histogram = Histogram::builder("h").buckets([1, 2]);
    let histogram = histogram.register(&push.registry).unwrap();
    let summary = Summary::builder("s").quantiles([0.5]);
    let summary = summary.register(&push.registry).unwrap();
    for value in [0.5, 1.5] {
        histogram.observe(value);
        summary.observe(value);
    }
    let first = [
        "h_bucket{le=\"1.0\"} 1",
        "h_bucket{le=\"2.0\"} 2",
        "h_bucket{le=\"+Inf\"} 2",
        "h_count 2",
        "h_sum 2",
        "s_count 2",
        "s_sum 2",
    ];
    assert_eq!(push.is_lost(), first);
    assert_eq!(push.arrives(), first);
    assert_eq!(push.arrives(), NOTHING);
    // A sum that falls is none that begins again.
    histogram.observe(-10);
    let second = [
        "h_bucket{le=\"1.0\"} 1",
        "h_bucket{le=\"2.0\"} 1",
        "h_bucket{le=\"+Inf\"} 1",
        "h_count 1",
        "h_sum -10",
    ];
    assert_eq!(push.arrives(), second);
    summary.observe(-3);
    assert_eq!(push.arrives(), ["s_count 1", "s_sum -3"]);
}

#[test]
fn a_gauge_is_taken_back_when_it_goes_and_at_the_end() {
    let mut push = Push::new();
    let family = Gauge::builder("g").label_names(["a"]);
    let family = family.register(&push.registry).unwrap();
    let other = Gauge::builder("other").register(&push.registry).unwrap();
    other.set(-2);
    family.labels(("x",)).unwrap().set(5);
    family.labels(("y",)).unwrap().set(0);
    let mut first = push.arrives();
    first.sort();
    assert_eq!(first, ["g{a=\"x\"} 5", "g{a=\"y\"} 0", "other -2"]);
    family.labels(("x",)).unwrap().set(3.5);
    assert_eq!(push.arrives(), ["g{a=\"x\"} -1.5"]);
    family.clear();
    assert_eq!(push.is_lost(), ["g{a=\"x\"} -3.5"]);
    assert_eq!(push.is_lost(), ["g{a=\"x\"} -3.5"], "not yet taken back");
    family.labels(("x",)).unwrap().set(4);
    assert_eq!(push.arrives(), ["g{a=\"x\"} 0.5"], "the same line again");
    family.clear();
    assert_eq!(push.arrives(), ["g{a=\"x\"} -4"]);
    assert_eq!(push.arrives(), NOTHING);
    push.delta.begin_last();
    other.set(9);
    for _ in 0..2 {
        assert_eq!(push.is_lost(), ["other 2"]);
    }
    assert_eq!(push.arrives(), ["other 2"]);
    assert_eq!(push.arrives(), NOTHING);
}

#[test]
fn a_family_that_is_gone_is_taken_back() {
    let mut push = Push::new();
    let gauge = Gauge::builder("g")
        .help("x")
        .register(&push.registry)
        .unwrap();
    gauge.set(5);
    push.arrives();
    push.registry = Registry::new();
    let expected = "# HELP g x\n# TYPE g gauge\ng -5\n";
    assert_eq!(push.encode(), expected);
    assert_eq!(push.arrives(), ["g -5"]);
    assert_eq!(push.encode(), "");
}

#[test]
fn facts_and_states_change_places() {
    let mut push = Push::new();
    let info = Info::builder("build").register(&push.registry).unwrap();
    let phase = StateSet::builder("phase").states(["a", "b"]);
    let phase = phase.register(&push.registry).unwrap();
    info.set([("version", "1")]);
    let first = [
        "build_info{version=\"1\"} 1",
        "phase{phase=\"a\"} 1",
        "phase{phase=\"b\"} 0",
    ];
    assert_eq!(push.arrives(), first);
    assert_eq!(push.arrives(), NOTHING);
    info.set([("version", "2")]);
    phase.set("b");
    let second = [
        "build_info{version=\"2\"} 1",
        "build_info{version=\"1\"} -1",
        "phase{phase=\"a\"} -1",
        "phase{phase=\"b\"} 1",
    ];
    assert_eq!(push.is_lost(), second);
    assert_eq!(push.arrives(), second);
    push.delta.begin_last();
    assert_eq!(
        push.arrives(),
        ["build_info{version=\"2\"} -1", "phase{phase=\"b\"} -1"]
    );
}

#[test]
fn the_last_encoding_takes_back_also_what_was_not_read() {
    let mut push = Push::new();
    let level = Gauge::builder("level").register(&push.registry).unwrap();
    level.set(2);
    assert_eq!(push.arrives(), ["level 2"]);
    push.registry = Registry::new();
    let encode = |push: &mut Push| {
        let mut broken_off = Snapshot::new();
        broken_off.break_off();
        let mut out = Vec::new();
        push.delta.encode(&broken_off, &LabelSet::new(), &mut out);
        push.delta.delivered(0..out.len());
        samples(str::from_utf8(&out).unwrap())
    };
    assert_eq!(encode(&mut push), NOTHING);
    push.delta.begin_last();
    assert_eq!(encode(&mut push), ["level -2"]);
}

#[test]
fn gauges_may_be_skipped() {
    let mut push = Push::with(DeltaExposition::new(Gauges::Skip));
    Gauge::builder("g").register(&push.registry).unwrap().set(1);
    let info = Info::builder("build").register(&push.registry).unwrap();
    info.set([("version", "1")]);
    let phase = StateSet::builder("phase").states(["a"]);
    phase.register(&push.registry).unwrap();
    Counter::builder("c").register(&push.registry).unwrap();
    assert_eq!(push.arrives(), ["c_total 0"]);
    assert_eq!(push.omitted, Omitted::default());
    push.delta.begin_last();
    assert_eq!(push.arrives(), NOTHING);
}

#[test]
fn what_cannot_be_added_is_left_out_and_counted() {
    let mut push = Push::new();
    let gauge = Gauge::builder("g").register(&push.registry).unwrap();
    gauge.set(5);
    push.arrives();
    for (value, not_a_number) in [(f64::NAN, 1), (f64::INFINITY, 0), (f64::MAX, 2)] {
        gauge.set(value);
        if value == f64::MAX {
            // Too far from there for a float.
            push.arrives();
            gauge.set(f64::MIN);
        }
        assert_eq!(push.arrives(), NOTHING);
        let counted = (push.omitted.not_a_number, push.omitted.infinite);
        assert_eq!(counted, if not_a_number == 1 { (1, 0) } else { (0, 1) });
    }
    push.delta.begin_last();
    assert_eq!(push.arrives().len(), 1, "what was sent is taken back");

    let mut push = Push::new();
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    let histogram = Histogram::builder("h").buckets([1]);
    let histogram = histogram.register(&push.registry).unwrap();
    counter.inc_by(f64::INFINITY);
    histogram.observe(f64::INFINITY);
    let finite = [
        "h_bucket{le=\"1.0\"} 0",
        "h_bucket{le=\"+Inf\"} 1",
        "h_count 1",
    ];
    assert_eq!(push.arrives(), finite);
    assert_eq!(push.omitted.infinite, 2);
    assert_eq!(push.arrives(), NOTHING);
    assert_eq!(push.omitted.infinite, 2);
}

#[test]
fn only_the_families_that_arrived_move_on() {
    let mut push = Push::new();
    let counters = ["a", "b", "c"].map(|name| {
        let counter = Counter::builder(name).register(&push.registry).unwrap();
        counter.inc();
        counter
    });
    let gauge = Gauge::builder("g").register(&push.registry).unwrap();
    gauge.set(1);
    let mut out = Vec::new();
    let (snapshot, labels) = (push.registry.gather(), LabelSet::new());
    push.delta.encode(&snapshot, &labels, &mut out);
    let text = String::from_utf8(out).unwrap();
    let at = |name: &str| text.find(&format!("# TYPE {name}")).unwrap();
    push.delta.delivered(at("a_total")..at("b_total") - 1);
    push.delta.delivered(at("c_total")..at("g ") - 1);
    assert_eq!(push.arrives(), ["b_total 1", "g 1"]);
    counters[0].inc();
    assert_eq!(push.arrives(), ["a_total 1"]);
}

#[test]
fn labels_of_the_place_are_left_out() {
    let delta = DeltaExposition::new(Gauges::Delta).taken_labels(vec!["job".to_owned()]);
    let mut push = Push::with(delta);
    for name in ["c", "d"] {
        let label = if name == "c" { "job" } else { "a" };
        let family = Counter::builder(name).label_names([label]);
        family
            .register(&push.registry)
            .unwrap()
            .labels(("x",))
            .unwrap()
            .inc();
    }
    let phase = StateSet::builder("job").states(["a", "b"]);
    phase.register(&push.registry).unwrap();
    assert_eq!(push.arrives(), ["d_total{a=\"x\"} 1"]);
    assert_eq!(push.omitted.label_taken, 3);
}

#[test]
fn rounding_does_not_add_up() {
    let mut push = Push::new();
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    let mut server = 0.0_f64;
    for n in 0..10_000 {
        counter.inc_by(0.1 + f64::from(n % 7) / 3.0);
        for line in push.arrives() {
            assert!(!line.contains('-'), "a counter never falls: {line}");
            server += line
                .strip_prefix("c_total ")
                .unwrap()
                .parse::<f64>()
                .unwrap();
        }
        let snapshot = push.registry.gather();
        let mut series = snapshot.families().flat_map(FamilySnapshot::series);
        let total = f64::from_bits(series.next().unwrap().words()[0]);
        let distance = (server - total).abs();
        assert!(distance <= total * f64::EPSILON, "{server} {total}");
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
    let (snapshot, labels) = (registry.gather(), LabelSet::new());
    let mut delta = DeltaExposition::new(Gauges::Delta);
    let mut out = Vec::new();
    delta.encode(&snapshot, &labels, &mut out);
    delta.delivered(0..out.len());
    for n in 0..1_000 {
        counters.labels((n, "x")).unwrap().inc();
        gauges.labels((n,)).unwrap().add(1);
        histograms.labels((n,)).unwrap().observe(n);
    }
    let snapshot = registry.gather();
    out.clear();
    let info = allocation_counter::measure(|| {
        delta.encode(&snapshot, &labels, &mut out);
        delta.delivered(0..out.len());
    });
    assert!(info.count_total < 30, "{info:?}");
}

#[test]
fn f11_what_was_not_read_is_neither_gone_nor_new_again() {
    let mut push = Push::new();
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    let gauge = Gauge::builder("g").register(&push.registry).unwrap();
    counter.inc_by(2);
    gauge.set(3);
    push.arrives();
    // A source that panics before it has told anything.
    push.snapshot.start(Duration::ZERO);
    push.snapshot.break_off();
    let mut out = Vec::new();
    push.delta
        .encode(&push.snapshot, &LabelSet::new(), &mut out);
    assert_eq!(out, b"");
    counter.inc();
    assert_eq!(push.arrives(), ["c_total 1"]);
}
