//! Encoding: a snapshot into lines, beside copying those lines.

mod harness;

use harness::{Table, counters, histograms, repeat};
use ppc::{LabelSet, Names, Registry, Timestamps};
use ppc_transports::{Encoder, Influx};

fn main() {
    let registry = counters(10_000);
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

    let registry = histograms(1_000);
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
