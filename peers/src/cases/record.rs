//! Recording where the series is known: no look-up.

use super::compare::{OWN, SHARED, compare};
use crate::effort::Effort;
use crate::labels::VALUES;
use crate::raw::{own, shared};
use crate::rounds::{Operation, Run};
use crate::table::Table;

pub(super) fn counter(effort: &Effort) -> Vec<Table> {
    let title = "counter inc, 1 thread";
    let run = Run::once(1);
    vec![compare(title, run, effort, counters(), |l| l.counter())]
}

pub(super) fn counter_2(effort: &Effort) -> Vec<Table> {
    let title = "counter inc, 2 threads on one series";
    let run = Run::once(2);
    vec![compare(title, run, effort, counters(), |l| l.counter())]
}

pub(super) fn held(effort: &Effort) -> Vec<Table> {
    let title = "counter inc, held handle of a series with labels";
    let run = Run::once(1);
    vec![compare(title, run, effort, counters(), |l| l.held())]
}

pub(super) fn gauge(effort: &Effort) -> Vec<Table> {
    let raw = vec![(SHARED, shared::gauge())];
    let title = "gauge set";
    vec![compare(title, Run::once(1), effort, raw, |l| l.gauge())]
}

pub(super) fn histogram(effort: &Effort) -> Vec<Table> {
    vec![observe(
        "histogram observe, 12 buckets, 1 thread",
        1,
        effort,
    )]
}

pub(super) fn histogram_2(effort: &Effort) -> Vec<Table> {
    vec![observe(
        "histogram observe, 12 buckets, 2 threads on one series",
        2,
        effort,
    )]
}

fn observe(title: &str, threads: usize, effort: &Effort) -> Table {
    let raw = vec![(OWN, own::histogram()), (SHARED, shared::histogram())];
    let run = Run {
        size: VALUES,
        ..Run::once(threads)
    };
    compare(title, run, effort, raw, |l| l.histogram()).note(
        "The observations fall into every bucket, without a pattern. `metrics` only appends them \
         and sorts them into buckets later; that upkeep is counted here.",
    )
}

fn counters() -> Vec<(&'static str, Operation)> {
    vec![(OWN, own::counter()), (SHARED, shared::counter())]
}
