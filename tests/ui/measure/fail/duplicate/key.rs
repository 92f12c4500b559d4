//! A key that is given twice.

use ppc::{measure, metric};

metric! {
    static CALLS: Counter {}
}

#[measure(calls = CALLS, errors = CALLS, calls = CALLS)]
fn run() {}

fn main() {
    run();
}
