//! Units: a part of the name, and nothing for kinds that measure nothing.

ppc::metric! {
    static SPEED: Gauge { unit: "m/s" }
    static BUILD: Info { unit: "seconds" }
    static PHASE: StateSet { unit: "phases", states: ["a", "b"] }
}

fn main() {}
