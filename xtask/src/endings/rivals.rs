//! The same for other libraries, by the program `endings` of `peers/`.

use std::thread;
use std::time::{Duration, Instant};

use super::process::{in_parallel, start};
use super::statsd::Statsd;
use crate::error::Result;
use crate::victoria_metrics::{STORED_WITHIN, Server};
use crate::workspace::{Workspace, succeed};

const LIBRARIES: [(&str, &str); 3] = [
    ("cadence", "cadence, queued and buffered UDP"),
    ("dogstatsd", "metrics-exporter-dogstatsd"),
    ("otlp", "opentelemetry-otlp over HTTP"),
];

struct Row {
    title: &'static str,
    ending: &'static str,
    panics_abort: bool,
    signals: &'static [&'static str],
}

const fn row(title: &'static str, ending: &'static str, signals: &'static [&'static str]) -> Row {
    Row {
        title,
        ending,
        panics_abort: false,
        signals,
    }
}

const ROWS: [Row; 9] = [
    row(
        "return, after what the documentation asks for",
        "return",
        &[],
    ),
    row("panic", "panic", &[]),
    row(
        "`main` returns, the library in a static",
        "main_returns",
        &[],
    ),
    row("`exit`", "exit", &[]),
    row("`abort`", "abort", &[]),
    Row {
        title: "`panic = \"abort\"`: panic",
        ending: "panic",
        panics_abort: true,
        signals: &[],
    },
    row("SIGTERM", "stay", &["TERM"]),
    row("SIGINT", "stay", &["INT"]),
    row("SIGKILL", "stay", &["KILL"]),
];

/// The final value of the counter.
const LAST: f64 = 3.0;

/// Prints a table: of so many runs each, how many ended with the final value at the receiver.
pub(super) fn run(workspace: &Workspace, server: &Server, runs: usize) -> Result<()> {
    let target = workspace.target.join("peers");
    for profile in ["release", "abort"] {
        let build = ["--manifest-path", "peers/Cargo.toml", "--bin", "endings"];
        let mut cargo = workspace.cargo("build");
        cargo.args(build).args(["--profile", profile]);
        succeed(cargo.arg("--target-dir").arg(&target))?;
    }
    let statsd = Statsd::start()?;
    let takes_otlp = server.takes_otlp();
    let is_asked = |library: &str| library != "otlp" || takes_otlp;
    let libraries = LIBRARIES.iter().filter(|(library, _)| is_asked(library));
    let (libraries, names): (Vec<&str>, Vec<&str>) = libraries.copied().unzip();
    println!("| ending | {} |", names.join(" | "));
    println!("|---{}|", "|---".repeat(names.len()));
    for row in &ROWS {
        let folder = if row.panics_abort { "abort" } else { "release" };
        let program = target.join(folder).join("endings");
        let mut cells = Vec::new();
        for library in libraries.iter().copied() {
            let first = row.signals.first().copied().unwrap_or_default();
            let name = |n: usize| format!("{library}-{}-{folder}-{first}-{n}", row.ending);
            let address = match library {
                "otlp" => server.http,
                _ => statsd.address,
            };
            in_parallel(runs, |n| {
                let mut command = workspace.program(&program);
                command.args([library, &address.to_string(), &name(n), row.ending]);
                start(command, row.signals)
            })?;
            let arrived = || -> Result<usize> {
                if library != "otlp" {
                    let names = (0..runs).map(name);
                    return Ok(names.filter(|run| statsd.sum(run) == Some(LAST)).count());
                }
                let found = server.last_values(&format!("{library}-{}", row.ending))?;
                let is_there = |run: &String| {
                    let label = format!("run=\"{run}\"");
                    found.iter().any(|(key, value)| {
                        key.starts_with("events") && key.contains(&label) && *value == LAST
                    })
                };
                Ok((0..runs).map(name).filter(is_there).count())
            };
            let deadline = Instant::now() + STORED_WITHIN / 5;
            let mut count = arrived()?;
            while count < runs && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(100));
                count = arrived()?;
            }
            cells.push(format!("{count} of {runs}"));
        }
        println!("| {} | {} |", row.title, cells.join(" | "));
    }
    if !takes_otlp {
        println!(
            "\nopentelemetry-otlp is left out: this VictoriaMetrics does not take what it sends."
        );
    }
    Ok(())
}
