//! The project's own commands, behind `cargo xtask`.
#![forbid(unsafe_code)]

mod abilities;
mod abort;
mod budget;
mod end;
mod endings;
mod error;
mod features;
mod fuzz;
mod instructions;
mod marks;
mod miri;
mod outcomes;
mod peers;
mod quickstart;
mod receivers;
mod soak;
mod test;
mod tsan;
mod victoria_metrics;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::prelude::{Long, Short, Value, ValueExt as _};

use crate::error::Result;
use crate::receivers::Receivers;
use crate::test::Step;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    match command().and_then(Command::run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
enum Command {
    Help,
    Test { only: Vec<Step> },
    Receivers,
    RunReceiver(String),
    BenchPeers { arguments: Vec<OsString> },
    BenchCheck(instructions::Mode),
    Miri { arguments: Vec<OsString> },
    Endings(endings::Options),
    Soak(soak::Options),
    Fuzz(fuzz::Options),
    Tsan { arguments: Vec<OsString> },
}

impl Command {
    fn run(self) -> Result<ExitCode> {
        match self {
            Self::Help => print!("{}", help()),
            Self::Test { only } => return Ok(test::run(&Workspace::load()?, &only)),
            Self::Receivers => Receivers::of(&Workspace::load()?).list()?,
            Self::RunReceiver(name) => Receivers::of(&Workspace::load()?).run(&name)?,
            Self::BenchPeers { arguments } => peers::run(&Workspace::load()?, &arguments)?,
            Self::BenchCheck(mode) => instructions::run(&Workspace::load()?, mode)?,
            Self::Fuzz(options) => fuzz::run(&Workspace::load()?, &options)?,
            Self::Soak(options) => soak::run(&Workspace::load()?, &options)?,
            Self::Endings(options) => endings::run(&Workspace::load()?, &options)?,
            Self::Miri { arguments } => miri::run(&Workspace::load()?, &arguments)?,
            Self::Tsan { arguments } => tsan::run(&Workspace::load()?, &arguments)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn command() -> Result<Command> {
    let mut arguments = lexopt::Parser::from_env();
    let mut words = Vec::new();
    let mut only = Vec::new();
    let mut mode = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("only") => only.push(Step::parse(&arguments.value()?.string()?)?),
            Long("update") => mode = Some(instructions::Mode::Update),
            // The comparison reads its arguments itself.
            Value(word) if words.is_empty() && word == "bench-peers" => {
                let arguments = arguments.raw_args()?.collect();
                return Ok(Command::BenchPeers { arguments });
            }
            Value(word) if words.is_empty() && word == "bench-serve" => {
                let case = ["--only", "serve"].map(OsString::from).into_iter();
                let arguments = case.chain(arguments.raw_args()?).collect();
                return Ok(Command::BenchPeers { arguments });
            }
            Value(word) if words.is_empty() && word == "bench-store" => {
                let cases = ["--only", "store", "--only", "store-scrape"];
                let cases = cases.map(OsString::from).into_iter();
                let arguments = cases.chain(arguments.raw_args()?).collect();
                return Ok(Command::BenchPeers { arguments });
            }
            Value(word) if words.is_empty() && word == "miri" => {
                let arguments = arguments.raw_args()?.collect();
                return Ok(Command::Miri { arguments });
            }
            Value(word) if words.is_empty() && word == "endings" => {
                return Ok(Command::Endings(endings::Options::parse(arguments)?));
            }
            Value(word) if words.is_empty() && word == "tsan" => {
                let arguments = arguments.raw_args()?.collect();
                return Ok(Command::Tsan { arguments });
            }
            Value(word) if words.is_empty() && word == "fuzz" => {
                return Ok(Command::Fuzz(fuzz::Options::parse(arguments)?));
            }
            Value(word) if words.is_empty() && word == "soak" => {
                return Ok(Command::Soak(soak::Options::parse(arguments)?));
            }
            Value(word) => words.push(word.string()?),
            Short(_) | Long(_) => return Err(argument.unexpected().into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] if mode.is_none() => Ok(Command::Test { only }),
        ["bench-check"] if only.is_empty() => Ok(Command::BenchCheck(
            mode.unwrap_or(instructions::Mode::Check),
        )),
        _ if !only.is_empty() => Err("`--only` belongs to `cargo xtask test`".into()),
        _ if mode.is_some() => Err("`--update` belongs to `cargo xtask bench-check`".into()),
        [] | ["help"] => Ok(Command::Help),
        ["receivers"] => Ok(Command::Receivers),
        ["receivers", "run", name] => Ok(Command::RunReceiver(name.to_owned())),
        _ => Err(format!(
            "unknown command `{}`; see `cargo xtask help`",
            words.join(" ")
        )
        .into()),
    }
}

fn help() -> String {
    let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
    format!(
        "\
cargo xtask test [--only STEP]...   everything that must hold, the first failure ends it
    steps: {}
    CI=true: a receiver that cannot be had is a failure
cargo xtask receivers               fetches and unpacks the real servers the tests talk to
cargo xtask receivers run NAME      starts one in the foreground
    names: {}
cargo xtask bench-check [--update]  counts the instructions of hot operations, with valgrind
    more than are written in {} is a failure; --update writes them anew
cargo xtask bench-peers [OPTION]... measures ours beside other libraries and the raw limit
    --only CASE, --quick, --markdown: tables for a document, --help: lists the cases
cargo xtask bench-serve [OPTION]... the same for scrapes over HTTP alone: --quick, --markdown
cargo xtask bench-store [OPTION]... the same for shared stores alone: --quick, --markdown
cargo xtask endings [OPTION]...     ends a job in every way, and counts what arrives
    --runs N: of each, 50 by itself, --only NAME: endings of that name, --rivals: others as well
cargo xtask fuzz [TARGET]...        feeds whatever comes to all that reads, with the nightly toolchain
    --seconds N: each target for so long, 60 by itself
cargo xtask soak [--minutes N]      records for 10 minutes while series, clients and the server come and go
cargo xtask miri [TEST]...          runs the core's unit tests under Miri, of the nightly toolchain
cargo xtask tsan [TEST]...          runs its concurrent ones under ThreadSanitizer, likewise
",
        steps.join(", "),
        receivers::names(),
        instructions::EXPECTED,
    )
}
