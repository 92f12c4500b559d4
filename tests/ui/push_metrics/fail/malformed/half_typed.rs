//! A body and an attribute in the middle of being typed: the macro adds nothing of its own.

use ppc::push_metrics;

#[push_metrics(period =)]
fn attribute() -> u32 {
    5
}

#[push_metrics]
fn body() -> usize {
    let text = String::from("a");
    text.
}

fn main() {
    let _: u32 = attribute();
}
