//! Jobs that have nothing left: no descriptors, or no memory for another thread's stack.

use std::fs::{self, File};
use std::process::{Command, ExitCode};
use std::thread;

use ppc::push_metrics;

use crate::{Ask, announce, known, unknown};

/// The annotated job, around something that it does before and after its last change.
#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run),
    flush_timeout = 5, signals,
)]
fn job(ask: &Ask, before: impl FnOnce(), after: impl FnOnce()) {
    known::record();
    thread::sleep(ask.lasts);
    before();
    known::record_last();
    after();
    announce();
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let pushed = || known::wait_until(known::is_pushed);
    match how {
        // Nobody can push before they are there again.
        "descriptors_until_the_end" => {
            limit("nofile", "64");
            let all = descriptors();
            job(ask, || {}, || drop(all));
        }
        // As are signals.
        "descriptors_until_a_signal" => {
            limit("nofile", "64");
            let all = descriptors();
            let stay = || thread::sleep(std::time::Duration::from_mins(1));
            let free = || {
                drop(all);
                announce();
                stay();
            };
            job(ask, || {}, free);
        }
        // What was opened for the first push serves for the last one, too.
        "descriptors_once_it_runs" => {
            limit("nofile", "64");
            let mut all = Vec::new();
            job(ask, pushed, || all = descriptors());
        }
        "descriptors_throughout" => {
            limit("nofile", "64");
            let all = descriptors();
            job(ask, || {}, || {});
            drop(all);
        }
        "threads_throughout" => {
            let all = memory();
            job(ask, || {}, || {});
            drop(all);
        }
        "threads_once_it_runs" => {
            let mut all = Vec::new();
            job(ask, pushed, || all = memory());
        }
        "threads_at_the_end_of_a_future" => {
            let all = memory();
            futures_executor::block_on(future(ask));
            drop(all);
        }
        "threads_at_exit" => job(ask, pushed, || {
            std::mem::forget(memory());
            std::process::exit(7);
        }),
        "threads_at_abort" => job(ask, pushed, || {
            std::mem::forget(memory());
            std::process::abort();
        }),
        other => unknown(other),
    }
    ExitCode::SUCCESS
}

#[push_metrics(
    influx_udp = ask.address, period = 30, job = "known", labels(run = ask.run), flush_timeout = 5,
)]
async fn future(ask: &Ask) {
    known::record();
    known::record_last();
}

/// All descriptors that are left.
pub(crate) fn descriptors() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

/// All address space that is left, but for what the heap needs to go on.
pub(crate) fn memory() -> Vec<Vec<u8>> {
    const MEBIBYTE: usize = 1 << 20;
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let size = size.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    let size = size.expect("a number of kilobytes") * 1024;
    limit("as", &(size + 32 * MEBIBYTE).to_string());
    let block = || {
        let mut block = Vec::new();
        block.try_reserve_exact(MEBIBYTE).ok()?;
        Some(block)
    };
    let mut all: Vec<Vec<u8>> = std::iter::from_fn(block).collect();
    all.pop();
    // The stacks of threads that have ended are kept for others.
    let park = || {
        loop {
            thread::park();
        }
    };
    while thread::Builder::new().spawn(park).is_ok() {}
    all
}

/// Lowers a limit of this process.
pub(crate) fn limit(what: &str, to: &str) {
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={}", std::process::id()));
    let status = command.arg(format!("--{what}={to}")).status();
    assert!(status.expect("prlimit runs").success(), "{what}={to}");
}
