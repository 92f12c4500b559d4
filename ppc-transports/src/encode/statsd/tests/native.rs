//! StatsD lines with the types of StatsD: what is sent, after what arrived.

use std::time::Duration;

use ppc_core::FamilySnapshot;

use super::*;

/// An encoder and the registry it is for.
struct Push {
    registry: Registry,
    /// Used again, as the engine does; the series in it are held.
    snapshot: Snapshot,
    statsd: Statsd,
    omitted: Omitted,
}

impl Push {
    fn new(dialect: Dialect) -> Self {
        Self {
            registry: Registry::new(),
            snapshot: Snapshot::new(),
            statsd: Statsd::new(dialect, Types::Native),
            omitted: Omitted::default(),
        }
    }

    fn is_lost(&mut self) -> Vec<String> {
        let mut out = Vec::new();
        self.snapshot.start(Duration::ZERO);
        self.registry.gather_into(&mut self.snapshot);
        let labels = LabelSet::new();
        self.omitted = self.statsd.encode(&self.snapshot, &labels, &mut out);
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn arrives(&mut self) -> Vec<String> {
        let lines = self.is_lost();
        self.statsd.delivered(0..lines.join("\n").len());
        lines
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn totals_are_differences_and_the_rest_are_gauges() {
    let mut push = Push::new(Dialect::Influx);
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    let gauge = Gauge::builder("g").register(&push.registry).unwrap();
    let summary = Summary::builder("s").quantiles([0.0]);
    let summary = summary.register(&push.registry).unwrap();
    gauge.set(-1);
    let first = ["c_total:0|c", "g:0|g", "g:-1|g", "s_count:0|c", "s_sum:0|c"];
    assert_eq!(push.is_lost(), first);
    assert_eq!(push.arrives(), first);
    assert_eq!(push.arrives(), ["g:0|g", "g:-1|g"]);
    counter.inc_by(2.5);
    gauge.set(3);
    summary.observe(-4);
    let second = [
        "c_total:2.5|c",
        "g:3|g",
        "s,quantile=0.0:0|g",
        "s,quantile=0.0:-4|g",
        "s_count:1|c",
        "s_sum:-4|c",
    ];
    assert_eq!(push.is_lost(), second);
    counter.inc();
    let lines = push.arrives();
    assert_eq!(
        (&*lines[0], &lines[1..]),
        ("c_total:3.5|c", &second.map(str::to_owned)[1..])
    );
    assert!(!push.statsd.is_repeatable() && Statsd::default().is_repeatable());
}

#[test]
fn each_line_counts_for_itself() {
    let mut push = Push::new(Dialect::DogStatsd);
    let histogram = Histogram::builder("h").buckets([1, 2]);
    let histogram = histogram.register(&push.registry).unwrap();
    histogram.observe(1.5);
    let first = [
        "h_bucket:0|c|#le:1.0",
        "h_bucket:1|c|#le:2.0",
        "h_bucket:1|c|#le:+Inf",
        "h_count:1|c",
        "h_sum:1.5|c",
    ];
    assert_eq!(push.is_lost(), first);
    push.statsd.delivered(0..first[..2].join("\n").len());
    assert_eq!(push.is_lost(), first[2..]);
    let start = first[2].len() + 1;
    push.statsd.delivered(start..start + first[3].len());
    histogram.observe(0.5);
    let rest = [
        "h_bucket:1|c|#le:1.0",
        "h_bucket:1|c|#le:2.0",
        "h_bucket:2|c|#le:+Inf",
        "h_count:1|c",
        "h_sum:2|c",
    ];
    assert_eq!(push.arrives(), rest);
    assert_eq!(push.arrives(), NOTHING);
}

#[test]
fn a_series_that_begins_again_is_sent_from_zero() {
    let mut push = Push::new(Dialect::Influx);
    let counter = Counter::builder("c").label_names(["n"]);
    let counter = counter.register(&push.registry).unwrap();
    counter.labels((1,)).unwrap().inc_by(5);
    assert_eq!(push.arrives(), ["c_total,n=1:5|c"]);
    counter.clear();
    assert_eq!(push.arrives(), NOTHING);
    counter.labels((1,)).unwrap().inc_by(7);
    assert_eq!(push.arrives(), ["c_total,n=1:7|c"]);
    // What was not read is not gone.
    push.snapshot.start(Duration::ZERO);
    push.snapshot.break_off();
    let (snapshot, labels) = (&push.snapshot, LabelSet::new());
    push.statsd.encode(snapshot, &labels, &mut Vec::new());
    assert_eq!(push.arrives(), NOTHING);
}

#[test]
fn a_total_that_is_the_same_as_another_goes_on_where_it_was() {
    let mut push = Push::new(Dialect::Influx);
    let counter = Counter::builder("c").label_names(["n"]);
    let counter = counter.register(&push.registry).unwrap();
    counter.labels(("a:",)).unwrap().inc_by(5);
    assert_eq!(push.arrives(), ["c_total,n=a_:5|c"]);
    counter.labels(("a_",)).unwrap().inc_by(2);
    assert_eq!(push.arrives(), ["c_total,n=a_:2|c"]);
    assert_eq!(push.omitted.collided, 1);
    counter.remove(("a_",)).unwrap();
    counter.labels(("a:",)).unwrap().inc();
    assert_eq!(push.arrives(), ["c_total,n=a_:1|c"], "not 6");
}

#[test]
fn without_labels_the_server_adds_up_all_totals() {
    let mut push = Push::new(Dialect::Plain);
    let counter = Counter::builder("c").label_names(["n"]);
    let counter = counter.register(&push.registry).unwrap();
    let gauge = Gauge::builder("g").label_names(["n"]);
    let gauge = gauge.register(&push.registry).unwrap();
    for n in 1..3 {
        counter.labels((n,)).unwrap().inc_by(n);
        gauge.labels((n,)).unwrap().set(n);
    }
    let mut lines = push.arrives();
    lines.sort();
    assert_eq!(lines, ["c_total:1|c", "c_total:2|c", "g:1|g"]);
    assert_eq!(push.omitted.collided, 1);
    assert_eq!(push.arrives(), ["g:1|g"]);
}

#[test]
fn what_cannot_be_added_is_left_out_and_counted() {
    let mut push = Push::new(Dialect::Influx);
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    counter.inc_by(f64::INFINITY);
    for _ in 0..2 {
        assert_eq!(push.arrives(), NOTHING);
        assert_eq!(push.omitted.infinite, 1);
    }
}

#[test]
fn rounding_does_not_add_up() {
    let mut push = Push::new(Dialect::Influx);
    let counter = Counter::builder("c").register(&push.registry).unwrap();
    let mut server = 0.0_f64;
    for n in 0..10_000 {
        counter.inc_by(0.1 + f64::from(n % 7) / 3.0);
        for line in push.arrives() {
            let number = line.strip_prefix("c_total:").unwrap();
            let more: f64 = number.strip_suffix("|c").unwrap().parse().unwrap();
            assert!(more > 0.0, "a counter never falls: {line}");
            server += more;
        }
        let mut series = push.snapshot.families().flat_map(FamilySnapshot::series);
        let total = f64::from_bits(series.next().unwrap().words()[0]);
        let distance = (server - total).abs();
        assert!(distance <= total * f64::EPSILON, "{server} {total}");
    }
}

#[test]
fn a_series_takes_no_memory_that_was_encoded_before() {
    let registry = Registry::new();
    let counters = Counter::builder("c").label_names(["n"]);
    let counters = counters.register(&registry).unwrap();
    let histograms = Histogram::builder("h").label_names(["n"]);
    let histograms = histograms.register(&registry).unwrap();
    let record = || {
        for n in 0..1_000 {
            counters.labels((n,)).unwrap().inc();
            histograms.labels((n,)).unwrap().observe(n);
        }
        registry.gather()
    };
    let (labels, mut out) = (LabelSet::new(), Vec::new());
    let mut statsd = Statsd::new(Dialect::Influx, Types::Native);
    statsd.encode(&record(), &labels, &mut out);
    statsd.delivered(0..out.len());
    let snapshot = record();
    out.clear();
    let info = allocation_counter::measure(|| {
        statsd.encode(&snapshot, &labels, &mut out);
        statsd.delivered(0..out.len());
    });
    assert!(info.count_total < 10, "{info:?}");
}
