//! `cargo xtask soak`: a job that records in 16 threads for minutes, with series and clients that come
//! and go, while its server is restarted, frozen and killed. In the end every total is there, and
//! every value that was read; and the job has no more memory than it had.
//!
//! It takes as long as it is told, so it is no step of `cargo xtask test`.

mod check;
mod memory;
mod trouble;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lexopt::ValueExt as _;
use lexopt::prelude::Long;

use self::check::RUN;
use self::memory::Memory;
use self::trouble::{Trouble, milliseconds};
use crate::error::Result;
use crate::receivers::Receivers;
use crate::victoria_metrics::Server;
use crate::workspace::{Workspace, succeed};

/// For the last clients of the job, which deliver everything that is left.
const ENDS_WITHIN: Duration = Duration::from_mins(2);

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) minutes: f64,
}

impl Options {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self { minutes: 10.0 };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("minutes") => options.minutes = arguments.value()?.parse()?,
                _ => return Err(argument.unexpected().into()),
            }
        }
        if options.minutes < trouble::CYCLE.as_secs_f64() / 20.0 {
            // Each third has all the trouble there is.
            return Err("`--minutes` is too short for three rounds of trouble".into());
        }
        Ok(options)
    }
}

/// Runs the job, with trouble, and looks at what it left.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let lasts = Duration::from_secs_f64(options.minutes * 60.0);
    let example = ["--example", "job", "--all-features"];
    succeed(workspace.cargo("build").args(example))?;
    let program = Receivers::of(workspace).program("victoria-metrics")?;
    let folder = workspace.target.join("soak");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut server = Server::start(&program, &folder.join("data"))?;
    let (began, start) = (milliseconds(), Instant::now());
    let mut job = start_job(workspace, &server, &folder, lasts)?;
    let memory = Memory::watch(job.id());
    let mut trouble = Trouble::default();
    let end = start + lasts;
    let troubled = trouble.make(&mut server, end.checked_sub(trouble::CALM).unwrap_or(end));
    let ended = wait(&mut job, end + ENDS_WITHIN);
    let memory = memory.end()?;
    troubled?;
    ended.map_err(|error| format!("{error}; see {}", folder.join("errors").display()))?;
    println!("{trouble}");
    let after = began + i64::try_from(lasts.as_millis())?;
    let totals = check::totals(&server, &folder, after);
    let reads = check::reads(&server, &folder, &trouble.kills);
    for line in fs::read_to_string(folder.join("said"))?.lines() {
        if line.starts_with("ppc_dropped") || line.starts_with("ppc_ignored") {
            println!("{line}");
        }
    }
    let flat = memory.is_flat();
    let faults: Vec<String> = [totals, reads, flat]
        .into_iter()
        .filter_map(|result| Some(result.err()?.to_string()))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("\n").into())
    }
}

fn start_job(
    workspace: &Workspace,
    server: &Server,
    folder: &Path,
    lasts: Duration,
) -> Result<Child> {
    let program = workspace.target.join("debug/examples/job");
    let mut job = workspace.program(&program);
    job.args([&*server.http.to_string(), RUN, "soak"])
        .arg(lasts.as_secs_f64().to_string())
        // Of many arenas each keeps what a client had that has ended, and every client gets another.
        .env("MALLOC_ARENA_MAX", "1")
        .env("SOAK_FOLDER", folder)
        .env("SOAK_LINES", server.influx.to_string())
        .stdin(Stdio::null())
        .stdout(File::create(folder.join("said"))?)
        .stderr(File::create(folder.join("errors"))?);
    Ok(job.spawn()?)
}

fn wait(job: &mut Child, until: Instant) -> Result<()> {
    loop {
        match job.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("the job ended with {status}").into()),
            None if Instant::now() > until => {
                job.kill()?;
                job.wait()?;
                return Err("the job does not end".into());
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
}
