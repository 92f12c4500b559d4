//! An eager metric has to know every series.

ppc::metric! {
    static JOBS: Counter { eager, labels: [host = "h", outcome, queue] }
    static RUNS: Counter { eager, labels: [user: String] }
}

fn main() {
    JOBS.outcome("ok").queue(1).inc();
}
