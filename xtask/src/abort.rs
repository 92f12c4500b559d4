//! The ends that only a build has whose panics abort: the last push is made, once, and the process
//! ends as it would without us.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use crate::end::End;
use crate::error::Result;
use crate::workspace::{Workspace, succeed};

const SIGABRT: i32 = 6;

/// Ways of `tests/abort`, how the process is to end, and how its run is to be counted.
const WAYS: [(&str, End, &str); 9] = [
    ("hook", End::Signal(SIGABRT), "panic"),
    ("hook-elsewhere", End::Signal(SIGABRT), "panic"),
    ("hook-pushing", End::Signal(SIGABRT), "panic"),
    ("hook-chained", End::Signal(SIGABRT), "panic"),
    ("hook-exits", End::Code(7), "cancelled"),
    ("signals", End::Signal(SIGABRT), "panic"),
    ("signals-elsewhere", End::Signal(SIGABRT), "panic"),
    ("signals-pushing", End::Signal(SIGABRT), "panic"),
    ("signals-replaced", End::Signal(SIGABRT), "panic"),
];

/// How often each is tried.
const TIMES: usize = 5;

/// A datagram on the loopback is there before its sender has ended.
const PATIENCE: Duration = Duration::from_millis(20);

/// Builds the program and ends it in each way.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    succeed(
        workspace
            .cargo("build")
            .args(["--profile", "abort", "--package", "abort"]),
    )?;
    let program = workspace.target.join("abort").join("abort");
    for (way, end, outcome) in WAYS {
        for _ in 0..TIMES {
            let receiver = UdpSocket::bind("127.0.0.1:0")?;
            let status = workspace
                .program(&program)
                .args([&receiver.local_addr()?.to_string(), way])
                .stderr(Stdio::null())
                .status()?;
            let lines = lines(&receiver)?;
            check(status, &lines, end, outcome)
                .map_err(|what| format!("{way}: {what}; {status}, {lines:#?}"))?;
        }
        println!("{way}: {TIMES} of {TIMES}");
    }
    Ok(())
}

fn check(status: ExitStatus, lines: &[String], end: End, outcome: &str) -> Result<()> {
    if End::of(status) != Some(end) {
        return Err("it ended in another way".into());
    }
    let mut levels = lines.iter().filter(|line| line.starts_with("a,"));
    if !levels
        .next_back()
        .is_some_and(|line| line.contains("level=42"))
    {
        return Err("the last value is missing".into());
    }
    // No push but the last one has it.
    let counted = format!("outcome={outcome},job=abort total=1");
    match lines.iter().filter(|line| line.contains(&counted)).count() {
        1 => Ok(()),
        count => Err(format!("the end was pushed {count} times").into()),
    }
}

/// What came, in its order.
fn lines(receiver: &UdpSocket) -> Result<Vec<String>> {
    receiver.set_read_timeout(Some(PATIENCE))?;
    let mut lines = Vec::new();
    let mut datagram = vec![0; 1 << 16];
    loop {
        match receiver.recv(&mut datagram) {
            Ok(length) => {
                let text = String::from_utf8_lossy(&datagram[..length]);
                lines.extend(text.lines().map(str::to_owned));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(lines),
            Err(error) => return Err(error.into()),
        }
    }
}
