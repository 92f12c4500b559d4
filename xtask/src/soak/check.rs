//! What the job left, against what the server has.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::victoria_metrics::{STORED_WITHIN, Samples, Server, Values, compare, key};

/// The label `run` of everything that the job sends.
pub(super) const RUN: &str = "soak";

/// Those that read all values every so often, and say when.
const DATED: [&str; 4] = ["steady", "spooled", "passing-0", "passing-1"];

/// Those that are there, one after the other, for as long as the job.
const ALWAYS: [&str; 2] = ["steady", "spooled"];

const STREAM: &str = "stream";

/// Faults that are shown of each kind.
const SHOWN: usize = 5;

/// All final values are there, in the name of each client that has them.
pub(super) fn totals(server: &Server, folder: &Path, after: i64) -> Result<()> {
    let known = fs::read_to_string(folder.join("known"))?;
    let mut expected = Vec::new();
    for line in known.lines() {
        let mut words = line.split(' ');
        let (Some(name), Some(labels), Some(value)) = (words.next(), words.next(), words.next())
        else {
            return Err(format!("no series: {line}").into());
        };
        let value: f64 = value.parse()?;
        let comes_and_goes = name == "soak_comings_total";
        let clients = DATED.iter().chain([&STREAM]);
        for client in clients.filter(|client| !comes_and_goes || ALWAYS.contains(client)) {
            let more = [("client", *client), ("run", RUN)];
            expected.push((key(name, labels, &more), value));
        }
    }
    let deadline = Instant::now() + STORED_WITHIN;
    let faults = loop {
        let stay = "soak_(events_total|amounts_.*|removed_total|cleared_.*)";
        let mut found = last(server.samples(&format!(r#"{{__name__=~"{stay}"}}"#), after)?);
        found.extend(last(server.samples("soak_comings_total", 0)?));
        let faults: Vec<String> = expected
            .iter()
            .filter_map(|(key, value)| compare(&found, key, *value))
            .collect();
        if faults.is_empty() || Instant::now() > deadline {
            break faults;
        }
        thread::sleep(Duration::from_millis(200));
    };
    report("final values", expected.len(), &faults)
}

/// Every value that was read is there with its timestamp, but for what the server lost.
pub(super) fn reads(server: &Server, folder: &Path, lost: &[Range<i64>]) -> Result<()> {
    let stored = server.samples("soak_reads", 0)?;
    let (mut all, mut excused, mut faults) = (0, 0, Vec::new());
    for client in DATED {
        let key = key("soak_reads", "", &[("client", client), ("run", RUN)]);
        let stored = stored.get(&key).map(Vec::as_slice).unwrap_or_default();
        for (time, values) in read(&fs::read_to_string(folder.join(client))?)? {
            all += 1;
            if stored
                .iter()
                .any(|(at, value)| *at == time && values.contains(value))
            {
                continue;
            }
            if lost.iter().any(|lost| lost.contains(&time)) {
                excused += 1;
            } else {
                faults.push(format!("{client}: {values:?} of {time} is not there"));
            }
        }
    }
    println!("{excused} of {all} values that were read were lost with the server");
    report("values that were read", all, &faults)
}

/// A log's lines: the values by their timestamp, of which one has two if they are of the same millisecond.
fn read(log: &str) -> Result<BTreeMap<i64, Vec<f64>>> {
    let mut read: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for line in log.lines() {
        let (time, value) = line.split_once(' ').ok_or("no line of a log")?;
        read.entry(time.parse()?).or_default().push(value.parse()?);
    }
    Ok(read)
}

fn last(all: BTreeMap<String, Samples>) -> Values {
    let lasts = all.into_iter().filter_map(|(key, samples)| {
        let latest = samples.iter().max_by_key(|(time, _)| *time)?;
        Some((key, latest.1))
    });
    lasts.collect()
}

fn report(what: &str, all: usize, faults: &[String]) -> Result<()> {
    println!("{what}: {} of {all} are there", all - faults.len());
    if faults.is_empty() && all > 0 {
        return Ok(());
    }
    let shown: Vec<&str> = faults.iter().take(SHOWN).map(String::as_str).collect();
    Err(format!("{what}: {}", shown.join("; ")).into())
}
