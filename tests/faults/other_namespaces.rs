//! Files on a disk that is full.

use std::fs;
use std::sync::Arc;

use super::disk::Disk;
use super::row::{Case, HEAD, LAST, NONE, all_steps, measure};
use super::run::{Came, Plan};
use super::table;

#[test]
fn a_full_disk() {
    let mut cases = Vec::new();
    for (way, name) in [("textfile", "job.prom"), ("sqlite", "job.db")] {
        let disk = Arc::new(Disk::create());
        let (told, read) = (Arc::clone(&disk), Arc::clone(&disk));
        cases.push(Case {
            fault: "disk full",
            transport: way,
            plan: Plan {
                url: format!("{way}://{}", disk.path().join(name).display()),
                lack: "none".to_owned(),
                way: disk.way(),
                settings: Vec::new(),
            },
            toggle: Box::new(move |is_on| told.set_full(is_on)),
            arrived: Box::new(move |came| {
                let path = read.copy().join(name);
                match way {
                    "textfile" => last_in(&fs::read_to_string(path).unwrap_or_default(), came),
                    _ => all_steps(&format!("sqlite://{}", path.display()), came),
                }
            }),
            says: &["No space left", "disk is full", "disk I/O error"],
        });
    }
    table::compare("Files", &HEAD, &measure(cases));
}

/// Whether the text has what was read last.
fn last_in(text: &str, came: &Came) -> String {
    let last = came.read.last().expect("it was read");
    let line = format!("outage_ticks{{run=\"{}\"}} {}", came.name, last.1);
    let found = text.lines().any(|known| known == line);
    if found { LAST } else { NONE }.to_owned()
}
