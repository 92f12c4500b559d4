//! The attribute hides no warning of the body; arguments are held to its end, and so are used.

#![deny(unused)]

use ppc::push_metrics;

#[push_metrics]
fn run(unused_argument: u32) {
    let unused_local = 5;
}

#[push_metrics]
async fn run_async(unused_argument: u32, mut not_changed: u32) {
    let _ = not_changed;
}

fn main() {
    run(1);
    drop(run_async(1, 2));
}
