//! Keys that belong to another kind.

ppc::metric! {
    static JOBS: Counter { buckets: [1.0, 2.0] }
    static QUEUE: Gauge { states: ["a", "b"] }
    static PHASE: StateSet {}
}

fn main() {
    PHASE.set("a");
}
