//! How values merge is one of a few words, or a `Merge`.

ppc::metric! {
    static WRONG: Gauge { merge: "summ" }
    static STRANGE: Gauge { merge: "median", labels: [a] }
    static NUMBER: Gauge { merge: 1 }
    static BARE: Gauge { merge }
    static SWITCH: Gauge { live: true }
    static TWICE: Gauge { live, live }
    static FINE: Gauge { merge: ppc::Merge::Sum, live }
}

fn main() {
    WRONG.set(1);
    STRANGE.a(1).set(1);
}
