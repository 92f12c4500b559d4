//! A job of many that count together in one shared store, `ADDRESS` being its URL, and are ended and
//! started again until each has done its share.
//!
//! How far it is stands in the file `COUNTING_PROGRESS`: a number for each thread, written after every
//! recording, and behind them one for each that is parked.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::thread;

use ppc::{Destination, Push, Snapshot, Source, metric};

use crate::{Ask, announce, unknown};

metric! {
    /// What was counted.
    static COUNTED: Counter { labels: [series: u64] }

    /// What was observed.
    static OBSERVED: Histogram { labels: [series: u64], buckets: [0.5, 1.0, 2.5] }
}

const THREADS: usize = 4;
const SERIES: u64 = 50;

/// What each thread has recorded.
static DONE: [AtomicU64; THREADS] = [const { AtomicU64::new(0) }; THREADS];

/// The registry of this process, with a line for each gather of how much was recorded before it and
/// how much after it.
struct Logged(Mutex<File>);

impl Source for Logged {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mut log = self.0.lock().expect("nobody panics");
        let before = done();
        ppc::registry().gather_into(snapshot);
        writeln!(log, "{before} {}", done()).expect("the log can be written");
    }
}

fn done() -> u64 {
    DONE.iter().map(|done| done.load(SeqCst)).sum()
}

fn number_at(file: &File, place: usize) -> u64 {
    let mut bytes = [0; 8];
    file.read_exact_at(&mut bytes, place as u64 * 8)
        .map_or(0, |()| u64::from_ne_bytes(bytes))
}

fn set_number(file: &File, place: usize, number: u64) {
    let written = file.write_all_at(&number.to_ne_bytes(), place as u64 * 8);
    written.expect("the progress can be written");
}

/// Records until the share is done, or everybody is to stop where they are.
fn count(thread: usize, share: u64, progress: &File, pause: &Path) {
    let before = number_at(progress, thread);
    for number in before..share {
        if number % 256 == 0 && pause.exists() {
            set_number(progress, THREADS + thread, 1);
            loop {
                thread::park();
            }
        }
        let series = number % SERIES;
        COUNTED.series(series).inc();
        OBSERVED.series(series).observe((number % 16) as f64 * 0.25);
        DONE[thread].fetch_add(1, SeqCst);
        set_number(progress, thread, number + 1);
    }
}

/// `share` recordings a thread, of which there are four.
pub(crate) fn run(ask: &Ask, share: &str) -> ExitCode {
    let Ok(share) = share.parse() else {
        unknown(share)
    };
    let path = PathBuf::from(env::var_os("COUNTING_PROGRESS").expect("it says where"));
    let open = |path: &Path| {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
    };
    let progress = Arc::new(open(&path).expect("it can be written"));
    let log = File::create(path.with_extension(&ask.run)).expect("it can be written");
    let destination: Destination = ask.address.parse().expect("a URL");
    let mut push = Push::to(destination)
        .source(Logged(Mutex::new(log)))
        .period(ask.lasts)
        .flush_timeout(30)
        .signals(true);
    if env::var_os("COUNTING_RUNS").is_some() {
        push = push.label("run", &*ask.run);
    }
    let guard = push.start();
    announce();
    let pause = path.with_extension("pause");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (progress, pause) = (Arc::clone(&progress), &pause);
            scope.spawn(move || count(thread, share, &progress, pause));
        }
    });
    guard.stop();
    ExitCode::SUCCESS
}
