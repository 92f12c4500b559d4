//! Counters that processes share in a Redis: how often they are recorded, and what that asks of it.

mod distributed_client;
mod ours;
mod pings;
mod plain;
mod redis;
mod scrape;
mod worker;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use self::redis::Redis;
pub(crate) use self::scrape::run as scrape;
pub(crate) use self::worker::work;
use crate::Result;
use crate::effort::Effort;
use crate::table::Table;

/// How many processes record at once.
const PROCESSES: [usize; 2] = [1, 4];

/// What was recorded, by all processes together.
#[derive(Clone, Copy, Debug)]
struct Found {
    per_second: f64,
    /// How many commands Redis did for one, those that a script calls among them.
    commands_each: f64,
    /// How often Redis read from each process.
    trips_per_second: f64,
}

/// What a library was found to do with counters and with histograms of the default buckets.
struct Shared {
    increments: Found,
    observations: Found,
}

/// Measures a library in a Redis that is its own.
type Measure = fn(&Redis, usize, Duration) -> Result<Shared>;

/// The rival first: the others are compared with it.
const LIBRARIES: [(&str, Measure); 5] = [
    ("prometheus-distributed-client", distributed_client::measure),
    ("raw: redis, one at a time", |redis, processes, time| {
        worker::measure("raw-single", redis, processes, time)
    }),
    ("raw: redis, 1000 at a time", |redis, processes, time| {
        worker::measure("raw-pipeline", redis, processes, time)
    }),
    ("ppc, every change sent", |redis, processes, time| {
        worker::measure("ppc-stream", redis, processes, time)
    }),
    ("ppc, a batch a second", |redis, processes, time| {
        worker::measure("ppc-batch", redis, processes, time)
    }),
];

/// Recordings a second of each, and commands of one recording.
pub(crate) fn run(effort: &Effort) -> Vec<Table> {
    PROCESSES
        .into_iter()
        .flat_map(|processes| tables(effort, processes))
        .collect()
}

fn tables(effort: &Effort, processes: usize) -> [Table; 2] {
    let mut found: [Vec<Shared>; LIBRARIES.len()] = Default::default();
    for _ in 0..effort.scrapes {
        for ((name, measure), found) in LIBRARIES.iter().zip(&mut found) {
            match Redis::start().and_then(|redis| measure(&redis, processes, effort.scrape)) {
                Ok(once) => found.push(once),
                Err(error) => eprintln!("{name}: {error}"),
            }
        }
    }
    let one = |what: &str, of: fn(&Shared) -> Found| {
        let title = format!("{what} in Redis by {processes} processes");
        let columns = ["a second", "to the first", "commands each", "round trips/s"];
        let mut table = Table::new(title, &columns);
        let rounds = found.iter().map(|rounds| middle(rounds.iter().map(of)));
        let rounds: Vec<Option<Found>> = rounds.collect();
        let first = rounds[0].map_or(f64::NAN, |first| first.per_second);
        for ((name, _), middle) in LIBRARIES.iter().zip(rounds) {
            let Some(middle) = middle else { continue };
            table.row(
                name,
                [
                    format!("{:.0}", middle.per_second),
                    format!("{:.1} x", middle.per_second / first),
                    format!("{:.2e}", middle.commands_each),
                    format!("{:.1}", middle.trips_per_second),
                ],
            );
        }
        table.note(
            "The median of the rounds, up to when all of it is in Redis and as much as was recorded. \
             Redis is on loopback and keeps nothing on disk; it and the processes share the \
             machine's cores. Commands are those that scripts call as well, round trips how \
             often Redis read from each process, the end of its connection among them.",
        )
    };
    [
        one("Increments", |shared| shared.increments),
        one("Observations", |shared| shared.observations),
    ]
}

/// The median by recordings a second.
fn middle(rounds: impl Iterator<Item = Found>) -> Option<Found> {
    let mut rounds: Vec<Found> = rounds.collect();
    rounds.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    rounds.get(rounds.len() / 2).copied()
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
