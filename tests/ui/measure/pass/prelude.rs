//! Names of the prelude that a user may have taken for something else, and `ppc` by another name.

#![allow(non_camel_case_types, dead_code)]

extern crate ppc as metrics;

use metrics::measure;

mod std {}
mod core {}
mod ppc {}
struct Option;
struct Some;
struct Box;
struct String;
struct bool;
struct Function;
struct Call;
struct Parts;

metrics::metric! {
    /// Events.
    static EVENTS: Counter { labels: [a], crate: metrics }
}

#[measure(crate = metrics)]
fn run() -> u8 {
    5
}

#[measure(calls = EVENTS.a(1), crate = metrics)]
async fn run_async() -> u8 {
    5
}

fn future() -> impl Future<Output = u8> {
    run_async()
}

struct Job;

#[measure(crate = metrics)]
impl Job {
    #[measure(calls = EVENTS.a(2))]
    fn run(&self) -> u8 {
        5
    }

    fn other(&self) {}
}

fn main() {
    Job.other();
    assert_eq!(run() + Job.run(), 10);
    assert_eq!(futures_executor::block_on(future()), 5);
}
