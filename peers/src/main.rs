//! Measures `ppc` beside other metrics libraries and beside the raw limit: the same work without
//! a library.
//!
//! Each case runs in a process of its own, so that what one leaves behind (statics, heap, caches)
//! is none of the next one's.

mod cases;
#[path = "../../benches/harness/datagrams.rs"]
mod datagrams;
mod effort;
mod heap;
mod labels;
mod raw;
#[path = "../../benches/harness/receiver.rs"]
mod receiver;
mod rivals;
mod rounds;
mod serve;
mod store;
mod table;

use std::error::Error;
use std::process::{Command, ExitCode};

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short};

use crate::cases::Case;
use crate::effort::Effort;
use crate::table::Style;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> ExitCode {
    match options().and_then(Options::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the command line asks for.
#[derive(Default)]
struct Options {
    help: bool,
    only: Vec<&'static Case>,
    effort: Effort,
    style: Style,
    /// To be the server of this name, for the case `serve`.
    serve: Option<String>,
    /// To do this in the store of another process, for the cases `store` and `store-scrape`.
    work: Option<String>,
}

fn options() -> Result<Options> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => options.help = true,
            Long("only") => options
                .only
                .push(Case::parse(&arguments.value()?.string()?)?),
            Long("serve") => options.serve = Some(arguments.value()?.string()?),
            Long("work") => options.work = Some(arguments.value()?.string()?),
            Long("quick") => options.effort = Effort::QUICK,
            Long("markdown") => options.style = Style::Markdown,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

impl Options {
    fn run(self) -> Result<()> {
        if self.help {
            println!("peers [--only CASE]... [--quick] [--markdown]\ncases:");
            for case in &cases::ALL {
                println!("    {:<16} {}", case.name, case.about);
            }
            return Ok(());
        }
        if let Some(name) = self.serve {
            return serve::serve(&name);
        }
        if let Some(order) = self.work {
            return store::work(&order);
        }
        if let [case] = self.only[..] {
            for table in (case.run)(&self.effort) {
                table.print(self.style);
            }
            return Ok(());
        }
        let all: Vec<&Case> = cases::ALL.iter().collect();
        let chosen = if self.only.is_empty() { all } else { self.only };
        chosen.into_iter().try_for_each(alone)
    }
}

/// Runs one case in a process of its own, with the other arguments of this one.
fn alone(case: &Case) -> Result<()> {
    let flags =
        std::env::args().filter(|argument| ["--quick", "--markdown"].contains(&&**argument));
    let status = Command::new(std::env::current_exe()?)
        .args(["--only", case.name])
        .args(flags)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("case {}: {status}", case.name).into())
    }
}
