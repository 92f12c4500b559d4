//! `cargo xtask fuzz`: whatever comes, for each of the targets in `fuzz/`, by libFuzzer.
//!
//! It needs the nightly toolchain, a C++ compiler and a minute for each target, so it is no step of
//! `cargo xtask test`.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Value};

use crate::error::Result;
use crate::workspace::{Workspace, succeed};

/// What the program `fuzz/targets/<name>.rs` feeds.
const TARGETS: [(&str, usize); 5] = [
    ("url", 300),
    ("environment", 300),
    ("encoders", 2_000),
    ("spool", 1_000),
    ("exposition", 2_000),
];

/// What has libFuzzer see where a program comes along, as `cargo fuzz` says it; and what is asserted
/// is so here, too.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Flags are for the target alone where one is named: not for what runs while it is built.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    seconds: u64,
    only: Vec<String>,
}

impl Options {
    pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Self> {
        let mut options = Self {
            seconds: 60,
            only: Vec::new(),
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("seconds") => options.seconds = arguments.value()?.parse()?,
                Value(name) => options.only.push(name.string()?),
                _ => return Err(argument.unexpected().into()),
            }
        }
        let known = |name: &&String| TARGETS.iter().any(|(target, _)| target == name);
        match options.only.iter().find(|name| !known(name)) {
            Some(name) => Err(format!("there is no target `{name}`").into()),
            None => Ok(options),
        }
    }
}

/// Builds the targets and runs one after the other.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(format!("libFuzzer is run on {TARGET} alone").into());
    }
    let target = workspace.target.join("fuzz");
    let mut build = Command::new("cargo");
    build
        .current_dir(&workspace.root)
        .args(["+nightly", "build", "--release", "--target", TARGET])
        .args(["--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", FLAGS);
    succeed(&mut build)?;
    println!("| target | executions | a second | places reached |");
    println!("|---|---|---|---|");
    let mut failed = Vec::new();
    for (name, longest) in TARGETS {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
            continue;
        }
        // What was found stays there, and is where the next run begins.
        let corpus = target.join("corpus").join(name);
        fs::create_dir_all(&corpus)?;
        let words = workspace.root.join("fuzz/words").join(name);
        let mut fuzz = workspace.program(&target.join(TARGET).join("release").join(name));
        fuzz.arg(&corpus)
            .args(words.exists().then(|| format!("-dict={}", words.display())))
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-max_len={longest}"))
            .arg(format!("-artifact_prefix={}/{name}-", target.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048"])
            .arg("-print_final_stats=1");
        if let Err(fault) = one(name, options.seconds, fuzz) {
            failed.push(fault.to_string());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n").into())
    }
}

/// Runs one and prints its line; where it fails, the last of what it said is the error.
fn one(name: &str, seconds: u64, mut fuzz: Command) -> Result<()> {
    let mut child = fuzz.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let said = BufReader::new(child.stderr.take().ok_or("it is piped")?);
    let (mut executions, mut reached, mut last) = (0, 0, Vec::new());
    for line in said.split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        executions = number_behind(&line, "stat::number_of_executed_units:").unwrap_or(executions);
        reached = number_behind(&line, " cov:").unwrap_or(reached);
        let is_progress = line.starts_with('#') || line.trim().is_empty();
        if !is_progress && last.len() < LINES {
            last.push(line);
        } else if !is_progress {
            last.rotate_left(1);
            last[LINES - 1] = line;
        }
    }
    let status = child.wait()?;
    let rate = executions / seconds.max(1);
    println!("| {name} | {executions} | {rate} | {reached} |");
    if status.success() {
        return Ok(());
    }
    Err(format!("{name}: {status}\n{}", last.join("\n")).into())
}

/// Of what a target said before its end.
const LINES: usize = 30;

fn number_behind(line: &str, what: &str) -> Option<u64> {
    let rest = line.split_once(what)?.1;
    rest.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_what_is_said() {
        let line = "#524288\tpulse  cov: 1024 ft: 2 corp: 3/4Kb lim: 5 exec/s: 6 rss: 7Mb";
        assert_eq!(number_behind(line, " cov:"), Some(1024));
        assert_eq!(number_behind(line, "stat::number_of_executed_units:"), None);
    }
}
