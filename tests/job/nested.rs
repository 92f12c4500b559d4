//! Annotated functions that call each other: two with the same settings, and one of its own.

use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use ppc::push_metrics;

use crate::{Ask, announce, known, unknown};

type Ending = fn() -> Result<(), ()>;

#[push_metrics(influx_udp = ask.address, period = 30, labels(run = ask.run), signals)]
fn outer(ask: &Ask, ending: Ending) -> Result<(), ()> {
    known::record();
    same(ask, ending)
}

/// It shares the client of the one that calls it.
#[push_metrics(influx_udp = ask.address, period = 30, labels(run = ask.run), signals)]
fn same(ask: &Ask, ending: Ending) -> Result<(), ()> {
    inner(ask, ending)
}

/// It has a client of its own, by its label.
#[push_metrics(
    influx_udp = ask.address, period = 30, labels(run = format!("{}-inner", ask.run)), signals,
)]
fn inner(ask: &Ask, ending: Ending) -> Result<(), ()> {
    thread::sleep(ask.lasts);
    known::wait_until(|| known::pushes() > 1.0);
    known::record_last();
    announce();
    ending()
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let ending: Ending = match how {
        "return" => || Ok(()),
        "error" => || Err(()),
        "panic" => || panic!("as asked"),
        "exit" => || process::exit(7),
        "abort" => || process::abort(),
        "signal" => || {
            thread::sleep(Duration::from_mins(1));
            process::exit(99);
        },
        other => unknown(other),
    };
    ExitCode::from(outer(ask, ending).map_or(3, |()| 0))
}
