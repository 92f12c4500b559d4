//! A type that has no fixed set of values.

struct Phase;

ppc::metric! {
    static PHASE: StateSet { states: Phase }
}

fn main() {}
