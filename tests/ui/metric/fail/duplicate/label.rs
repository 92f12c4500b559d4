//! Labels declared twice: as methods, or as names on the wire.

ppc::metric! {
    static JOBS: Counter { labels: [host, outcome, host = "h", r#host] }
    static RUNS: Counter { labels: [host, machine as "host"] }
}

fn main() {
    JOBS.host("a").outcome("ok").inc();
    RUNS.host("a").machine("b").inc();
}
