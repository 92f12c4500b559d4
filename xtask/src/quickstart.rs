//! The quickstart, run as the README says, by a machine.

use std::io::Read;
use std::process::Stdio;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::workspace::{Workspace, succeed};

/// It ends by itself within half a minute; more than this is a hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the quickstart without input or terminal; it must end by itself, with success.
///
/// With the default features, because that is what the README says and what a user builds; the
/// tests' build has all of them, so our own crates are built once more here.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    succeed(workspace.cargo("build").args(["--example", "quickstart"]))?;
    let mut child = workspace
        .cargo_without_settings("run")
        .args(["--quiet", "--example", "quickstart"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let copies = [
        child.stdout.take().map(|out| copy(out, std::io::stdout())),
        child.stderr.take().map(|out| copy(out, std::io::stderr())),
    ];
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(format!("still running after {} s", PATIENCE.as_secs()).into());
        }
        thread::sleep(Duration::from_millis(20));
    };
    for copy in copies.into_iter().flatten() {
        copy.join()
            .map_err(|_| "the quickstart's output could not be copied")?;
    }
    if status.success() {
        Ok(())
    } else {
        Err(format!("the quickstart: {status}").into())
    }
}

/// Copies on a thread of its own, because a full pipe would stop the example.
fn copy<R, W>(mut from: R, mut to: W) -> JoinHandle<()>
where
    R: Read + Send + 'static,
    W: std::io::Write + Send + 'static,
{
    thread::spawn(move || {
        // Fails when our own output is closed; the exit status still counts.
        let _ = std::io::copy(&mut from, &mut to);
    })
}
