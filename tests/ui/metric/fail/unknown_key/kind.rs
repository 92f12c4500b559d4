//! Unknown kinds, likewise.

ppc::metric! {
    static JOBS: Conter {}
    static LATENCY: ppc::Histgram {}
    static PHASE: Enum { states: ["a", "b"] }
}

fn main() {
    JOBS.inc();
    LATENCY.observe(1);
    PHASE.set("a");
}
