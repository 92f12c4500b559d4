//! A predicate that takes something else, or says something else.

use ppc::{measure, metric};

metric! {
    static ERRORS: Counter {}
}

#[measure(errors = ERRORS, errors_if = |result: &u32| *result > 5)]
fn run() -> Result<u32, String> {
    Ok(5)
}

#[measure(errors_if = |value| value + 1)]
fn number() -> u32 {
    5
}

fn main() {
    let _ = run();
    number();
}
