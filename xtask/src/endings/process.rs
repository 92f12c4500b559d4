//! A process that is started and ends, within limits.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::end::End;
use crate::error::Result;
use crate::workspace::capture;

/// No ending takes longer.
const WITHIN: Duration = Duration::from_mins(1);

/// Processes at the same time.
const AT_ONCE: usize = 4;

/// What a process left.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) end: Option<End>,
    pub(super) took: Duration,
    pub(super) errors: String,
}

/// Starts it, sends it the signals once it says that it runs, and waits for its end.
pub(super) fn start(mut command: Command, signals: &[&str]) -> Result<Ended> {
    let start = Instant::now();
    let mut child = command
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut output = BufReader::new(child.stdout.take().ok_or("its output is piped")?);
    let mut line = String::new();
    while !signals.is_empty() && !["running\n", "handler\n"].contains(&&*line) {
        line.clear();
        if output.read_line(&mut line)? == 0 {
            break;
        }
    }
    for (n, signal) in signals.iter().enumerate() {
        if n > 0 {
            // The first has been noticed by then.
            thread::sleep(Duration::from_millis(200));
        }
        capture(Command::new("kill").args(["-s", signal, &child.id().to_string()]))?;
    }
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() > WITHIN {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let took = start.elapsed();
    let mut errors = String::new();
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut errors)?;
    }
    let end = status.and_then(End::of);
    Ok(Ended { end, took, errors })
}

/// Has so many processes started and ended, a few at a time.
pub(super) fn in_parallel(
    runs: usize,
    start: impl Fn(usize) -> Result<Ended> + Sync,
) -> Result<Vec<(usize, Ended)>> {
    let (left, ended) = (Mutex::new(runs), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(n) = take(&left) {
                    let result = start(n);
                    if let Ok(mut ended) = ended.lock() {
                        ended.push((n, result));
                    }
                }
            });
        }
    });
    let ended = ended.into_inner().map_err(|_| "a run panicked")?;
    ended.into_iter().map(|(n, it)| Ok((n, it?))).collect()
}

fn take(left: &Mutex<usize>) -> Option<usize> {
    let mut left = left.lock().ok()?;
    *left = left.checked_sub(1)?;
    Some(*left)
}
