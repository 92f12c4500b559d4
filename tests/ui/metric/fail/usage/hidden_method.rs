//! Labels that hide the methods of the same name.

#![deny(unused_must_use)]

ppc::metric! {
    static LOAD: Gauge { labels: [set] }
    static EVENTS: Counter { labels: [inc, outcome] }
}

fn main() {
    LOAD.set("a");
    EVENTS.outcome("ok").inc("b");
    EVENTS.inc("b").outcome("ok");
    LOAD.set("a").handle().set(1);
    EVENTS.inc("b").outcome("ok").handle().inc();
}
