//! The command line: `quickstart [DIR] [--to host:port]`.

use std::fs;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

pub(crate) const HELP: &str = "\
Walks a directory tree with two jobs whose metrics are pushed while they run, shows what arrives,
and checks it against what the jobs counted themselves.

Usage: cargo run --example quickstart [-- [DIR] [--to HOST:PORT]]

  DIR             the directory to walk; the current one by default
  --to HOST:PORT  push to this server, as Influx lines over UDP, in place of the receiver that
                  is built in; nothing is shown or checked then
  --help          say this

It ends by itself within half a minute, whatever the directory; Ctrl-C ends it earlier.
Exit status: 0 all as counted, 1 something differs or failed, 2 wrong arguments, 130 Ctrl-C.
";

/// What was asked for.
pub(crate) enum Command {
    Help,
    Run(Args),
}

/// Where to look, and where to push.
pub(crate) struct Args {
    pub(crate) directory: PathBuf,
    /// Nothing: to the receiver that is built in.
    pub(crate) to: Option<String>,
}

/// Reads the arguments of this process.
///
/// # Errors
///
/// Says which argument is wrong, what was found and what was expected.
pub(crate) fn parse() -> Result<Command, String> {
    let mut parser = Parser::from_env();
    let (mut directory, mut to) = (None, None);
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("to") => {
                let address = parser.value().and_then(ValueExt::string);
                to = Some(address.map_err(|error| format!("--to: {error}, expected HOST:PORT"))?);
            }
            Arg::Value(value) if directory.is_none() => directory = Some(PathBuf::from(value)),
            Arg::Value(value) => {
                return Err(format!(
                    "found a second directory, {}, expected one",
                    value.display()
                ));
            }
            other => return Err(format!("{}, expected --to or --help", other.unexpected())),
        }
    }
    let directory = directory.unwrap_or_else(|| PathBuf::from("."));
    Ok(Command::Run(Args {
        directory: checked_directory(directory)?,
        to: to.map(checked_address).transpose()?,
    }))
}

fn checked_directory(directory: PathBuf) -> Result<PathBuf, String> {
    let found = match fs::metadata(&directory) {
        Ok(metadata) if metadata.is_dir() => {
            return Ok(fs::canonicalize(&directory).unwrap_or(directory));
        }
        Ok(_) => "not a directory".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(format!(
        "{}: {found}, expected a directory",
        directory.display()
    ))
}

/// The job itself takes any address and logs what is wrong with it; a user at a terminal is
/// better served at once.
fn checked_address(address: String) -> Result<String, String> {
    let (host, port) = address.rsplit_once(':').unwrap_or((&address, ""));
    let is_host = !host.is_empty() && (!host.contains(':') || host.starts_with('['));
    let is_port = port.parse::<u16>().is_ok_and(|port| port != 0);
    let expected = "expected HOST:PORT, such as localhost:8089 or [::1]:8089";
    (is_host && is_port)
        .then_some(())
        .ok_or(format!("--to: found {address:?}, {expected}"))?;
    Ok(address)
}
