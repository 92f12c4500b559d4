//! Quantiles that are written out rise from 0 to 1.

ppc::metric! {
    static EQUAL: Summary { quantiles: [0.5, 0.5] }
    static FALLING: Summary { quantiles: [0.9, 0.5, 0.99] }
    static NEGATIVE: Summary { quantiles: [-0.5, 1.0000001] }
    static PERCENT: Summary { quantiles: [50, 99, 100] }
    static NAN: Summary { quantiles: [f64::NAN, 0.5, f64::INFINITY] }
    static TEXT: Summary { quantiles: ["0.5", 0.9] }
    static NUMBER: Summary { quantiles: 0.5 }
    static FINE: Summary { quantiles: [0, 0.5, 1] }
    static NONE: Summary { quantiles: [] }
}

fn main() {}
