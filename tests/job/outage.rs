//! A job that says what was read of it and when, for tests of servers that go and come back: every
//! gather is a line of the file `OUTAGE_LOG`, its timestamp in milliseconds and its value.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::{Duration, Instant};

use ppc::{Destination, Push, Snapshot, Source, metric};

use crate::{Ask, announce, unknown};

metric! {
    /// How often it was read.
    static TICKS: Gauge { name: "outage_ticks", labels: [run] }
}

/// The registry of this process, with a line for each gather.
pub(crate) struct Logged {
    log: Mutex<std::fs::File>,
    run: String,
    reads: AtomicU64,
}

impl Logged {
    pub(crate) fn new(run: &str) -> Self {
        let path = env::var_os("OUTAGE_LOG").expect("it says where");
        let log = OpenOptions::new().create(true).append(true).open(path);
        Self {
            log: Mutex::new(log.expect("it can be written")),
            run: run.to_owned(),
            reads: AtomicU64::new(0),
        }
    }
}

impl Source for Logged {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let (time, value) = (
            snapshot.timestamp().as_millis(),
            self.reads.fetch_add(1, SeqCst),
        );
        TICKS.run(&self.run).set(value);
        ppc::registry().gather_into(snapshot);
        let mut log = self.log.lock().expect("nobody panics");
        // In one write, so that a kill leaves no half of a line.
        let line = format!("{time} {value}\n");
        log.write_all(line.as_bytes()).expect("it can be written");
    }
}

/// Pushes as the environment says, for as long as it lasts.
pub(crate) fn run(ask: &Ask, how: &str) -> ExitCode {
    let destination: Destination = ask.address.parse().expect("a URL");
    let mut push = Push::to(destination).source(Logged::new(&ask.run));
    match how {
        "push" => {}
        "states" => push = push.spool_period("100ms"),
        _ => unknown(how),
    }
    let guard = push.start();
    announce();
    let start = Instant::now();
    while start.elapsed() < ask.lasts {
        thread::sleep(Duration::from_millis(5));
    }
    guard.stop();
    for family in ppc::client_metrics().gather().families() {
        let name = family.descriptor().names().family();
        for series in family.series().filter(|_| name == "ppc_dropped") {
            let labels: Vec<_> = series.labels().map(|(_, value)| value.to_owned()).collect();
            if let ppc::Value::Counter(count) = series.value() {
                println!("{name} {} {count}", labels.join(","));
            }
        }
    }
    ExitCode::SUCCESS
}
