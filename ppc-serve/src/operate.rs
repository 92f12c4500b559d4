//! Looks after a store: shows, lists, drops, resets, migrates.

use std::fmt::Write as _;
use std::mem;
use std::sync::Mutex;

use ppc::store::Migration;
use ppc::{FamilySnapshot, Snapshot, Source, expose};

use crate::failure::Failure;
use crate::place::Place;
use crate::say::say;

/// Prints everything that is stored, in the text format.
pub(crate) fn show(place: &Place) -> Result<(), Failure> {
    let snapshot = read(place)?;
    let fault = first_fault(&snapshot);
    say(expose::generate_latest(&Once(Mutex::new(snapshot))))?;
    whole(fault)
}

/// Prints the families, one a line.
pub(crate) fn list(place: &Place) -> Result<(), Failure> {
    let snapshot = read(place)?;
    say(table(&snapshot))?;
    whole(first_fault(&snapshot))
}

/// Removes families with their declarations, each by itself.
pub(crate) fn drop_families(place: &Place, families: &[String]) -> Result<(), Failure> {
    let store = place.open()?;
    let mut missing = Vec::new();
    for family in families {
        if store.drop_family(family)? {
            say(format!("dropped {family}\n"))?;
        } else {
            missing.push(&**family);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join("`, `");
    Err(Failure::Work(format!(
        "there is no family `{missing}`; `list` names those that there are"
    )))
}

/// Removes everything.
pub(crate) fn reset(place: &Place) -> Result<(), Failure> {
    place.open()?.reset()?;
    say("removed everything\n")
}

/// Moves a family to another declaration.
pub(crate) fn migrate(place: &Place, family: &str, migration: &Migration) -> Result<(), Failure> {
    let series = place.open()?.migrate(family, migration)?;
    say(format!("migrated {family}: {series} series\n"))
}

/// Everything that is stored; a failure where nothing can be read.
fn read(place: &Place) -> Result<Snapshot, Failure> {
    let snapshot = place.open()?.gather();
    let is_empty = snapshot.families().next().is_none();
    let fault = first_fault(&snapshot).filter(|_| is_empty);
    fault.map_or(Ok(snapshot), |fault| Err(Failure::Work(fault)))
}

fn first_fault(snapshot: &Snapshot) -> Option<String> {
    snapshot.faults().next().map(str::to_owned)
}

/// A failure where something is left out.
fn whole(fault: Option<String>) -> Result<(), Failure> {
    match fault {
        Some(fault) => Err(Failure::Work(format!("something is left out: {fault}"))),
        None => Ok(()),
    }
}

/// What was read, to be gathered once.
struct Once(Mutex<Snapshot>);

impl Source for Once {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        if let Ok(mut read) = self.0.lock() {
            *snapshot = mem::take(&mut *read);
        }
    }
}

fn table(snapshot: &Snapshot) -> String {
    let rows = snapshot.families().map(row);
    let head = ["FAMILY", "KIND", "SERIES", "LABELS"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [family, kind, series] = [0, 1, 2].map(|column| width(column).unwrap_or_default());
    let mut text = String::new();
    for [a, b, c, d] in &rows {
        let line = format!("{a:family$}  {b:kind$}  {c:>series$}  {d}");
        // A String takes all.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn row(family: &FamilySnapshot) -> [String; 4] {
    let descriptor = family.descriptor();
    let mut labels: Vec<&str> = descriptor.label_names().collect();
    for (label, _) in family.series().flat_map(|series| series.labels()) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    [
        descriptor.names().family().to_owned(),
        descriptor.kind().to_string(),
        family.series().len().to_string(),
        labels.join(","),
    ]
}

#[cfg(test)]
mod tests {
    use ppc::{Counter, Gauge, Registry};

    use super::*;

    #[test]
    fn families_stand_in_columns() {
        let registry = Registry::new();
        Gauge::builder("heat").register(&registry).unwrap().set(1);
        let jobs = Counter::builder("jobs_done").label_names(["queue", "site"]);
        let jobs = jobs.register(&registry).unwrap();
        jobs.labels(("a", "b")).unwrap().inc();
        jobs.labels(("a", "c")).unwrap().inc();
        let expected = "FAMILY     KIND     SERIES  LABELS\n\
                        heat       gauge         1\n\
                        jobs_done  counter       2  queue,site\n";
        assert_eq!(table(&registry.gather()), expected);
    }
}
