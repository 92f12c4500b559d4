//! A required label that is not set, for every way to record.

ppc::metric! {
    /// Events.
    static EVENTS: Counter { labels: [host = "h", event_type, outcome] }
    /// Seconds.
    static LATENCY: Histogram { labels: [service] }
}

fn main() {
    EVENTS.inc();
    EVENTS.event_type("login").inc_by(2);
    EVENTS.host("h").outcome("ok").handle();
    LATENCY.observe(0.5);
    let _timer = LATENCY.start_timer();
}
