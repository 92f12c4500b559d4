//! A name that cannot be that of the label that tells the states.

ppc::metric! {
    /// A set of states.
    static PHASE: StateSet { name: "acme:phase", states: ["starting", "running"] }
    /// Nobody else is told by such a label.
    static TEMPERATURE: Gauge { name: "acme:temperature" }
}

fn main() {}
