//! `ppc-serve`: serves what many processes have counted together, and looks after it.
#![forbid(unsafe_code)]

mod arguments;
mod failure;
mod operate;
mod options;
mod page;
mod place;
mod say;
mod serve;
mod words;

use std::process::ExitCode;

use crate::arguments::Command;
use crate::failure::Failure;
use crate::say::say;

const HELP: &str = include_str!("help.txt");

fn main() -> ExitCode {
    let command = arguments::read(lexopt::Parser::from_env(), place::from_environment());
    match command.and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("ppc-serve: {failure}");
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Help => say(HELP),
        Command::Version => say(concat!("ppc-serve ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Serve(place, settings) => serve::serve(&place, &settings),
        Command::Show(place) => operate::show(&place),
        Command::List(place) => operate::list(&place),
        Command::Drop(place, families) => operate::drop_families(&place, &families),
        Command::Reset(place) => operate::reset(&place),
        Command::Migrate(place, family, migration) => operate::migrate(&place, &family, &migration),
    }
}
