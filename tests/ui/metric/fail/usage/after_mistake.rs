//! What depends on a mistake is no further mistake: one message for each here.

ppc::metric! {
    /// A misspelt key is taken as meant.
    static JOBS: Counter { lables: [host, outcome = "ok"] }
    /// A label that cannot be read to its end keeps its method.
    static RUNS: Counter { labels: [host as machine, outcome = "ok"] }
    /// A misspelt kind as well.
    static LATENCY: Histgram { labels: [service] }
    /// An invalid name has its methods.
    static QUEUE: Gauge { name: "my queue", labels: [le = "a", shard: u8 = 1] }
}

fn main() {
    JOBS.host("h").inc();
    RUNS.inc();
    LATENCY.service("db").observe(1);
    QUEUE.shard(2).le("b").set(2);
}
