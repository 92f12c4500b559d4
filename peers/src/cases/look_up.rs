//! Recording by label values: a look-up each time.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::compare::{OWN, compare};
use crate::effort::Effort;
use crate::labels::{Triple, VALUES, triples, visits};
use crate::raw::{own, packed, shared};
use crate::rivals::{Events, Library};
use crate::rounds::{Operation, Run, Work, repeat};
use crate::table::Table;

/// The time between two series that another thread inserts.
const INSERTION: Duration = Duration::from_micros(10);

/// Room for the series that are inserted, also where many rounds are done again.
const INSERTED: usize = 500_000;

pub(super) fn enums(effort: &Effort) -> Vec<Table> {
    let raw = vec![(OWN, own::enums())];
    let title = "look-up by 3 labels of fixed sets (4, 3 and 2 values) and inc";
    let run = Run {
        size: VALUES,
        ..Run::once(1)
    };
    vec![compare(title, run, effort, raw, |l| l.enums())]
}

pub(super) fn texts(effort: &Effort) -> Vec<Table> {
    vec![look_ups("1,000 series, 1 thread", 1_000, 1, effort)]
}

pub(super) fn texts_2(effort: &Effort) -> Vec<Table> {
    vec![look_ups(
        "1,000 series, 2 threads on all of them",
        1_000,
        2,
        effort,
    )]
}

pub(super) fn texts_100k(effort: &Effort) -> Vec<Table> {
    vec![look_ups("100,000 series, 1 thread", 100_000, 1, effort)]
}

pub(super) fn texts_insert(effort: &Effort) -> Vec<Table> {
    let known = triples(1_000);
    let of = |library: &dyn Library| {
        let events = library.events(known.len() + INSERTED);
        Work {
            operation: pass(&events, &known),
            beside: Some(insert(events)),
        }
    };
    let title = "1,000 series, while another thread inserts 100,000 new ones a second";
    vec![compare_texts(title, &known, 1, effort, of)]
}

fn look_ups(title: &str, series: usize, threads: usize, effort: &Effort) -> Table {
    let known = triples(series);
    let of = |library: &dyn Library| pass(&library.events(series), &known);
    compare_texts(title, &known, threads, effort, of)
}

fn compare_texts<W: Into<Work>>(
    title: &str,
    known: &[Triple],
    threads: usize,
    effort: &Effort,
    of: impl Fn(&dyn Library) -> W,
) -> Table {
    let visits = visits(known);
    let run = Run {
        size: visits.len(),
        ..Run::once(threads)
    };
    let raw = vec![
        (
            "raw: packed texts, table of the thread's own",
            packed::look_ups(visits.clone()),
        ),
        (
            "raw: boxed texts, shared table, atomic add",
            shared::look_ups(known, visits),
        ),
    ];
    let title = format!("look-up by 3 texts and inc, {title}");
    compare(&title, run, effort, raw, of).note(
        "In an order without a pattern. The raw limits are never inserted into; the first takes \
         texts of at most 16 bytes only.",
    )
}

/// A look-up for each of the visits; the series are inserted before.
fn pass(events: &Arc<dyn Events>, known: &[Triple]) -> Operation {
    events.inc_all(known);
    let visits = visits(known);
    let events = Arc::clone(events);
    repeat(move || events.inc_all(&visits))
}

/// Inserts a series and waits a little.
fn insert(events: Arc<dyn Events>) -> Box<dyn Fn() + Sync> {
    let inserted = AtomicUsize::new(0);
    Box::new(move || {
        let start = Instant::now();
        let n = inserted.fetch_add(1, Relaxed);
        events.inc(&[format!("new-{n}"), "host-1".to_owned(), "login".to_owned()]);
        while start.elapsed() < INSERTION {
            hint::spin_loop();
        }
    })
}
