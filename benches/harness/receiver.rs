//! A receiver of datagrams that only reads them and counts their lines, and the processor time of
//! who sends.

use std::fs;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

/// Reads on a thread of its own for the rest of the process.
pub(crate) struct Receiver {
    pub(crate) address: String,
    lines: Arc<AtomicU64>,
}

/// The name of its thread.
const NAME: &str = "receiver";

/// Nothing comes any more after so long: a stream lingers for less.
const QUIET: Duration = Duration::from_millis(50);

impl Receiver {
    pub(crate) fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port");
        let address = socket.local_addr().expect("it is bound").to_string();
        let lines = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&lines);
        let read = move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(len) = socket.recv(&mut buffer) {
                // The last line of a datagram needs no newline.
                let bytes = buffer[..len].strip_suffix(b"\n").unwrap_or(&buffer[..len]);
                let breaks = memchr::memchr_iter(b'\n', bytes).count() as u64;
                seen.fetch_add(breaks + 1, Relaxed);
            }
        };
        let thread = thread::Builder::new().name(NAME.to_owned());
        thread.spawn(read).expect("there is room for a thread");
        Self { address, lines }
    }

    /// Lines so far.
    pub(crate) fn lines(&self) -> u64 {
        self.lines.load(Relaxed)
    }

    /// Waits until nothing comes any more, and says when the last line came.
    pub(crate) fn settle(&self) -> Instant {
        let mut last = (self.lines(), Instant::now());
        while last.1.elapsed() < QUIET {
            thread::sleep(Duration::from_millis(1));
            let lines = self.lines();
            if lines != last.0 {
                last = (lines, Instant::now());
            }
        }
        last.1
    }
}

/// Processor time so far of all threads but this one and receivers; nothing where the system does
/// not tell.
pub(crate) fn time_of_others() -> Duration {
    let own = fs::read_link("/proc/thread-self").unwrap_or_default();
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten();
    let nanos = tasks.flatten().filter_map(|task| {
        let path = task.path();
        let name = fs::read_to_string(path.join("comm")).ok()?;
        if name.trim() == NAME || path.file_name() == own.file_name() {
            return None;
        }
        let statistics = fs::read_to_string(path.join("schedstat")).ok()?;
        statistics.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
