//! Jobs that are called again and again: nothing of a call stays behind. Prints the counts before
//! and after as `threads descriptors kilobytes`.

use std::fs;
use std::process::ExitCode;
use std::thread;

use ppc::{metric, push_metrics};

use crate::{Ask, announce, unknown};

metric! {
    /// Calls.
    static CALLS: Counter { name: "repeated_calls" }
}

#[push_metrics(influx_udp = ask.address, period = 0.01, job = "repeated", labels(run = ask.run))]
fn job(ask: &Ask, depth: u32) -> u32 {
    CALLS.inc();
    if depth == 0 {
        0
    } else {
        job(ask, depth - 1) + 1
    }
}

#[push_metrics(influx_udp = ask.address, period = 0.01, job = "repeated", labels(run = ask.run), task)]
async fn task(ask: &Ask) {
    CALLS.inc();
}

#[push_metrics(influx_udp = ask.address, job = "repeated", labels(run = ask.run), stream)]
fn streamed(ask: &Ask) {
    CALLS.inc();
}

/// Each with a client of its own.
#[push_metrics(influx_udp = ask.address, labels(run = ask.run, n = n))]
fn apart(ask: &Ask, n: u32) {
    CALLS.inc();
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    announce();
    let call: &dyn Fn() = match how {
        "in_a_row" => &|| (0..100).for_each(|_| assert_eq!(job(ask, 0), 0)),
        "streamed" => &|| (0..100).for_each(|_| streamed(ask)),
        "recursively" => &|| (0..10).for_each(|_| assert_eq!(job(ask, 9), 9)),
        "at_once" => &|| {
            thread::scope(|scope| (0..100).for_each(|_| drop(scope.spawn(|| job(ask, 0)))));
        },
        "apart" => &|| {
            thread::scope(|scope| (0..100).for_each(|n| drop(scope.spawn(move || apart(ask, n)))));
        },
        "as_tasks" => &|| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                for _ in 0..100 {
                    task(ask).await;
                }
            });
        },
        other => unknown(other),
    };
    // The first calls bring what stays: the allocator's arenas, the metrics themselves.
    (0..2).for_each(|_| call());
    let before = resources();
    (0..8).for_each(|_| call());
    let after = resources();
    println!("{before}\n{after}");
    ExitCode::SUCCESS
}

/// Once the threads that have ended are gone from the system's list as well.
fn resources() -> String {
    thread::sleep(std::time::Duration::from_millis(200));
    let count = |folder| fs::read_dir(folder).expect("Linux has it").count();
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = memory
        .and_then(|line| line.split_whitespace().next())
        .unwrap_or("0");
    format!(
        "{} {} {kilobytes}",
        count("/proc/self/task"),
        count("/proc/self/fd")
    )
}
