//! A label that is not declared, is set twice, or gets what cannot be a value.

#[derive(Clone, Copy, ppc::LabelValue)]
enum Outcome {
    Ok,
}

ppc::metric! {
    /// Events.
    static EVENTS: Counter { labels: [host = "h", event_type, outcome: Outcome] }
    /// Jobs.
    static JOBS: Counter {}
}

fn main() {
    EVENTS.evnt_type("login");
    EVENTS.host("a").host("b");
    EVENTS.event_type(0.5);
    EVENTS.outcome("ok");
    EVENTS.outcome(Outcome::Ok).set(1);
    JOBS.host("h");
}
