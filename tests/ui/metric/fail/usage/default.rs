//! Defaults have the type of their label, or can be the value of one.

#[derive(Clone, Copy, ppc::LabelValue)]
enum Outcome {
    Ok,
}

ppc::metric! {
    static EVENTS: Counter { labels: [outcome: Outcome = "ok", load = 0.5] }
}

fn main() {
    EVENTS.outcome(Outcome::Ok).inc();
}
