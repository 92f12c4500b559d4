//! Encoding: a snapshot into lines, beside copying those lines.

mod harness;

use harness::{Table, counters, repeat};
use ppc::{Dialect, Histogram, LabelSet, Names, Registry, Timestamps, Types};
use ppc_transports::{
    DeltaExposition, Encoder, Exposition, Format, Gauges, Graphite, Influx, Statsd,
};

fn main() {
    let table = Table::new("encode", "a line");
    let none = LabelSet::new();
    let mut some = LabelSet::new();
    some.insert("job", "nightly billing")
        .expect("a valid label");
    some.insert("instance", "host-1").expect("a valid label");
    let encoders: [(&str, Box<dyn Encoder>); 7] = [
        (
            "Influx",
            Box::new(Influx::new(Names::Prometheus, Timestamps::Client)),
        ),
        (
            "StatsD",
            Box::new(Statsd::new(Dialect::Influx, Types::Gauges)),
        ),
        (
            // Nothing arrives, so that all is sent again.
            "StatsD native",
            Box::new(Statsd::new(Dialect::Influx, Types::Native)),
        ),
        ("Graphite", Box::new(Graphite::new(Timestamps::Client))),
        (
            "Text",
            Box::new(Exposition::new(Format::Text, Timestamps::Server)),
        ),
        (
            "OpenMetrics",
            Box::new(Exposition::new(Format::OpenMetrics, Timestamps::Client)),
        ),
        (
            // Nothing arrives, so that all is sent again.
            "Differences",
            Box::new(DeltaExposition::new(Gauges::Delta)),
        ),
    ];
    let (counters, histograms) = (counters(10_000), histograms(1_000));
    for (format, mut encoder) in encoders {
        let mut compare = |case: &str, registry, labels| {
            compare(
                &table,
                &format!("{format}, {case}"),
                &mut *encoder,
                registry,
                labels,
            );
        };
        compare("10,000 counters | memcpy", &counters, &none);
        compare("the same, two labels more", &counters, &some);
        compare("1000 histograms | memcpy", &histograms, &none);
    }
}

/// `count` histograms of twelve buckets.
fn histograms(count: usize) -> Registry {
    let registry = Registry::new();
    let builder = Histogram::builder("latency")
        .label_names(["n"])
        .buckets([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let family = builder.register(&registry).expect("a valid metric");
    for n in 0..count {
        family.labels((n,)).expect("one label").observe(1.5);
    }
    registry
}

fn compare(
    table: &Table,
    name: &str,
    encoder: &mut dyn Encoder,
    registry: &Registry,
    labels: &LabelSet,
) {
    let snapshot = registry.gather();
    let (mut out, mut copy) = (Vec::new(), Vec::new());
    encoder.encode(&snapshot, labels, &mut out);
    let lines = out.clone();
    let count = memchr::memchr_iter(b'\n', &lines).count() as u64;
    table.batch(
        name,
        count,
        repeat(|| {
            out.clear();
            encoder.encode(&snapshot, labels, &mut out);
            out.len()
        }),
        repeat(|| {
            copy.clear();
            copy.extend_from_slice(&lines);
            copy.len()
        }),
    );
}
