//! Threads that end: what they recorded stays, and what they had is used again.

use std::cell::RefCell;
use std::sync::{Arc, Barrier};
use std::thread;

use super::check;
use crate::cell::block_count;
use crate::{Counter, Histogram, Registry};

#[test]
fn ten_thousand_short_threads_lose_nothing_and_leave_nothing() {
    const FIRST: usize = if cfg!(miri) { 5 } else { 100 };
    const THREADS: usize = if cfg!(miri) { 15 } else { 10_000 };
    let registry = Registry::new();
    let counter = Counter::builder("c").register(&registry).unwrap();
    let histogram = Histogram::builder("h")
        .buckets([1])
        .register(&registry)
        .unwrap();
    let run = || {
        thread::scope(|scope| {
            scope.spawn(|| {
                counter.inc();
                counter.inc_by(0.25);
                histogram.observe(0.5);
            });
        });
    };
    // Beyond what makes a series worth words of its own.
    for _ in 0..FIRST {
        run();
    }
    registry.gather();
    let before = block_count();
    for _ in FIRST..THREADS {
        run();
    }
    // Other tests have threads as well, but not thousands of them.
    let more = block_count() - before;
    assert!(more < 200, "{more} blocks for threads that are gone");
    let count = THREADS as f64;
    let expected = [
        format!("c_total {}", count * 1.25),
        format!(r#"h_bucket{{le="1.0"}} {count}"#),
        format!(r#"h_bucket{{le="+Inf"}} {count}"#),
        format!("h_count {count}"),
        format!("h_sum {}", count / 2.0),
    ];
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&registry, &expected);
    check(&registry, &expected);
}

#[test]
fn threads_that_are_alive_at_once_each_have_their_own() {
    const THREADS: usize = if cfg!(miri) { 4 } else { 64 };
    const EACH: usize = if cfg!(miri) { 10 } else { 100 };
    let registry = Registry::new();
    let family = Counter::builder("c")
        .label_names(["n"])
        .register(&registry)
        .unwrap();
    let handles: Vec<_> = (0..32).map(|n| family.labels((n,)).unwrap()).collect();
    let barrier = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    handles.iter().for_each(Counter::inc);
                }
                barrier.wait(); // all have recorded, and all are alive
                barrier.wait();
            });
        }
        barrier.wait();
        let expected: Vec<String> = (0..32)
            .map(|n| format!(r#"c_total{{n="{n}"}} {}"#, THREADS * EACH))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&registry, &expected);
        barrier.wait();
    });
}

/// Records when the thread-local it is in is destroyed.
struct AtEnd(Counter, Counter);

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.0.inc();
        // By look-up too, which needs a section.
        self.1.inc_by(2);
    }
}

thread_local! {
    static EARLY: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<AtEnd>> = const { RefCell::new(None) };
}

#[test]
fn recordings_of_thread_local_destructors_count() {
    let registry = Registry::new();
    let first = Counter::builder("first").register(&registry).unwrap();
    let family = Arc::new(
        Counter::builder("second")
            .label_names(["n"])
            .register(&registry)
            .unwrap(),
    );
    for _ in 0..50 {
        let (first, family) = (first.clone(), Arc::clone(&family));
        thread::spawn(move || {
            let at_end = || AtEnd(first.clone(), family.labels((1,)).unwrap());
            // Whichever order they are destroyed in, one comes after our own.
            EARLY.set(Some(at_end()));
            first.inc();
            LATE.set(Some(at_end()));
        })
        .join()
        .unwrap();
    }
    check(
        &registry,
        &["first_total 150", r#"second_total{n="1"} 200"#],
    );
}
