//! `cargo xtask test`: everything that must hold, step by step.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::error::Result;
use crate::outcomes::{self, Outcomes};
use crate::receivers::Receivers;
use crate::workspace::{Workspace, capture, succeed};
use crate::{abilities, abort, budget, features, marks, quickstart};

/// One step; the order is that of the run, what fails fastest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    Format,
    Clippy,
    Docs,
    Features,
    Receivers,
    Tests,
    Portable,
    Quickstart,
    Abort,
    Budget,
    Marks,
}

impl Step {
    pub(crate) const ALL: [Self; 11] = [
        Self::Format,
        Self::Clippy,
        Self::Docs,
        Self::Features,
        Self::Receivers,
        Self::Tests,
        Self::Portable,
        Self::Quickstart,
        Self::Abort,
        Self::Budget,
        Self::Marks,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Docs => "docs",
            Self::Features => "features",
            Self::Receivers => "receivers",
            Self::Tests => "tests",
            Self::Portable => "portable",
            Self::Quickstart => "quickstart",
            Self::Abort => "abort",
            Self::Budget => "budget",
            Self::Marks => "marks",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|step| step.name() == name);
        found.ok_or_else(|| format!("there is no step `{name}`; see `cargo xtask help`").into())
    }

    /// Whether `--only` asks for this step, itself or through one that builds on it.
    fn is_wanted(self, only: &[Self]) -> bool {
        let needed_by: &[Self] = match self {
            Self::Receivers => &[Self::Tests, Self::Marks],
            Self::Tests => &[Self::Marks],
            _ => &[],
        };
        only.is_empty()
            || only
                .iter()
                .any(|step| *step == self || needed_by.contains(step))
    }
}

/// Runs the steps that are asked for, all where none is named; the first that fails ends the run.
///
/// It reports by itself, because the last line is the count of tests, also after a failure.
pub(crate) fn run(workspace: &Workspace, only: &[Step]) -> ExitCode {
    let receivers = Receivers::of(workspace);
    let mut run = Run {
        workspace,
        receivers,
        outcomes: None,
        left_out: Vec::new(),
    };
    let result = run.steps(only);
    if let Err(error) = &result {
        eprintln!("\nfailed: {error}");
    }
    run.tally();
    if result.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The state that later steps take from earlier ones.
struct Run<'a> {
    workspace: &'a Workspace,
    receivers: Receivers,
    outcomes: Option<Outcomes>,
    /// The tests that need a receiver which is missing.
    left_out: Vec<String>,
}

impl Run<'_> {
    fn steps(&mut self, only: &[Step]) -> Result<()> {
        for step in Step::ALL.into_iter().filter(|step| step.is_wanted(only)) {
            let name = step.name();
            println!("\n== {name}");
            let started = Instant::now();
            let result = self.step(step);
            println!("-- {name}: {:.1} s", started.elapsed().as_secs_f64());
            result.map_err(|error| format!("step {name}: {error}"))?;
        }
        Ok(())
    }

    fn step(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Format => succeed(self.workspace.cargo("fmt").args(["--all", "--check"])),
            Step::Clippy => succeed(self.workspace.cargo("clippy").args([
                "--workspace",
                "--all-targets",
                "--all-features",
                "--",
                "-D",
                "warnings",
            ])),
            Step::Docs => succeed(
                self.workspace
                    .cargo("doc")
                    .args(["--workspace", "--no-deps", "--all-features"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ),
            Step::Features => features::check(self.workspace),
            Step::Receivers => self.fetch(),
            Step::Tests => self.test(),
            // The same programs, as on targets without fast thread-locals.
            Step::Portable => succeed(
                self.tests()
                    .args(["--lib", "--quiet"])
                    .env("PPC_PORTABLE", "1"),
            ),
            Step::Quickstart => quickstart::run(self.workspace),
            Step::Abort => abort::run(self.workspace),
            Step::Budget => budget::check(self.workspace),
            Step::Marks => {
                let ran = self
                    .outcomes
                    .as_ref()
                    .map_or(&[][..], |outcomes| &outcomes.passed);
                marks::check(&self.workspace.root, ran, &self.left_out)
            }
        }
    }

    fn fetch(&mut self) -> Result<()> {
        self.receivers.fetch_all();
        self.receivers.print();
        let missing = self.receivers.missing().count() + abilities::missing().count();
        if missing > 0 && std::env::var_os("CI").is_some_and(|value| value == "true") {
            for ability in abilities::missing() {
                println!("the system does not give {}", ability.name);
            }
            return Err(
                format!("{missing} receivers or abilities are missing, and CI=true").into(),
            );
        }
        Ok(())
    }

    fn test(&mut self) -> Result<()> {
        let modules: Vec<String> = self
            .receivers
            .missing()
            .map(|(receiver, _)| receiver.module())
            .chain(abilities::missing().map(|ability| ability.module.to_owned()))
            .collect();
        let mut test = self.tests();
        test.arg("--no-fail-fast")
            .env("PPC_RECEIVERS", self.receivers.folder());
        if !modules.is_empty() {
            self.left_out = self.names_in(&modules)?;
            test.arg("--")
                .args(modules.iter().flat_map(|module| skip(module)));
        }
        let mut child = test.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut outcomes = Outcomes::default();
        if let Some(output) = child.stdout.take() {
            show(output, std::io::stdout(), |line| outcomes.read(line))?;
        }
        let status = child.wait()?;
        let verdict = outcomes.verdict(status.success());
        self.outcomes = Some(outcomes);
        verdict
    }

    /// The command whose build `--list` shares.
    fn tests(&self) -> Command {
        let mut command = self.workspace.cargo_without_settings("test");
        command.args(["--workspace", "--all-features"]);
        command
    }

    /// Says what ran and what did not; the last line is the count.
    fn tally(&self) {
        let Some(outcomes) = &self.outcomes else {
            return;
        };
        println!();
        for (receiver, installed) in self.receivers.present() {
            let count = outcomes.of_module(&receiver.module());
            println!(
                "{count} tests against {} {}",
                receiver.name, installed.version
            );
        }
        for (receiver, reason) in self.receivers.missing() {
            println!(
                "left out: the tests against {}, because {reason}",
                receiver.name
            );
            self.print_left_out(&receiver.module());
        }
        for ability in abilities::missing() {
            println!(
                "left out: the tests that need {}, because the system does not give it",
                ability.name
            );
            self.print_left_out(ability.module);
        }
        println!(
            "{} passed, {} failed",
            outcomes.passed.len(),
            outcomes.failed.len()
        );
    }

    fn print_left_out(&self, module: &str) {
        let left_out = self.left_out.iter();
        let names = left_out.filter(|name| outcomes::in_module(name, module));
        names.for_each(|name| println!("    {name}"));
    }

    fn names_in(&self, modules: &[String]) -> Result<Vec<String>> {
        let output = capture(self.tests().args(["--quiet", "--", "--list"]))?;
        let is_in = |name: &&str| {
            modules
                .iter()
                .any(|module| outcomes::in_module(name, module))
        };
        Ok(outcomes::listed(&output)
            .filter(is_in)
            .map(str::to_owned)
            .collect())
    }
}

/// The harness's arguments that leave a module out.
fn skip(module: &str) -> [String; 2] {
    ["--skip".to_owned(), format!("{module}::")]
}

/// Passes each line on as it comes, to the screen and to the reader.
fn show(output: impl Read, mut screen: impl Write, mut read: impl FnMut(&str)) -> Result<()> {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        screen.write_all(&line)?;
        screen.flush()?;
        read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_found_by_name() -> Result<()> {
        for step in Step::ALL {
            assert_eq!(Step::parse(step.name())?, step);
        }
        assert!(Step::parse("test").is_err());
        Ok(())
    }

    #[test]
    fn a_step_brings_what_it_builds_on() {
        let wanted = |only: &[Step]| {
            Step::ALL
                .into_iter()
                .filter(|step| step.is_wanted(only))
                .collect::<Vec<_>>()
        };
        assert_eq!(wanted(&[]), Step::ALL);
        assert_eq!(wanted(&[Step::Docs]), [Step::Docs]);
        assert_eq!(
            wanted(&[Step::Marks]),
            [Step::Receivers, Step::Tests, Step::Marks]
        );
    }

    #[test]
    fn output_is_read_by_lines() -> Result<()> {
        let (mut screen, mut lines) = (Vec::new(), Vec::new());
        show(&b"\xff\nlast"[..], &mut screen, |line| {
            lines.push(line.to_owned());
        })?;
        assert_eq!(screen, b"\xff\nlast");
        assert_eq!(lines, ["\u{fffd}\n", "last"]);
        Ok(())
    }
}
