//! Times that are written out are longer than 0, and read as times.

ppc::metric! {
    static ZERO: Summary { quantiles: [0.5], window: 0 }
    static SOON: Summary { quantiles: [0.5], window: "soon", expire: "0s" }
    static NEGATIVE: Gauge { expire: -1 }
    static SWITCH: Gauge { expire: true }
    static FINE: Summary { quantiles: [0.5], window: 90, expire: "1m30s" }
}

fn main() {}
