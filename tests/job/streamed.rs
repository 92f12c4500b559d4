//! Jobs that stream every change: to receivers that do not keep up, with ends that only a process
//! has. They say what was counted, and what memory they took.

use std::fs;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use ppc::{Counter, Destination, Gauge, Histogram, Push, Registry};

use crate::faulty::print_counters;
use crate::{Ask, announce, unknown};

/// Changes of a flood: more than a stream has memory for.
const FLOOD: usize = 1_500_000;

/// Threads that make them.
const THREADS: usize = 2;

struct Metrics {
    registry: Registry,
    jobs: Counter,
    level: Gauge,
}

impl Metrics {
    fn new() -> Self {
        let registry = Registry::new();
        let jobs = Counter::builder("jobs").register(&registry);
        let level = Gauge::builder("a_level").register(&registry);
        Self {
            jobs: jobs.expect("a valid metric"),
            level: level.expect("a valid metric"),
            registry,
        }
    }
}

fn push(ask: &Ask, registry: &Registry) -> Push {
    let mut push = Push::new().registry(registry).stream(true);
    if ask.address != "-" {
        let destination = ask.address.parse::<Destination>();
        push = push.and_to(destination.unwrap_or_else(|error| panic!("{error}")));
    }
    if ask.run.is_empty() {
        push
    } else {
        push.full(&*ask.run)
    }
}

/// Does the same on each thread, `FLOOD` times in all.
fn flood(times: usize, record: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..times / THREADS).for_each(&record));
        }
    });
}

pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let metrics = Metrics::new();
    let Metrics {
        registry,
        jobs,
        level,
    } = &metrics;
    let start = Instant::now();
    match how {
        // Nothing but observations: none of them is told by what is gathered.
        "observations" => {
            let registry = Registry::new();
            let sizes = Histogram::builder("sizes").register(&registry);
            let sizes = sizes.expect("a valid metric");
            push(ask, &registry).run(|| {
                flood(FLOOD, |_| sizes.observe(1));
                println!("recorded {}", start.elapsed().as_millis());
                announce();
                thread::sleep(ask.lasts);
            });
        }
        "counters" => {
            push(ask, registry).run(|| {
                flood(FLOOD, |_| jobs.inc());
                println!("recorded {}", start.elapsed().as_millis());
                announce();
                thread::sleep(ask.lasts);
                // What came after the flood is there as well.
                jobs.inc();
                level.set(7);
            });
        }
        // As much as there is memory for, in a while.
        "burst" => {
            push(ask, registry).run(|| {
                for _ in 0..10 {
                    flood(FLOOD / 50, |_| jobs.inc());
                    thread::sleep(ask.lasts);
                }
                announce();
            });
        }
        "exit" => {
            push(ask, registry).run(|| {
                (0..1000).for_each(|_| jobs.inc());
                std::process::exit(7);
            });
        }
        "signal" => {
            push(ask, registry).signals(true).run(|| {
                (0..1000).for_each(|_| jobs.inc());
                announce();
                thread::sleep(std::time::Duration::from_mins(1));
            });
        }
        "plain" => {
            announce();
            push(ask, registry).run(|| {
                (0..1000).for_each(|_| jobs.inc());
                thread::sleep(ask.lasts);
            });
        }
        other => unknown(other),
    }
    println!("all {}", start.elapsed().as_millis());
    println!("memory {}", most_memory());
    print_counters();
    ExitCode::SUCCESS
}

/// The most memory that the process has had, in kilobytes.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("a number of kilobytes")
}
