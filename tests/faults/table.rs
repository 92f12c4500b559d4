//! The page with what was measured, and whether it still says so.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Mutex, PoisonError};

use super::row::Row;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");

/// Compares the table below a heading of the page, or writes it where `PPC_UPDATE` is set.
#[track_caller]
pub(super) fn compare(heading: &str, head: &[&str], rows: &[Row]) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let heading = format!("\n## {heading}\n");
    let table = table(head, rows);
    println!("{heading}\n{table}");
    let page = fs::read_to_string(PAGE).expect("the page is there");
    let start = page.find(&heading);
    let start = start.unwrap_or_else(|| panic!("docs/faults.md lacks the heading {heading}"));
    let start = start + heading.len();
    let section = &page[start..];
    let section = section
        .find("\n## ")
        .map_or(section, |end| &section[..=end]);
    let old: String = section
        .split_inclusive('\n')
        .filter(|line| line.starts_with('|'))
        .collect();
    if env::var_os("PPC_UPDATE").is_some() {
        let text = match section.find('|') {
            Some(at) => section[..at].to_owned(),
            None => format!("{}\n", section.trim_end_matches('\n')),
        };
        let rest = &page[start + section.len()..];
        let page = format!("{}{text}{table}{rest}", &page[..start]);
        fs::write(PAGE, page).expect("the page can be written");
        return;
    }
    let changed: Vec<_> = table
        .lines()
        .filter(|line| !old.lines().any(|known| known == *line))
        .collect();
    assert!(
        old == table,
        "docs/faults.md says otherwise below {heading}(PPC_UPDATE=1 writes it anew): {changed:#?}"
    );
}

fn table(head: &[&str], rows: &[Row]) -> String {
    let mut table = String::new();
    let _ = writeln!(table, "| {} |", head.join(" | "));
    let _ = writeln!(table, "|{}", "---|".repeat(head.len()));
    for row in rows {
        let _ = writeln!(table, "| {} |", row.join(" | ").replace('\n', " "));
    }
    table
}
