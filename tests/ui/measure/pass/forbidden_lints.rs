//! Lints that are forbidden: nothing that is generated tries to allow them again.

#![forbid(
    future_incompatible,
    let_underscore,
    missing_debug_implementations,
    missing_docs,
    nonstandard_style,
    rust_2018_idioms,
    unreachable_pub,
    unsafe_code,
    unused,
    unused_qualifications,
    warnings
)]

use ppc::{measure, metric};

metric! {
    /// How long.
    static SECONDS: Histogram { labels: [service] }
    /// How many.
    static CALLS: Counter {}
    /// How many failed.
    static ERRORS: Counter { labels: [a = 1] }
    /// How many run.
    static BUSY: Gauge {}
}

/// Sync.
#[measure(time = SECONDS.service(text), calls = CALLS, errors = ERRORS, in_progress = BUSY)]
fn sync(_guard: String, text: &str) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

/// Nothing.
#[measure]
async fn nothing(_guard: String) {}

/// Never.
#[measure(cancelled = CALLS)]
async fn never() -> ! {
    std::process::exit(sync(String::new(), "0").map_or(1, |_| 0))
}

/// Future.
#[measure(time = &SECONDS.service("a").handle(), errors = (ERRORS), errors_if = |()| true)]
fn future() -> impl Future<Output = ()> {
    drop(never());
    nothing(String::new())
}

/// A job.
#[derive(Debug)]
pub struct Job(ppc::Gauge);

#[measure]
impl Job {
    /// New.
    fn new() -> Self {
        Self(BUSY.handle())
    }

    /// Runs.
    #[measure(in_progress = self.0)]
    pub async fn run(&mut self) -> &mut Self {
        self
    }
}

#[measure(errors_if = |_| false)]
impl Iterator for Job {
    type Item = ();

    fn next(&mut self) -> Option<()> {
        None
    }
}

/// A body of one line is one that somebody wrote with braces.
#[rustfmt::skip]
#[measure]
fn one_line(text: &str) -> usize { text.len() }

fn main() {
    assert_eq!(one_line("a"), 1);
    assert_eq!(sync(String::new(), "5"), Ok(5));
    futures_executor::block_on(nothing(String::new()));
    futures_executor::block_on(future());
    assert_eq!(futures_executor::block_on(Job::new().run()).next(), None);
}
