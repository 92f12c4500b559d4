//! A job with known content that ends in every way a job can, for the tests that start it as a
//! real process: `job ADDRESS RUN ENDING [SECONDS]`.
//!
//! Whatever the ending, the same values are recorded before it.

mod asynchronous;
#[path = "../support/awkward.rs"]
mod awkward;
mod counting;
mod exhausted;
mod fault;
mod faulty;
mod known;
mod matrix;
mod nested;
mod outage;
mod repeated;
mod served;
mod soak;
mod streamed;
mod sudden;
mod synchronous;

use std::process::ExitCode;
use std::time::Duration;

/// What the tests ask for, kept where every ending finds it.
#[derive(Clone, Debug)]
struct Ask {
    /// Where to push.
    address: String,
    /// The label that tells this process's series from others'.
    run: String,
    /// How long the job runs before it ends.
    lasts: Duration,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, run, ending, seconds) = match &arguments[..] {
        [address, run, ending] => (address, run, ending, 0.05),
        [address, run, ending, seconds] => (
            address,
            run,
            ending,
            seconds.parse().expect("a number of seconds"),
        ),
        _ => {
            eprintln!("usage: job ADDRESS RUN ENDING [SECONDS]; found {arguments:?}");
            return ExitCode::from(64);
        }
    };
    let lasts = Duration::from_secs_f64(seconds);
    let ask = Ask {
        address: address.clone(),
        run: run.clone(),
        lasts,
    };
    match ending.split_once('-') {
        Some(("sync", ending)) => synchronous::end(&ask, ending),
        Some(("async" | "task", _)) => asynchronous::end(&ask, ending),
        Some(("repeated", how)) => repeated::run(&ask, how),
        Some(("counting", share)) => counting::run(&ask, share),
        Some(("fault", how)) => fault::run(&ask, how),
        Some(("faulty", how)) => faulty::run(&ask, how),
        Some(("streamed", how)) => streamed::run(&ask, how),
        Some(("served", how)) => served::run(&ask, how),
        Some(("exhausted", how)) => exhausted::run(&ask, how),
        Some(("nested", how)) => nested::run(&ask, how),
        Some(("sudden", how)) => sudden::run(&ask, how),
        Some(("matrix", how)) => matrix::run(&ask, how),
        Some(("outage", how)) => outage::run(&ask, how),
        None if ending == "soak" => soak::run(&ask),
        _ => unknown(ending),
    }
}

fn unknown(ending: &str) -> ! {
    eprintln!("no such ending: {ending}");
    std::process::exit(64)
}

/// Tells the test that the job runs, so that it may send a signal.
fn announce() {
    println!("running");
}
