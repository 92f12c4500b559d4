//! Labels that every series is to have.

use ppc::push_metrics;

#[push_metrics(labels(__name__ = "a", "my-host" = "b", le = "c", 5 = "d", e, f =))]
fn run() {}

fn main() {}
