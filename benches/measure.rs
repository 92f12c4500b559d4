//! `#[measure]` on functions that do nothing, beside reading the clock twice.

mod harness;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use harness::{Table, on_two_threads, repeat};
use ppc::{measure, metric};

metric! {
    /// How long.
    static SECONDS: Histogram {}
    /// How many.
    static CALLS: Counter {}
    /// How many failed.
    static ERRORS: Counter {}
    /// How many run.
    static BUSY: Gauge {}
    /// How long, by name.
    static BY_NAME: Histogram { labels: [name] }
}

#[measure]
#[inline(never)]
fn own(n: u32) -> Result<u32, u32> {
    Ok(n)
}

#[measure]
async fn own_async(n: u32) -> Result<u32, u32> {
    Ok(n)
}

#[measure(time = SECONDS)]
#[inline(never)]
fn timed(n: u32) -> Result<u32, u32> {
    Ok(n)
}

#[measure(time = SECONDS, calls = CALLS, errors = ERRORS)]
#[inline(never)]
fn given(n: u32) -> Result<u32, u32> {
    Ok(n)
}

#[measure(time = SECONDS, calls = CALLS, errors = ERRORS, in_progress = BUSY)]
#[inline(never)]
fn tracked(n: u32) -> Result<u32, u32> {
    Ok(n)
}

#[measure(time = BY_NAME.name("auth"))]
#[inline(never)]
fn by_name(n: u32) -> Result<u32, u32> {
    Ok(n)
}

/// What measuring takes at least.
#[inline(never)]
#[expect(clippy::unnecessary_wraps, reason = "as the others do")]
fn two_reads(n: u32) -> Result<u32, u32> {
    let start = Instant::now();
    black_box(start.elapsed());
    Ok(n)
}

fn main() {
    let table = Table::new("measure", "a call");
    let raw = || repeat(|| two_reads(black_box(5)));
    let poll = || {
        let future = pin!(own_async(black_box(5)));
        future
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    };
    table.row(
        "#[measure] | two reads of the clock",
        repeat(|| own(black_box(5))),
        raw(),
    );
    table.row("the same, async", repeat(poll), raw());
    table.row(
        "the same, 2 threads",
        on_two_threads(|| own(black_box(5))),
        on_two_threads(|| two_reads(black_box(5))),
    );
    table.row("time = a static", repeat(|| timed(black_box(5))), raw());
    table.row("time, calls, errors", repeat(|| given(black_box(5))), raw());
    table.row(
        "time, calls, errors, in_progress",
        repeat(|| tracked(black_box(5))),
        raw(),
    );
    table.row(
        "time = a look-up by text",
        repeat(|| by_name(black_box(5))),
        raw(),
    );
}
