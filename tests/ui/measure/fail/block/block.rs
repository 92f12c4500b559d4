//! Mistakes within an impl block: each is reported once, and its methods are there.

use ppc::{measure, metric};

metric! {
    static CALLS: Counter {}
}

struct Job;

#[measure]
impl Job {
    #[measure(skipped)]
    fn run(&self) {}

    #[measure(skip, calls = CALLS)]
    fn skipped(&self) {}

    #[measure(calls = CALLS)]
    #[measure(skip)]
    fn twice(&self) {}

    #[measure(calls = CALLS)]
    const fn constant() {}
}

#[measure(skip)]
impl Drop for Job {
    fn drop(&mut self) {}
}

#[measure(cals = CALLS)]
impl Clone for Job {
    fn clone(&self) -> Self {
        Job
    }
}

fn main() {
    Job.run();
    Job.skipped();
    Job.twice();
    Job::constant();
}
