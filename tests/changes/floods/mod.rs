//! More changes than a receiver takes: each policy does what it promises, what is dropped is
//! counted, to the last one, and neither the job nor its memory suffers.
//!
//! Each in a process of its own, because the counts are those of a process.

mod policies;
mod receivers;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::values;
use crate::support::job::{Ended, Job};
use crate::support::udp::bare;

/// As the job has it.
const FLOOD: u64 = 1_500_000;

/// A stream's memory for changes is 8 MiB; the rest is the program, and lines on their way.
const MOST_MEMORY: u64 = 64 << 10;

/// What a job said of itself.
struct Said {
    dropped: BTreeMap<String, u64>,
    recorded: Duration,
    ended: Ended,
}

impl Said {
    #[track_caller]
    fn of(ended: Ended) -> Self {
        assert!(ended.status.success(), "{ended:?}");
        let number = |name: &str| {
            let line = ended
                .stdout
                .lines()
                .find_map(|line| line.strip_prefix(name));
            line.and_then(|number| number.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        let memory = number("memory");
        assert!((1..MOST_MEMORY).contains(&memory), "{memory} kB");
        let dropped = ended.stdout.lines().filter_map(|line| {
            let (reason, count) = line.strip_prefix("ppc_dropped ")?.split_once(' ')?;
            Some((reason.to_owned(), count.parse().ok()?))
        });
        Self {
            dropped: dropped.collect(),
            recorded: Duration::from_millis(number("recorded")),
            ended,
        }
    }

    fn all_dropped(&self) -> u64 {
        self.dropped.values().sum()
    }
}

/// Starts a job that streams here, and returns once it has recorded.
fn start(
    listener: &TcpListener,
    format: &str,
    full: &str,
    what: &str,
    seconds: f64,
) -> (Job, TcpStream) {
    let address = listener.local_addr().unwrap();
    let url = match format {
        "native" => format!("statsd+tcp://{address}?types=native"),
        _ => format!("{format}+tcp://{address}"),
    };
    let what = format!("streamed-{what}");
    let settings = [("PPC_FLUSH_TIMEOUT", "40")];
    let job = Job::start_at(&url, full, &what, seconds, &settings);
    let (stream, _) = listener.accept().unwrap();
    (job, stream)
}

/// Reads everything, and returns the lines.
fn read_all(stream: impl Read + Send + 'static) -> thread::JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let lines = BufReader::new(stream).lines();
        lines.map(|line| bare(&line.unwrap())).collect()
    })
}

fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// What arrived and what was dropped is all there was; what is not known to have arrived is counted,
/// and may have. The last line may be cut.
#[track_caller]
fn check_sum(lines: &[String], said: &Said) {
    let whole = values(lines, "sizes:1|h", "").len() as u64;
    let all = whole + said.all_dropped();
    let unsure = said.dropped.get("unacknowledged").copied();
    let most = FLOOD + unsure.unwrap_or_default();
    assert!(
        (FLOOD..=most).contains(&all),
        "{all} of {FLOOD}: {:?}",
        said.dropped
    );
}

/// The totals of a counter, as Influx has them.
fn totals(lines: &[String]) -> Vec<u64> {
    let totals = values(lines, "jobs total=", "");
    totals.iter().map(|text| text.parse().unwrap()).collect()
}
