//! `cargo xtask endings`: a job ended in every way, again and again, as a process that pushes to a
//! real `VictoriaMetrics`; the table says how often all final values arrived.

mod known;
mod process;
mod rivals;
mod rows;
mod statsd;

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use lexopt::ValueExt as _;
use lexopt::prelude::Long;

use self::process::{Ended, in_parallel, start};
use self::rows::{Delivered, ROWS, Row};
use crate::error::Result;
use crate::receivers::Receivers;
use crate::victoria_metrics::{STORED_WITHIN, Server};
use crate::workspace::{Workspace, succeed};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    /// How often each ending is tried.
    pub(crate) runs: usize,
    /// Other libraries beside ours.
    pub(crate) rivals: bool,
    /// Endings whose name contains this alone.
    pub(crate) only: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            runs: 50,
            rivals: false,
            only: None,
        }
    }
}

impl Options {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("runs") => options.runs = arguments.value()?.parse()?,
                Long("only") => options.only = Some(arguments.value()?.string()?),
                Long("rivals") => options.rivals = true,
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// What became of the runs of one ending.
#[derive(Debug, Default)]
struct Tally {
    /// Ended as they would have without us.
    as_usual: usize,
    /// All their final values are there.
    arrived: usize,
    /// The first that is otherwise, to look into.
    fault: Option<String>,
}

/// Runs all endings and prints the table.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let programs = Programs::build(workspace)?;
    let program = Receivers::of(workspace).program("victoria-metrics")?;
    let data = workspace.target.join("endings");
    let server = Server::start(&program, &data)?;
    let is_wanted = |name: &str| {
        let only = options.only.as_deref();
        only.is_none_or(|only| name.contains(only))
    };
    println!("| ending | the process ends | as it would without us | all final values arrived |");
    println!("|---|---|---|---|");
    let mut faults = Vec::new();
    for (n, row) in ROWS.iter().enumerate() {
        if !is_wanted(row.ending) {
            continue;
        }
        let tally = try_row(workspace, &programs, &server, (n, row), options.runs)?;
        println!("{}", line(row, &tally, options.runs));
        let wanted = match row.delivered {
            Delivered::All | Delivered::Nested | Delivered::Stored => options.runs,
            Delivered::NothingMore => tally.arrived,
        };
        if tally.arrived < wanted || tally.as_usual < options.runs {
            let fault = tally.fault.unwrap_or_default();
            faults.push(format!("{}: {fault}", row.ending));
        }
    }
    if options.rivals {
        println!();
        rivals::run(workspace, &server, options.runs)?;
    }
    match faults.first() {
        None => Ok(()),
        Some(_) => Err(faults.join("\n").into()),
    }
}

fn line(row: &Row, tally: &Tally, runs: usize) -> String {
    let arrived = match row.delivered {
        Delivered::NothingMore => format!("{} of {runs}, {}", tally.arrived, row.why),
        _ => format!("{} of {runs}", tally.arrived),
    };
    let (title, end) = (row.title, row.end);
    format!(
        "| {title} | {end} | {} of {runs} | {arrived} |",
        tally.as_usual
    )
}

/// The program that ends, in the two ways in which it can be built.
struct Programs {
    unwinds: PathBuf,
    aborts: PathBuf,
}

impl Programs {
    fn build(workspace: &Workspace) -> Result<Self> {
        for profile in ["dev", "abort"] {
            let example = ["--example", "job", "--all-features", "--profile", profile];
            succeed(workspace.cargo("build").args(example))?;
        }
        let program = |folder| workspace.target.join(folder).join("examples").join("job");
        Ok(Self {
            unwinds: program("debug"),
            aborts: program("abort"),
        })
    }
}

/// Ends so many processes that way, and counts those that are as they should be.
fn try_row(
    workspace: &Workspace,
    programs: &Programs,
    server: &Server,
    (number, row): (usize, &Row),
    runs: usize,
) -> Result<Tally> {
    let program = if row.panics_abort {
        &programs.aborts
    } else {
        &programs.unwinds
    };
    let name = |n: usize| format!("{number}-{}-{n}", row.ending);
    let run = |n: usize, name: &str, ending: &str, signals| {
        let (address, environment) = row.settings(server, n);
        let mut command = workspace.program(program);
        command.args([&*address, name, ending, "0.02"]);
        command.envs(environment);
        start(command, signals)
    };
    let ended = in_parallel(runs, |n| run(n, &name(n), row.ending, row.signals))?;
    if row.delivered == Delivered::Stored {
        // One to each place, as the next day might bring it.
        for n in 0..4 {
            run(n, &format!("next-{number}-{n}"), "sync-return", &[])?;
        }
    }
    let ended: Vec<(String, Ended)> = ended.into_iter().map(|(n, it)| (name(n), it)).collect();
    let mut tally = Tally::default();
    for (name, ended) in &ended {
        if ended.end == Some(row.end) && ended.took < row.within {
            tally.as_usual += 1;
        } else {
            let (end, took) = (ended.end, ended.took);
            let fault = format!("{name} ended by {end:?} in {took:?}: {}", ended.errors);
            tally.fault.get_or_insert(fault);
        }
    }
    let deadline = Instant::now() + STORED_WITHIN;
    loop {
        let found = server.last_values(&format!("{number}-"))?;
        let mut missing = None;
        let arrived = ended.iter().filter(|(name, _)| {
            let lack = row.lacks(&found, name);
            let is_complete = lack.is_none();
            missing = missing.take().or(lack);
            is_complete
        });
        tally.arrived = arrived.count();
        let waits = row.delivered != Delivered::NothingMore && tally.arrived < runs;
        if !waits || Instant::now() >= deadline {
            tally.fault = tally.fault.or(missing);
            return Ok(tally);
        }
        thread::sleep(Duration::from_millis(100));
    }
}
