//! Encoding: a snapshot into lines, beside copying those lines.

mod harness;

use harness::{Table, repeat, triples};
use ppc::{Counter, Histogram, LabelSet, Names, Registry, Timestamps};
use ppc_transports::{Encoder, Influx};

fn main() {
    let registry = Registry::new();
    let builder = Counter::builder("events").label_names(["account", "host", "event_type"]);
    let family = builder.register(&registry).expect("a valid metric");
    for (n, triple) in triples(10_000).iter().enumerate() {
        family.labels(&triple[..]).expect("three labels").inc_by(n);
    }
    let table = Table::new("encode", "a line");
    let none = LabelSet::new();
    let mut some = LabelSet::new();
    some.insert("job", "nightly billing")
        .expect("a valid label");
    some.insert("instance", "host-1").expect("a valid label");
    compare(&table, "Influx, 10,000 counters | memcpy", &registry, &none);
    compare(
        &table,
        "the same with two labels of the client",
        &registry,
        &some,
    );

    let registry = Registry::new();
    let builder = Histogram::builder("latency")
        .label_names(["n"])
        .buckets([1, 2, 3, 4, 5, 6, 7, 8]);
    let family = builder.register(&registry).expect("a valid metric");
    for n in 0..1_000 {
        family.labels((n,)).expect("one label").observe(1.5);
    }
    compare(&table, "Influx, 1000 histograms | memcpy", &registry, &none);
}

fn compare(table: &Table, name: &str, registry: &Registry, labels: &LabelSet) {
    let snapshot = registry.gather();
    let mut influx = Influx::new(Names::Prometheus, Timestamps::Client);
    let (mut out, mut copy) = (Vec::new(), Vec::new());
    influx.encode(&snapshot, labels, &mut out);
    let encoded = out.clone();
    let lines = memchr::memchr_iter(b'\n', &encoded).count() as u64;
    table.batch(
        name,
        lines,
        repeat(|| {
            out.clear();
            influx.encode(&snapshot, labels, &mut out);
            out.len()
        }),
        repeat(|| {
            copy.clear();
            copy.extend_from_slice(&encoded);
            copy.len()
        }),
    );
}
