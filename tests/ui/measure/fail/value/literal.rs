//! Literals where metrics belong, and where a function does.

use ppc::{measure, metric};

metric! {
    static CALLS: Counter {}
}

#[measure(time = "request_seconds", calls = 1, in_progress = true)]
fn run() {}

#[measure(errors = |result| result.is_err())]
fn closure() {}

#[measure(errors = CALLS, errors_if = "true")]
fn errors_if() {}

#[measure(crate = 5)]
fn path() {}

fn main() {
    run();
    closure();
    errors_if();
    path();
}
