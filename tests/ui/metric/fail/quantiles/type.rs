//! An expression that is no quantiles.

ppc::metric! {
    static LATENCY: Summary { quantiles: String::from("0.5, 0.9") }
}

fn main() {}
