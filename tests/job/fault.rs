//! A job of known work for the matrix of faults: it says what its work gave and how long that took, and
//! at its end how much memory it had and what was counted as lost. What it read is in `OUTAGE_LOG`.

use std::env;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Destination, Push, metric};

use crate::outage::Logged;
use crate::{Ask, announce, exhausted, faulty, known, unknown};

metric! {
    /// Steps of the work.
    static STEPS: Counter { name: "fault_steps", labels: [run] }
}

/// What is taken away from the process in the middle of its work.
#[derive(Clone, Copy)]
enum Lack {
    Nothing,
    Descriptors,
    Threads,
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let (lack, is_for_good) = match how {
        "none" => (Lack::Nothing, false),
        "descriptors" => (Lack::Descriptors, false),
        "descriptors_for_good" => (Lack::Descriptors, true),
        "threads" => (Lack::Threads, false),
        "threads_for_good" => (Lack::Threads, true),
        _ => unknown(how),
    };
    let destination: Destination = ask.address.parse().expect("a URL");
    // Later there may be no descriptor for it.
    let status = File::open("/proc/self/status").expect("Linux has it");
    let push = Push::to(destination)
        .source(Logged::new(&ask.run))
        .signals(true);
    STEPS.run(&ask.run).inc_by(0);
    announce();
    push.run(|| {
        // What was opened for the first push is there when the rest is taken.
        if !matches!(lack, Lack::Nothing) && env::var("PPC_PUSH").as_deref() != Ok("off") {
            known::wait_until(known::is_pushed);
        }
        let start = Instant::now();
        let result = work(ask, lack, is_for_good);
        // The test takes the time from this line on.
        println!("done {result:016x} {}", start.elapsed().as_micros());
    });
    if env::var_os("FAULT_COUNTS").is_some() {
        // What is given up is counted a moment later than the job goes on.
        known::wait_until(|| !crate::matrix::is_pushing());
        faulty::print_counters();
    }
    println!("memory {}", most_memory(status));
    let _ = std::io::stdout().flush();
    ExitCode::SUCCESS
}

/// Steps of which each needs the one before, with pauses as of who waits for others.
fn work(ask: &Ask, lack: Lack, is_for_good: bool) -> u64 {
    const STEP: Duration = Duration::from_millis(2);
    let steps = ask.lasts.as_millis() / STEP.as_millis();
    let mut taken = None;
    println!("steps {steps}");
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for step in 0..steps {
        for byte in 0..1000_u64 {
            hash = (hash ^ byte).wrapping_mul(0x0100_0000_01b3);
        }
        STEPS.run(&ask.run).inc();
        thread::sleep(STEP);
        if step == steps / 4 {
            taken = Some(match lack {
                Lack::Nothing => Taken::Nothing,
                Lack::Descriptors => {
                    exhausted::limit("nofile", "64");
                    Taken::Descriptors(exhausted::descriptors())
                }
                Lack::Threads => Taken::Memory(exhausted::memory()),
            });
        }
        if step == steps / 2 && !is_for_good {
            taken = None;
        }
    }
    if let Some(taken) = taken {
        std::mem::forget(taken);
    }
    hash
}

/// What stands in others' way while it is held.
#[expect(dead_code, reason = "it is held, not read")]
enum Taken {
    Nothing,
    Descriptors(Vec<File>),
    Memory(Vec<Vec<u8>>),
}

/// In KiB.
fn most_memory(mut file: File) -> u64 {
    let mut status = String::new();
    file.read_to_string(&mut status).expect("it is text");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("a number of kilobytes")
}
