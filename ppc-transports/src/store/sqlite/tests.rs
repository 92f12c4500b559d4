//! What becomes of a chunk that comes again, or too early.

use std::{env, fs, process};

use super::*;
use crate::batch::chunks;

#[test]
fn k25_a_number_counts_once_and_in_its_order() {
    let folder = env::temp_dir().join(format!("ppc-numbers-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut store = SqliteBackend::new(&folder.join("metrics.db"), "ppc", false);
    let mut apply = |number: u64, after: u64, writer: &str| {
        let text = format!("#{number} {after} 0 - 1 {writer} i f counter;;;last \\e \\e\n+1\t\n");
        let all: Vec<_> = chunks(&text).collect();
        let is_applied = store.apply(&all) == [Verdict::Applied];
        let read = store.read().unwrap();
        let values: Vec<&str> = read.families[0]
            .series
            .iter()
            .filter_map(|(_, row)| row.split(' ').next_back())
            .collect();
        (is_applied, values.join(","))
    };
    let told = |is_applied, value: &str| (is_applied, value.to_owned());
    assert_eq!(apply(1, 0, "w"), told(true, "1"));
    assert_eq!(apply(1, 0, "w"), told(true, "1"), "known");
    assert_eq!(apply(3, 2, "w"), told(false, "1"), "2 is missing");
    assert_eq!(apply(2, 1, "w"), told(true, "2"));
    assert_eq!(apply(1, 0, "w"), told(true, "2"), "older than the last");
    assert_eq!(apply(3, 2, "w"), told(true, "3"));
    assert_eq!(apply(1, 0, "other"), told(true, "4"), "of another writer");
    fs::remove_dir_all(&folder).unwrap();
}

/// A folder of its own, and a store in it.
fn store_in(name: &str) -> (PathBuf, SqliteBackend) {
    let folder = env::temp_dir().join(format!("ppc-{name}-{}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let store = SqliteBackend::new(&folder.join("metrics.db"), "ppc", false);
    (folder, store)
}

/// Values by series, of the family `f`.
fn values(store: &mut SqliteBackend) -> Vec<(String, String)> {
    let read = store.read().unwrap();
    let row = |(field, row): &(String, String)| {
        let (_, value) = row.split_once(' ').unwrap();
        (field.replace('\t', " "), value.to_owned())
    };
    read.families[0].series.iter().map(row).collect()
}

fn written(store: &mut SqliteBackend, text: &str) {
    let all: Vec<_> = chunks(text).collect();
    let is_applied = store.apply(&all).iter().all(|one| *one == Verdict::Applied);
    assert!(is_applied, "{text}");
}

#[test]
fn k25_a_file_that_is_replaced_is_found_out() {
    let (folder, mut store) = store_in("replaced");
    let text = |number: u64| format!("#{number} 0 0 - 1 w i f counter;;;last \\e \\e\n+1\t\n");
    written(&mut store, &text(1));
    for entry in fs::read_dir(&folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    written(&mut store, &text(2));
    let mut reader = SqliteBackend::new(&folder.join("metrics.db"), "ppc", true);
    assert_eq!(values(&mut reader), [(String::new(), "1".to_owned())]);
    fs::remove_dir_all(&folder).unwrap();
}
