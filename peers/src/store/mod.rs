//! Counters that processes share in a Redis: how often they are recorded, and what that asks of it.

mod distributed_client;
mod redis;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use self::redis::Redis;
use crate::Result;
use crate::effort::Effort;
use crate::table::{Table, number};

/// How many processes record at once.
const PROCESSES: [usize; 2] = [1, 4];

/// What was recorded, by all processes together.
#[derive(Clone, Copy, Debug)]
struct Found {
    per_second: f64,
    /// How many commands Redis did for one, those that a script calls among them.
    commands_each: f64,
}

/// What a library was found to do with counters and with histograms of the default buckets.
struct Shared {
    increments: Found,
    observations: Found,
}

/// Measures a library in a Redis that is its own.
type Measure = fn(&Redis, usize, Duration) -> Result<Shared>;

const LIBRARIES: [(&str, Measure); 1] =
    [("prometheus-distributed-client", distributed_client::measure)];

/// Recordings a second of each, and commands of one recording.
pub(crate) fn run(effort: &Effort) -> Vec<Table> {
    let tables = PROCESSES.map(|processes| {
        let title = format!("Recorded in Redis by {processes} processes");
        let columns = ["inc/s", "commands each", "observe/s", "commands each"];
        let mut table = Table::new(title, &columns);
        for (name, measure) in LIBRARIES {
            let mut found = Vec::new();
            for _ in 0..effort.scrapes {
                match Redis::start().and_then(|redis| measure(&redis, processes, effort.scrape)) {
                    Ok(once) => found.push(once),
                    Err(error) => eprintln!("{name}: {error}"),
                }
            }
            let cells = [
                middle(found.iter().map(|once| once.increments)),
                middle(found.iter().map(|once| once.observations)),
            ];
            table.row(name, cells.into_iter().flatten());
        }
        table.note(
            "The median of the rounds. Redis is on loopback and keeps nothing on disk; it and the \
             processes share the machine's cores.",
        )
    });
    tables.into()
}

/// The cells of the median by recordings a second.
fn middle(rounds: impl Iterator<Item = Found>) -> [String; 2] {
    let mut rounds: Vec<Found> = rounds.collect();
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let middle = rounds.get(rounds.len() / 2).copied();
    middle.map_or(["-".to_owned(), "-".to_owned()], |found| {
        [
            format!("{:.0}", found.per_second),
            number(found.commands_each),
        ]
    })
}

/// The program of a receiver that `cargo xtask receivers` has unpacked.
fn program(name: &str) -> Result<PathBuf> {
    let this = env::current_exe()?;
    let folders = this.ancestors().map(|folder| folder.join("receivers"));
    let named = env::var_os("PPC_RECEIVERS").map(PathBuf::from);
    let found = named.into_iter().chain(folders).find_map(|folder| {
        let home = folder.join(name);
        // Its first line is the program below this folder.
        let receipt = fs::read_to_string(home.join("receipt")).ok()?;
        Some(home.join(receipt.lines().next()?)).filter(|program| program.is_file())
    });
    found.ok_or_else(|| format!("there is no {name}: run `cargo xtask receivers`").into())
}
