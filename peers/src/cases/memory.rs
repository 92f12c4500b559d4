//! The heap that series need, and streams.

use std::thread;
use std::time::{Duration, Instant};

use ppc::{Full, StatsdUdp};

use super::drain::RUN;
use crate::effort::Effort;
use crate::heap::{self, Growth};
use crate::labels::{text, triples};
use crate::raw::interned::Interned;
use crate::receiver::Receiver;
use crate::rivals;
use crate::rivals::stream::Sending;
use crate::rivals::stream::ours::{self, once};
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

/// The heap of a stream.
pub(super) fn stream(effort: &Effort) -> Vec<Table> {
    let receiver = Receiver::start();
    heap::count();
    let mut stream = None;
    let start = || {
        let guard = ours::start(
            StatsdUdp::new(&receiver.address),
            &once::REGISTRY,
            Full::DropNewest,
        );
        thread::sleep(Duration::from_millis(100));
        stream = Some(guard);
    };
    let idle = heap::growth(start);
    let dropped = ours::dropped();
    let full = heap::growth(|| {
        let (record, start) = (once::Set.gauge(), Instant::now());
        while start.elapsed() < effort.drain {
            record(RUN);
        }
    });
    let dropped = ours::dropped() - dropped;
    let mut table = Table::new("heap bytes of a stream", &["more"]);
    table.row("with nothing recorded", [idle.end.to_string()]);
    table.row("at a full feed, at most", [full.peak.to_string()]);
    let note = format!("Full: {dropped} changes were dropped while as many were recorded as go.");
    vec![table.note(&note)]
}
