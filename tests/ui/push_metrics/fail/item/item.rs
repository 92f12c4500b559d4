//! The attribute on what is not a function with a body.

use ppc::push_metrics;

#[push_metrics]
struct Job;

#[push_metrics(period = 5)]
impl Job {
    fn run(&self) {}
}

trait Run {
    #[push_metrics]
    fn run(&self);
}

#[push_metrics]
const fn constant() -> u32 {
    1
}

#[push_metrics]
const ZERO: u32 = 0;

#[push_metrics]
mod jobs {}

fn main() {
    Job.run();
    const ONE: u32 = constant();
    let _ = ONE + ZERO;
}
