//! The quickstart: two jobs walk a directory tree, and what they push is shown as it arrives.
//!
//! The jobs are in `jobs.rs`, their metrics in `metrics.rs`: that is all a program needs. The rest
//! is a receiver, a screen, and a check of what was received against what was counted.

mod args;
mod extensions;
mod format;
mod jobs;
mod line;
mod metrics;
mod receiver;
mod report;
mod rows;
mod run;
mod screen;
mod tally;
mod view;
mod watch;

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::{self, ExitCode};
use std::sync::Arc;

use args::{Args, Command};
use ppc::{Value, client_metrics};
use receiver::Receiver;
use report::Check;
use run::{Pace, Run};

fn main() -> ExitCode {
    let ended = match args::parse() {
        Ok(Command::Run(args)) => quickstart(&args),
        Ok(Command::Help) => write!(io::stdout(), "{}", args::HELP).map(|()| ExitCode::SUCCESS),
        Err(fault) => {
            eprintln!("{fault}\n--help says more");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(status) => status,
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn quickstart(args: &Args) -> io::Result<ExitCode> {
    let is_watched = io::stdout().is_terminal();
    let run = Arc::new(Run::new(if is_watched {
        Pace::WATCHED
    } else {
        Pace::UNWATCHED
    }));
    stop_at_signals(&run)?;
    let is_good = match &args.to {
        None => push_here(&args.directory, &run)?,
        Some(to) => push_elsewhere(&args.directory, to, &run)?,
    };
    Ok(match (is_good, run.is_interrupted()) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::from(130),
        (true, false) => ExitCode::SUCCESS,
    })
}

/// Pushes to a receiver in this process, shows what arrives, and checks it.
fn push_here(root: &Path, run: &Arc<Run>) -> io::Result<bool> {
    let receiver = Receiver::start()?;
    let address = receiver.address().to_string();
    let (listed, read) = watch::watch(root, &address, run, Some(&receiver))?;
    let check = Check::new(&listed, &read, receiver.finish()?);
    let mut out = io::stdout().lock();
    check.write(&mut out)?;
    report::write_omissions(&listed, &read, &mut out)?;
    Ok(check.is_good())
}

/// Pushes to a server, and says where to look there.
fn push_elsewhere(root: &Path, to: &str, run: &Arc<Run>) -> io::Result<bool> {
    let mut out = io::stdout();
    writeln!(out, "pushing to {to}, as Influx lines over UDP")?;
    let (listed, read) = watch::watch(root, to, run, None)?;
    report::write_omissions(&listed, &read, &mut out)?;
    let (good, bad) = pushes();
    writeln!(out, "{good} pushes went out to {to}, {bad} did not")?;
    let host = to.rsplit_once(':').map_or(to, |(host, _)| host);
    let query = "{job=~\"quickstart-.*\"}";
    writeln!(
        out,
        "\nOn VictoriaMetrics look for {query}, or ask on its usual port:"
    )?;
    writeln!(
        out,
        "    curl http://{host}:8428/api/v1/export -d 'match[]={query}'"
    )?;
    Ok(bad == 0.0)
}

/// How many pushes went well, and how many did not: the clients have metrics of their own. Over
/// UDP a push goes well when nobody complains.
fn pushes() -> (f64, f64) {
    let (mut good, mut bad) = (0.0, 0.0);
    let snapshot = client_metrics().gather();
    for family in snapshot.families() {
        for series in family.series() {
            let outcome = series.labels().find(|(name, _)| *name == "outcome");
            match (outcome, series.value()) {
                (Some((_, "ok")), Value::Counter(count)) => good += count,
                (Some(_), Value::Counter(count)) => bad += count,
                _ => {}
            }
        }
    }
    (good, bad)
}

/// The first signal ends the jobs early, with all that belongs to an end; a second one ends the
/// process.
fn stop_at_signals(run: &Arc<Run>) -> io::Result<()> {
    let run = Arc::clone(run);
    let handler = move || {
        if !run.interrupt() {
            screen::leave();
            process::exit(130);
        }
    };
    ctrlc::set_handler(handler).map_err(io::Error::other)
}
