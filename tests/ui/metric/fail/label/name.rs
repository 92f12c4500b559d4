//! Names that a label cannot have.

ppc::metric! {
    static DASH: Counter { labels: [host as "my-host", größe] }
    static RESERVED: Counter { labels: [__name__, le, quantile] }
    static LATENCY: Histogram { labels: [le] }
    static SIZE: Summary { labels: [q as "quantile"] }
    static PHASE: StateSet { namespace: "acme", states: ["a"], labels: [acme_phase] }
    static METHODS: Gauge { labels: [handle, with, labels] }
    static MANAGED: Counter { labels: [remove, clear as "cleared", family] }
}

fn main() {}
