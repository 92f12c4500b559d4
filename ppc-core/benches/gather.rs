//! Gathering: reading every series into a snapshot, beside copying as many numbers.

#[path = "../../benches/harness/mod.rs"]
mod harness;

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Acquire;
use std::time::Duration;

use harness::{Table, counters, histograms, repeat};
use ppc_core::{Registry, Snapshot};

fn main() {
    let table = Table::new("gather", "a series");
    for count in [100, 10_000, 100_000] {
        let registry = counters(count);
        compare(
            &table,
            &format!("{count} counters | atomic loads"),
            &registry,
            count,
            1,
        );
    }
    let registry = histograms(1_000);
    compare(
        &table,
        "1000 histograms, 9 buckets | atomic loads",
        &registry,
        1_000,
        10,
    );
}

fn compare(table: &Table, name: &str, registry: &Registry, series: usize, words: usize) {
    let mut snapshot = Snapshot::new();
    let bare: Vec<AtomicU64> = (0..series * words)
        .map(|n| AtomicU64::new(n as u64))
        .collect();
    let mut copy = Vec::new();
    table.batch(
        name,
        series as u64,
        repeat(|| {
            snapshot.start(Duration::ZERO);
            registry.gather_into(&mut snapshot);
            snapshot.series_count()
        }),
        repeat(|| {
            copy.clear();
            copy.extend(bare.iter().map(|word| word.load(Acquire)));
            copy.len()
        }),
    );
}
