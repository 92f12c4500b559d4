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
