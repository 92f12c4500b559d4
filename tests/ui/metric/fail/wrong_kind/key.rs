//! Keys that belong to another kind.

ppc::metric! {
    static JOBS: Counter { buckets: [1.0, 2.0] }
    static QUEUE: Gauge { states: ["a", "b"] }
    static PHASE: StateSet {}
    static LATENCY: Histogram { quantiles: [0.5, 0.9] }
    static RUNS: Counter { window: "10m" }
    static SIZE: Summary { window: "10m" }
    static TASKS: Counter { merge: "sum" }
    static SLOW: Histogram { live }
}

fn main() {
    PHASE.set("a");
}
