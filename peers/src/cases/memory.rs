//! The heap that series need.

use crate::effort::Effort;
use crate::heap::{self, Growth};
use crate::labels::{text, triples};
use crate::raw::interned::Interned;
use crate::rivals;
use crate::table::Table;

const SERIES: usize = 100_000;

pub(super) fn run(_: &Effort) -> Vec<Table> {
    let known = triples(SERIES);
    let title = "heap bytes a series beyond the text of its labels, 100,000 counters of 3 texts";
    let mut table = Table::new(title, &["at the end", "at the peak", "with the text"]);
    let text = text(&known);
    let mut row = |name: &str, growth: &Growth| {
        table.row(
            name,
            [
                beyond(growth.end, text),
                beyond(growth.peak, text),
                beyond(growth.end, 0),
            ],
        );
    };

    heap::count();
    let mut interned = None;
    let growth = heap::growth(|| interned = Some(Interned::new(&known)));
    row("raw: each text once", &growth);
    drop(interned);
    for library in &rivals::all() {
        let mut events = None;
        let growth = heap::growth(|| {
            let counters = library.events(SERIES);
            counters.inc_all(&known);
            events = Some(counters);
        });
        row(library.name(), &growth);
        drop(events);
    }
    vec![table.note(
        "The text of a series is that of its three values, also where other series have the same: \
         who keeps equal texts once gains that. `opentelemetry_sdk` is told the number of series \
         and makes room for them beforehand.",
    )]
}

fn beyond(bytes: isize, text: usize) -> String {
    format!("{:.0}", (bytes - text.cast_signed()) as f64 / SERIES as f64)
}
