//! `cargo xtask bench-check`: how many instructions the hot operations take, beside how many they
//! took when that was last written down.
//!
//! Times on a shared machine differ from run to run; instructions do not. Each operation runs N
//! times and 2N times, and what the second run takes more is N operations without the start-up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::Result;
use crate::workspace::{Workspace, capture};

/// The counts that are expected, below the root.
pub(crate) const EXPECTED: &str = "benches/instructions.txt";

/// The bench that does the operations, and lists them.
const BENCH: &str = "instructions";

/// N: so many that what differs between two starts of a program does not show.
const TIMES: u64 = 100_000;

/// A count is another one when it differs by more than this share and by more than an instruction.
const TOLERANCE: f64 = 0.03;

type Counts = BTreeMap<String, f64>;

/// What becomes of the file of expected counts.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    /// It is compared with.
    Check,
    /// It is written anew.
    Update,
}

pub(crate) fn run(workspace: &Workspace, mode: Mode) -> Result<()> {
    require_valgrind()?;
    let program = build(workspace)?;
    let names = capture(&mut Command::new(&program))?;
    let mut counts = Counts::new();
    for name in names.lines() {
        counts.insert(name.to_owned(), count(&program, name)?);
    }
    let file = workspace.root.join(EXPECTED);
    match mode {
        Mode::Update => {
            fs::write(&file, text(&counts))?;
            println!("wrote {EXPECTED}");
            Ok(())
        }
        Mode::Check => compare(&read(&file)?, &counts),
    }
}

/// Fails where the tool that counts is missing.
fn require_valgrind() -> Result<()> {
    let version = capture(Command::new("valgrind").arg("--version"));
    version.map(drop).map_err(|error| {
        let install = "`apt-get install valgrind` or what your system has for it";
        format!("instructions are counted by valgrind, install it: {install}\n    {error}").into()
    })
}

/// How many instructions one operation takes.
fn count(program: &Path, name: &str) -> Result<f64> {
    let once = total(program, name, TIMES)?;
    let twice = total(program, name, 2 * TIMES)?;
    Ok((twice as f64 - once as f64) / TIMES as f64)
}

/// How many the whole program takes.
fn total(program: &Path, name: &str, times: u64) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([name, &times.to_string()])
        .stdin(Stdio::null())
        .output()?;
    let messages = String::from_utf8_lossy(&output.stderr);
    let total = collected(&messages).filter(|_| output.status.success());
    total.ok_or_else(|| format!("valgrind did not count `{name}`:\n{messages}").into())
}

/// The total in callgrind's messages: `==1== Collected : 123`.
fn collected(messages: &str) -> Option<u64> {
    let line = messages.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

/// Builds the bench and says where it is.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    let messages = capture(
        workspace
            .cargo("bench")
            .args([
                "--no-run",
                "--bench",
                BENCH,
                "--features",
                "openmetrics,graphite",
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .stderr(Stdio::inherit()),
    )?;
    let program = messages.lines().find_map(executable);
    program.ok_or_else(|| format!("cargo built no bench `{BENCH}`").into())
}

/// The program in one of cargo's messages, where it is about the bench.
fn executable(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let is_bench = message["target"]["name"] == BENCH;
    let program = message["executable"].as_str().filter(|_| is_bench)?;
    Some(program.into())
}

fn read(file: &Path) -> Result<Counts> {
    let text = fs::read_to_string(file).map_err(|error| format!("{EXPECTED}: {error}"))?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(parse).collect()
}

fn parse(line: &str) -> Result<(String, f64)> {
    let count = line.split_once(' ');
    let count = count.and_then(|(name, count)| Some((name.to_owned(), count.parse().ok()?)));
    count.ok_or_else(|| format!("{EXPECTED}: `{line}` is not `name count`").into())
}

fn text(counts: &Counts) -> String {
    let mut text = "\
# The instructions of an operation, written by `cargo xtask bench-check --update`.
# They are those of the toolchain and the processor that the tests run on.
"
    .to_owned();
    for (name, count) in counts {
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name} {count:.1}");
    }
    text
}

/// Prints each count beside the expected one; more than expected is an error.
fn compare(expected: &Counts, counts: &Counts) -> Result<()> {
    let mut worse = Vec::new();
    let mut is_better = false;
    for name in expected.keys().filter(|name| !counts.contains_key(*name)) {
        worse.push(format!("{name} is gone"));
    }
    println!("{:<28} {:>10} {:>10}", "instructions", "expected", "now");
    for (name, &count) in counts {
        let before = expected.get(name).copied();
        let verdict = Verdict::of(before, count);
        let shown = before.map_or_else(|| "-".to_owned(), |before| format!("{before:.1}"));
        println!("{name:<28} {shown:>10} {count:>10.1}  {}", verdict.name());
        match verdict {
            Verdict::Same => {}
            Verdict::Better => is_better = true,
            Verdict::Worse | Verdict::New => worse.push(format!("{name}: {}", verdict.name())),
        }
    }
    if is_better {
        println!("`cargo xtask bench-check --update` writes the lower counts down");
    }
    if worse.is_empty() {
        Ok(())
    } else {
        let worse = worse.join(", ");
        Err(format!("{worse}; where that is meant, `cargo xtask bench-check --update`").into())
    }
}

/// What a count is beside the expected one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Same,
    Better,
    Worse,
    New,
}

impl Verdict {
    fn of(expected: Option<f64>, count: f64) -> Self {
        let Some(expected) = expected else {
            return Self::New;
        };
        let tolerance = (expected * TOLERANCE).max(1.0);
        if count > expected + tolerance {
            Self::Worse
        } else if count < expected - tolerance {
            Self::Better
        } else {
            Self::Same
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Better => "fewer",
            Self::Worse => "more than expected",
            Self::New => "not written down",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_by_a_share_and_by_an_instruction_is_worse() {
        for (expected, count, verdict) in [
            (None, 1.0, Verdict::New),
            (Some(10.0), 11.0, Verdict::Same),
            (Some(10.0), 11.1, Verdict::Worse),
            (Some(10.0), 8.9, Verdict::Better),
            (Some(100.0), 103.0, Verdict::Same),
            (Some(100.0), 103.1, Verdict::Worse),
            (Some(100.0), 96.9, Verdict::Better),
        ] {
            assert_eq!(
                Verdict::of(expected, count),
                verdict,
                "{expected:?}, {count}"
            );
        }
    }

    #[test]
    fn what_is_written_is_read_again() -> Result<()> {
        let counts: Counts = [("inc".to_owned(), 5.0), ("set".to_owned(), 7.5)].into();
        let text = text(&counts);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.map(parse).collect::<Result<Counts>>()?, counts);
        assert!(parse("inc").is_err());
        assert!(parse("inc many").is_err());
        Ok(())
    }

    #[test]
    fn an_operation_that_is_gone_or_new_is_an_error() {
        let counts = |name: &str| Counts::from([(name.to_owned(), 5.0)]);
        assert!(compare(&counts("inc"), &counts("inc")).is_ok());
        assert!(compare(&counts("inc"), &counts("set")).is_err());
        assert!(compare(&counts("inc"), &Counts::new()).is_err());
    }

    #[test]
    fn the_total_is_found_in_the_messages() {
        let messages = "==7== Events    : Ir\n==7== Collected : 7263251\n==7== \n";
        assert_eq!(collected(messages), Some(7_263_251));
        assert_eq!(collected("valgrind: not found"), None);
    }

    #[test]
    fn the_program_is_found_in_the_messages() {
        let message = r#"{"target": {"name": "instructions"}, "executable": "/t/instructions-1"}"#;
        assert_eq!(executable(message), Some("/t/instructions-1".into()));
        assert_eq!(
            executable(&message.replace("instructions\"", "ppc\"")),
            None
        );
        assert_eq!(executable(r#"{"reason": "build-finished"}"#), None);
    }
}
