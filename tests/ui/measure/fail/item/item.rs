//! The attribute on what is neither a function with a body nor an impl block.

use ppc::measure;

#[measure]
struct Job;

#[measure]
trait Run {
    #[measure]
    fn run(&self);
}

#[measure]
const fn constant() -> u32 {
    1
}

#[measure]
const ZERO: u32 = 0;

#[measure]
mod jobs {}

fn main() {
    let _ = Job;
    const ONE: u32 = constant();
    let _ = ONE + ZERO;
}
