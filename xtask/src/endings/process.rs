//! A process that is started and ends, within limits.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::workspace::capture;

/// No ending takes longer.
const WITHIN: Duration = Duration::from_mins(1);

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    Code(i32),
    Signal(i32),
}

impl End {
    fn of(status: ExitStatus) -> Option<Self> {
        let code = status.code().map(Self::Code);
        code.or(status.signal().map(Self::Signal))
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "status {code}"),
            Self::Signal(2) => write!(f, "SIGINT"),
            Self::Signal(6) => write!(f, "SIGABRT"),
            Self::Signal(9) => write!(f, "SIGKILL"),
            Self::Signal(15) => write!(f, "SIGTERM"),
            Self::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

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
