//! Unknown keys are answered with what may have been meant, and with what there is.

use ppc::{measure, metric};

metric! {
    static CALLS: Counter {}
}

#[measure(call = CALLS, error = CALLS, timer = CALLS)]
fn run() {}

#[measure(canceled = CALLS, labels(a = 1))]
async fn other() {}

#[measure(er)]
async fn half_typed() {}

fn main() {
    run();
    drop(other());
    drop(half_typed());
}
