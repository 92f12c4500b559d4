//! Labels that are not written as labels are.

ppc::metric! {
    static A: Counter { labels: ["host", type, 5, self, _] }
    static B: Counter { labels: [host as machine, outcome = , a b] }
    static C: Counter { labels: host }
    static D: Counter { labels }
}

fn main() {}
