//! Metrics of a kind that cannot record it, what is no metric, and a label that is missing.

use ppc::{Histogram, measure, metric};

metric! {
    static CALLS: Counter {}
    static SECONDS: Histogram { labels: [service] }
    static TOTAL: Summary {}
}

#[measure(time = CALLS)]
fn counter() {}

#[measure(calls = SECONDS.service("a"), errors = TOTAL)]
fn counted() {}

#[measure(in_progress = CALLS)]
async fn gauge() {}

#[measure(time = SECONDS)]
fn label() {}

#[measure(time = name)]
fn text(name: String) {}

#[measure(time = seconds)]
fn family(seconds: Result<Histogram, String>) {}

fn main() {
    counter();
    counted();
    drop(gauge());
    label();
    text(String::new());
    family(Err(String::new()));
}
