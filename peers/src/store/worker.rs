//! Processes of this program that record in a Redis, and whoever counts what they did.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::redis::{Counting, Redis};
use super::{Found, Shared, ours, plain};
use crate::Result;
use crate::labels::Triple;

/// What records, in a process of its own.
pub(super) trait Recorder {
    /// Records one operation of each of these series.
    fn round(&mut self, series: &[Triple]) -> Result<()>;

    /// Waits until it is connected.
    fn settle(&self) {}

    /// Has everything that was recorded in Redis.
    fn end(self: Box<Self>) -> Result<()>;
}

/// What is recorded.
#[derive(Clone, Copy)]
pub(super) enum What {
    Increments,
    Observations,
}

impl What {
    fn as_str(self) -> &'static str {
        match self {
            Self::Increments => "increments",
            Self::Observations => "observations",
        }
    }
}

/// What each observation is of.
pub(super) const OBSERVED: f64 = 0.3;

/// As the rival's script has them.
fn series() -> Vec<Triple> {
    let one = |n: usize| {
        [
            format!("account-{}", n % 10),
            format!("host-{}", n % 4),
            format!("event-{}", n % 3),
        ]
    };
    (0..60).map(one).collect()
}

/// Records with processes of this program.
pub(super) fn measure(
    name: &str,
    redis: &Redis,
    processes: usize,
    time: Duration,
) -> Result<Shared> {
    let one = |what| record(name, what, redis, processes, time);
    Ok(Shared {
        increments: one(What::Increments)?,
        observations: one(What::Observations)?,
    })
}

fn record(
    name: &str,
    what: What,
    redis: &Redis,
    processes: usize,
    time: Duration,
) -> Result<Found> {
    let total = |name| match name {
        "ppc-batch" | "ppc-stream" => ours::total(redis, what),
        _ => plain::total(redis, what),
    };
    let url = redis.url();
    let before = total(name)?;
    let order = format!("{name} {} {url} {}", what.as_str(), time.as_secs_f64());
    let start = |_| Worker::start(&order);
    let mut workers: Vec<Worker> = (0..processes).map(start).collect::<Result<_>>()?;
    for worker in &mut workers {
        worker.line()?; // it is ready
    }
    let counting = Counting::start(redis)?;
    for worker in &mut workers {
        worker.say("go")?;
    }
    let (mut operations, mut longest) = (0.0, 0.0_f64);
    for worker in &mut workers {
        let line = worker.line()?;
        let (count, seconds) = line.split_once(' ').ok_or("it says two numbers")?;
        operations += count.parse::<f64>()?;
        longest = longest.max(seconds.parse()?);
    }
    let counts = counting.end()?;
    let kept = total(name)? - before;
    let expected = operations + (processes * series().len()) as f64;
    if kept != expected {
        let what = what.as_str();
        return Err(format!("{expected} {what} were made, {kept} are kept").into());
    }
    Ok(Found {
        per_second: operations / longest,
        commands_each: counts.commands / operations,
        trips_per_second: counts.reads / longest / processes as f64,
    })
}

/// One of the processes; it ends with this.
pub(super) struct Worker {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Worker {
    pub(super) fn start(order: &str) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["--work", order])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = process.stdout.take().ok_or("its output is piped")?;
        let said = BufReader::new(said);
        Ok(Self { process, said })
    }

    /// What it says next.
    pub(super) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.said.read_line(&mut line)? == 0 {
            return Err(format!("a worker: {}", self.process.wait()?).into());
        }
        Ok(line.trim().to_owned())
    }

    pub(super) fn say(&mut self, line: &str) -> Result<()> {
        let input = self.process.stdin.as_mut().ok_or("its input is piped")?;
        Ok(writeln!(input, "{line}")?)
    }

    /// The most memory it has had so far, in bytes.
    pub(super) fn peak(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"));
        Ok(line.ok_or("Linux says it")?.trim().parse::<u64>()? * 1024)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Does what it is told: `NAME WHAT URL SECONDS`.
pub(crate) fn work(order: &str) -> Result<()> {
    let words: Vec<&str> = order.split(' ').collect();
    let [name, what, url, seconds] = words[..] else {
        return super::scrape::work(&words);
    };
    let what = match what {
        "increments" => What::Increments,
        _ => What::Observations,
    };
    let time = Duration::from_secs_f64(seconds.parse()?);
    let mut recorder: Box<dyn Recorder> = match name {
        "ppc-batch" => Box::new(ours::Ours::start(url, what, false)?),
        "ppc-stream" => Box::new(ours::Ours::start(url, what, true)?),
        "raw-pipeline" => Box::new(plain::Plain::start(url, what, 1_000)?),
        "raw-single" => Box::new(plain::Plain::start(url, what, 1)?),
        _ => return Err(format!("nobody records as `{name}`").into()),
    };
    let series = series();
    // What a process does only once is not measured: it connects, and meets each series.
    recorder.round(&series)?;
    recorder.settle();
    println!("ready");
    std::io::stdin().lock().read_line(&mut String::new())?;
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < time {
        recorder.round(&series)?;
        count += series.len();
    }
    recorder.end()?;
    println!("{count} {}", start.elapsed().as_secs_f64());
    // Whoever measures keeps it open.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
