//! `ppc-serve`: a store served, shown and looked after by a process that declares nothing.

mod operating;
mod serving;
mod usage;

use std::path::{Path, PathBuf};

use ppc::{Counter, Gauge, Histogram, Info, Merge, Push, Registry, Sqlite, StateSet, Summary};

use crate::support::receiver::Folder;

/// Where a store is, in a folder of its own.
fn store(folder: &Folder) -> PathBuf {
    folder.path().join("metrics.db")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Writes so many jobs, as a process that ends does.
fn write(to: Sqlite, jobs: u64) {
    let registry = Registry::new();
    let counter = Counter::builder("jobs")
        .help("Jobs run.")
        .label_names(["queue", "site"]);
    let counter = counter.register(&registry).unwrap();
    Push::to(to).registry(&registry).run(|| {
        counter.labels(("a", "north")).unwrap().inc_by(jobs);
        counter.labels(("b", "north")).unwrap().inc_by(1);
    });
}

/// One metric of each kind.
fn write_kinds(to: Sqlite) {
    let registry = Registry::new();
    let heat = Gauge::builder("heat").merge(Merge::Max);
    let heat = heat.register(&registry).unwrap();
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .buckets([2.5, 10.0, 100.0])
        .register(&registry)
        .unwrap();
    let size = Summary::builder("size").register(&registry).unwrap();
    let build = Info::builder("build").register(&registry).unwrap();
    let light = StateSet::builder("light").states(["red", "green"]);
    let light = light.register(&registry).unwrap();
    Push::to(to).registry(&registry).run(|| {
        heat.set(2.5);
        latency.observe(1);
        latency.observe(30);
        size.observe(7);
        build.set([("version", "1.2")]);
        light.set("green");
    });
}
