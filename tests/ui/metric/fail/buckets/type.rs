//! An expression that is no bounds.

ppc::metric! {
    static LATENCY: Histogram { buckets: String::from("1, 2, 3") }
}

fn main() {}
