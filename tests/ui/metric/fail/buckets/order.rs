//! Bounds that are written out rise, and only the last may be infinite.

ppc::metric! {
    static EQUAL: Histogram { buckets: [1.0, 1.0] }
    static FALLING: Histogram { buckets: [-1, -2.5, 3] }
    static INFINITE: Histogram { buckets: [1.0, f64::INFINITY, 2.0] }
    static NAN: Histogram { buckets: [f64::NAN, 1.0, -f64::INFINITY] }
    static TEXT: Histogram { buckets: ["1", 2.0] }
    static NUMBER: Histogram { buckets: 5 }
    static FINE: Histogram { buckets: [-1, 0, 2.5, f64::INFINITY] }
}

fn main() {}
