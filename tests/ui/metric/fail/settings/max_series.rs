//! A number of series is a whole number above 0, and of a metric with labels.

ppc::metric! {
    static NONE: Counter { labels: [a], max_series: 0 }
    static HALF: Counter { labels: [a], max_series: 1.5 }
    static NEGATIVE: Counter { labels: [a], max_series: -1 }
    static MANY: Counter { labels: [a], max_series: "many" }
    static PLAIN: Counter { max_series: 10 }
    static FINE: Counter { labels: [a], max_series: 10 }
}

fn main() {
    NONE.a(1).inc();
    PLAIN.inc();
}
