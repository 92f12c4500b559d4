//! A real Prometheus scrapes what several processes have counted together, from `ppc-serve`.

use ppc::{Counter, Histogram, Push, Registry, Sqlite};

use crate::support::ppc_serve::Serving;
use crate::support::receiver::Folder;
use crate::support::scraper::Scraper;

fn write(to: &Sqlite, jobs: u64) {
    let registry = Registry::new();
    let counter = Counter::builder("jobs").register(&registry).unwrap();
    let latency = Histogram::builder("latency")
        .unit("seconds")
        .buckets([0.5, 10.0])
        .register(&registry)
        .unwrap();
    Push::to(to.clone()).registry(&registry).run(|| {
        counter.inc_by(jobs);
        latency.observe(2);
    });
}

#[test]
fn k25_prometheus_scrapes_what_processes_count_together() {
    let folder = Folder::create("scrape-shared");
    let path = folder.path().join("metrics.db");
    let store = Sqlite::new(&path);
    write(&store, 40);
    write(&store, 2);
    let serving = Serving::start(path.to_str().unwrap(), &[]);
    let target = format!(
        "- job_name: shared\n  static_configs: [{{targets: ['{}']}}]\n",
        serving.address()
    );
    let scraper = Scraper::start(&target);
    for (query, value) in [
        ("jobs_total", 42.0),
        ("latency_seconds_sum", 4.0),
        ("latency_seconds_bucket{le=\"10.0\"}", 2.0),
        ("ppc_store_up", 1.0),
        ("up{job=\"shared\"}", 1.0),
    ] {
        scraper.wait_for(query, value);
    }
    write(&store, 8);
    scraper.wait_for("jobs_total", 50.0);
}
