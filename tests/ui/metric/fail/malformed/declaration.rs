//! Declarations that are not written as declarations are; those around them still stand.

ppc::metric! {
    static BEFORE: Counter {}
    pub A: Counter {}
    static B {}
    static C: Counter;
    static D: Counter { name "d" }
    static E: Counter { name = "e" }
    static F: Counter { name: }
    static G: Counter { eager: true, unit }
    static H: Counter { crate: "ppc" }
    static AFTER: Counter {}
}

fn main() {
    BEFORE.inc();
    AFTER.inc();
}
