//! Keys without a value, in the wrong form, and no keys at all.

use ppc::measure;

#[measure(time, calls =, errors("a"), skip = true)]
fn run() {}

#[measure(calls: CALLS)]
fn colon() {}

#[measure(5, "time")]
fn no_key() {}

fn main() {
    run();
    colon();
    no_key();
}
