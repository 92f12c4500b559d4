//! Only enums of plain variants have a fixed set of texts.

use ppc::LabelValue;

#[derive(LabelValue)]
struct Host(String);

#[derive(LabelValue)]
union Word {
    a: u8,
}

#[derive(Clone, Copy, LabelValue)]
enum Nothing {}

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    Code(u16),
    Named { code: u16 },
}

ppc::metric! {
    static EVENTS: Counter { labels: [host: Host, outcome: Outcome] }
}

fn main() {
    EVENTS
        .host(Host(String::new()))
        .outcome(Outcome::Code(1))
        .inc();
}
