//! What threads cost that are alive, and those that were.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Barrier};
use std::thread::{self, ScopedJoinHandle};

use super::SNAPSHOTS;
use crate::effort::Effort;
use crate::heap;
use crate::labels::triples;
use crate::rivals::{self, Events, Library};
use crate::rounds::{Operation, Run, Work, interleave, repeat};
use crate::table::{Table, number};

/// How many threads live at once.
const LIVE: usize = 64;
/// How many series each of them records into before a gather.
const GATHERED: usize = 512;
/// How many each records into before its heap is looked at.
const REMEMBERED: usize = 256;

pub(super) fn run(effort: &Effort) -> Vec<Table> {
    vec![gathers(effort), increments(effort)]
}

/// Apart from the others: what is kept of their threads would be taken up again here.
pub(super) fn heap(effort: &Effort) -> Vec<Table> {
    vec![heaps(effort)]
}

fn gathers(effort: &Effort) -> Table {
    let title = "gather of 512 counters that 64 live threads have recorded into: ns a series";
    let columns = ["minimum", "median", "with 1 thread, median"];
    let mut table = Table::new(title, &columns);
    let known = triples(GATHERED);
    let libraries = rivals::all();
    let events: Vec<_> = libraries.iter().map(|l| l.events(GATHERED)).collect();
    for events in &events {
        events.inc_all(&known);
    }
    let run = Run {
        size: GATHERED,
        ..Run::once(1)
    };
    let works = |slots| -> Vec<Work> {
        let raw = Work::from(sums(slots));
        let rivals = events.iter().map(|events| gather(events).into());
        std::iter::once(raw).chain(rivals).collect()
    };
    let alone = interleave(&works(1), run, effort);
    let record = || events.iter().for_each(|events| events.inc_all(&known));
    let beside = with_live(record, || interleave(&works(LIVE), run, effort));

    let names = libraries.iter().map(|library| library.name());
    let names = std::iter::once("raw: sums of the threads' own slots").chain(names);
    for (name, (alone, beside)) in names.zip(alone.iter().zip(&beside)) {
        let times = [beside.minimum, beside.median, alone.median];
        table.row(name, times.map(number));
    }
    table.note(SNAPSHOTS)
}

fn increments(effort: &Effort) -> Table {
    let title = "counter inc, while 64 other threads that have recorded into it idle: ns";
    let columns = ["minimum", "median", "without them, median"];
    let mut table = Table::new(title, &columns);
    let libraries = rivals::all();
    let works: Vec<Work> = libraries.iter().map(|l| l.counter().into()).collect();
    let alone = interleave(&works, Run::once(1), effort);
    let record = || works.iter().for_each(|work| (work.operation)(1));
    let beside = with_live(record, || interleave(&works, Run::once(1), effort));
    for (library, (alone, beside)) in libraries.iter().zip(alone.iter().zip(&beside)) {
        let times = [beside.minimum, beside.median, alone.median];
        table.row(library.name(), times.map(number));
    }
    table
}

fn heaps(effort: &Effort) -> Table {
    let lives = effort.short_lives;
    let title = "heap bytes of threads";
    let short = format!("of {lives} short ones, in all");
    let live = "of a live one, for 256 counters";
    let mut table = Table::new(title, &[live, &short]);
    let words = REMEMBERED * size_of::<u64>();
    table.row(
        "raw: slots of the thread's own",
        [words, 0].map(|bytes| bytes.to_string()),
    );
    heap::count();
    for library in &rivals::all() {
        let cells = [live_heap(&**library), short_heap(&**library, lives)];
        table.row(library.name(), cells);
    }
    table.note(
        "The short ones live one after another and add 1 each; what the first of them leaves is \
         not counted. The live ones are 64.",
    )
}

/// What a thread adds to the heap that records into some counters that are there already.
fn live_heap(library: &dyn Library) -> String {
    let known = triples(REMEMBERED);
    let events = library.events(REMEMBERED);
    events.inc_all(&known);
    let record = || events.inc_all(&known);
    let bytes = live(record, heap::live, |before| heap::live() - before);
    format!("{:.0}", bytes as f64 / LIVE as f64)
}

/// What is left of threads that are gone.
fn short_heap(library: &dyn Library, lives: usize) -> String {
    let operation = library.counter();
    let one = || {
        thread::scope(|scope| {
            join(scope.spawn(|| operation(1)));
        });
    };
    one();
    let growth = heap::growth(|| (1..lives).for_each(|_| one()));
    growth.end.to_string()
}

/// Runs something while threads are alive that each have recorded.
fn with_live<R>(record: impl Fn() + Sync, run: impl FnOnce() -> R) -> R {
    live(record, || (), |()| run())
}

/// The same, with a look at the threads before they have recorded.
fn live<B, R>(
    record: impl Fn() + Sync,
    before: impl FnOnce() -> B,
    after: impl FnOnce(B) -> R,
) -> R {
    let [started, looked_at, recorded, ended] = std::array::from_fn(|_| Barrier::new(LIVE + 1));
    thread::scope(|scope| {
        let life = || {
            started.wait();
            looked_at.wait();
            record();
            recorded.wait();
            ended.wait();
        };
        let lives: Vec<_> = (0..LIVE).map(|_| scope.spawn(life)).collect();
        started.wait();
        let seen = before();
        looked_at.wait();
        recorded.wait();
        let result = after(seen);
        ended.wait();
        lives.into_iter().for_each(join);
        result
    })
}

/// Waits for a thread's end; a scope by itself waits only for that of its closure, and then the
/// thread may still free something.
fn join(life: ScopedJoinHandle<'_, ()>) {
    life.join().expect("a recording panicked");
}

fn gather(events: &Arc<dyn Events>) -> Operation {
    let events = Arc::clone(events);
    repeat(move || {
        black_box(events.gather());
    })
}

/// Adds up as many counters for as many threads.
fn sums(threads: usize) -> Operation {
    let slots = || (0..GATHERED as u64).map(AtomicU64::new).collect();
    let threads: Vec<Box<[AtomicU64]>> = (0..threads).map(|_| slots()).collect();
    repeat(move || {
        let mut totals = [0; GATHERED];
        for slots in &threads {
            for (total, slot) in totals.iter_mut().zip(slots) {
                *total += slot.load(Relaxed);
            }
        }
        black_box(totals);
    })
}
