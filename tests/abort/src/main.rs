//! A job that panics where panics abort, for `cargo xtask test --only abort`: `abort ADDRESS WAY`.
//!
//! It is built with `--profile abort`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{panic, process, thread};

use ppc::{Gauge, InfluxUdp, Push, Registry, Snapshot, Source};

/// The value that is pushed at the end alone.
const LAST: u32 = 42;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, way] = &arguments[..] else {
        eprintln!("usage: abort ADDRESS WAY; found {arguments:?}");
        return ExitCode::from(64);
    };
    let registry = Registry::new();
    let gauge = Gauge::builder("a_level").register(&registry);
    let gauge = gauge.expect("a valid metric");
    gauge.set(1);
    let push = Push::to(InfluxUdp::new(address))
        .period(if way.ends_with("-pushing") {
            0.05
        } else {
            3600.0
        })
        .job("abort")
        .signals(way.starts_with("signals"));
    let source = Panics {
        registry,
        armed: Arc::default(),
    };
    let armed = Arc::clone(&source.armed);
    let stay = || {
        thread::sleep(Duration::from_mins(1));
        process::exit(99);
    };
    push.source(source).run(|| {
        // The first push is another one than the last, which is to come once.
        while !has_pushed() {
            thread::sleep(Duration::from_millis(1));
        }
        gauge.set(LAST);
        match &**way {
            "hook" | "signals" => panic!("as asked"),
            "hook-elsewhere" | "signals-elsewhere" => {
                thread::spawn(|| panic!("as asked"));
                stay();
            }
            "hook-pushing" | "signals-pushing" => {
                armed.store(true, Ordering::Release);
                stay();
            }
            // An application's own hook, which calls the one that it found.
            "hook-chained" => {
                let found = panic::take_hook();
                panic::set_hook(Box::new(move |panic| {
                    eprintln!("the application's hook");
                    found(panic);
                }));
                panic!("as asked");
            }
            // One that it has put in place of all others: only a handler sees the end then.
            "signals-replaced" => {
                panic::set_hook(Box::new(|_| eprintln!("the application's hook")));
                panic!("as asked");
            }
            "hook-exits" => {
                panic::set_hook(Box::new(|_| process::exit(7)));
                panic!("as asked");
            }
            other => {
                eprintln!("no such way: {other}");
                process::exit(64);
            }
        }
    });
    ExitCode::from(98)
}

/// Whether a push is over.
fn has_pushed() -> bool {
    let snapshot = ppc::client_metrics().gather();
    let mut families = snapshot.families();
    families.any(|family| {
        family.descriptor().names().family() == "ppc_pushes" && family.series().next().is_some()
    })
}

/// Panics once on the thread that pushes, when that is asked for.
#[derive(Clone)]
struct Panics {
    registry: Registry,
    armed: Arc<AtomicBool>,
}

impl Source for Panics {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        assert!(!self.armed.swap(false, Ordering::AcqRel), "as asked");
        self.registry.gather_into(snapshot);
    }
}
