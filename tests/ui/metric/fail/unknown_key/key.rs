//! Unknown keys are answered with what may have been meant, and with what there is.

ppc::metric! {
    static JOBS: Counter { nmae: "jobs", lables: [host], help: "Jobs run." }
    static LATENCY: Histogram { bucket: [1.0], }
}

fn main() {
    JOBS.host("a").inc();
    LATENCY.observe(1);
}
