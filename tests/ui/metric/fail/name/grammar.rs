//! Names that no receiver would take: each message points at the part that brings the fault in.

ppc::metric! {
    pub static DASH: Counter { name: "acme-jobs" }
    pub static SPACE: Counter { namespace: "acme jobs", name: "runs" }
    pub static DIGIT: Gauge { subsystem: "2nd", name: "queue" }
    pub static RESERVED: Gauge { name: "__queue" }
    pub static EMPTY: Gauge { name: "" }
    pub static GRÖSSE: Gauge {}
    pub static FORMATTED: Gauge { name: concat!("a", "b") }
}

fn main() {
    // The statics can be used for all that: no further errors.
    DASH.inc();
    GRÖSSE.set(1);
    FORMATTED.set(2);
}
