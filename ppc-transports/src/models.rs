//! Models of what is shared without locks here, the feed's queues, its stack of free blocks and what
//! each process has for itself, for loom to run in every order there is. Each is shown to fail with
//! each ordering weakened, as those of the cells are.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, fence};
use loom::thread;

/// Runs a model with the orderings as they are, and with each one weakened.
#[track_caller]
fn check<const N: usize>(orderings: [Ordering; N], model: fn([Ordering; N])) {
    loom::model(move || model(orderings));
    for weakened in 0..N {
        let mut orderings = orderings;
        orderings[weakened] = Relaxed;
        let run = || loom::model(move || model(orderings));
        let result = catch_unwind(AssertUnwindSafe(run));
        assert!(
            result.is_err(),
            "nobody noticed ordering {weakened} to be weaker"
        );
    }
}

/// `queue`: the words that are counted as written are there.
#[test]
fn what_is_written_is_there_to_be_read() {
    check([Release, Acquire], |[write, read]| {
        let written = Arc::new(AtomicUsize::new(0));
        let word = Arc::new(AtomicUsize::new(0));
        let writer = {
            let (written, word) = (Arc::clone(&written), Arc::clone(&word));
            thread::spawn(move || {
                word.store(7, Relaxed);
                written.store(1, write);
            })
        };
        if written.load(read) == 1 {
            assert_eq!(word.load(Relaxed), 7);
        }
        writer.join().unwrap();
    });
}

/// `queue`: who sees that there is a next block sees all that was written into the one at hand, so
/// a block is left when it is read to its end.
#[test]
fn a_block_is_not_left_before_all_of_it_is_read() {
    check([Release, Acquire], |[go_on, look]| {
        let written = Arc::new(AtomicUsize::new(0));
        let next = Arc::new(AtomicUsize::new(0));
        let writer = {
            let (written, next) = (Arc::clone(&written), Arc::clone(&next));
            thread::spawn(move || {
                written.store(1, Relaxed);
                next.store(2, go_on);
            })
        };
        if next.load(look) == 2 {
            assert_eq!(written.load(Relaxed), 1, "a change was passed over");
        }
        writer.join().unwrap();
    });
}

/// `queue`: a queue whose thread is gone has all that the thread wrote.
#[test]
fn what_a_thread_wrote_last_is_read_after_it_has_gone() {
    check([Release, Acquire], |[let_go, seen]| {
        let kept = Arc::new(AtomicUsize::new(2));
        let written = Arc::new(AtomicUsize::new(0));
        let writer = {
            let (kept, written) = (Arc::clone(&kept), Arc::clone(&written));
            thread::spawn(move || {
                written.store(1, Relaxed);
                kept.fetch_sub(1, let_go); // the `Arc` of the queue
            })
        };
        let is_left = kept.load(Relaxed) == 1;
        if seen != Relaxed {
            fence(seen);
        }
        if is_left {
            assert_eq!(written.load(Relaxed), 1);
        }
        writer.join().unwrap();
    });
}

/// The stack of the model: two blocks, numbered from 1; the uppermost, and 16 times how often that
/// has changed.
struct Stack {
    top: AtomicUsize,
    below: [AtomicUsize; 2],
    /// What a block holds: nobody else may have it who writes there.
    blocks: [UnsafeCell<usize>; 2],
}

const CHANGE: usize = 16;

impl Stack {
    fn full() -> Self {
        Self {
            top: AtomicUsize::new(1),
            below: [AtomicUsize::new(2), AtomicUsize::new(0)],
            blocks: [UnsafeCell::new(0), UnsafeCell::new(0)],
        }
    }

    fn take(&self, [seen, taken]: [Ordering; 2], step: usize) -> Option<usize> {
        let mut top = self.top.load(seen);
        loop {
            let index = (top % CHANGE).checked_sub(1)?;
            let below = self.below[index].load(Relaxed);
            let next = (top - top % CHANGE) + step + below;
            match self.top.compare_exchange(top, next, taken, seen) {
                Ok(_) => return Some(index),
                Err(now) => top = now,
            }
        }
    }

    fn put(&self, index: usize, put: Ordering, step: usize) {
        let mut top = self.top.load(Relaxed);
        loop {
            self.below[index].store(top % CHANGE, Relaxed);
            let next = (top - top % CHANGE) + step + index + 1;
            match self.top.compare_exchange(top, next, put, Relaxed) {
                Ok(_) => return,
                Err(now) => top = now,
            }
        }
    }

    /// Has a block for a while, alone.
    fn use_one(&self, [seen, taken, put]: [Ordering; 3], step: usize) {
        if let Some(index) = self.take([seen, taken], step) {
            self.blocks[index].with_mut(|_| ());
            self.put(index, put, step);
        }
    }
}

/// `blocks`: a block is one thread's at a time, and whoever takes it finds it as it was given back.
#[test]
fn a_free_block_is_taken_by_one() {
    // What was seen of the top as it was pushed; the taking; the giving back.
    let model = |[put]: [Ordering; 1]| {
        let stack = Arc::new(Stack::full());
        let other = {
            let stack = Arc::clone(&stack);
            thread::spawn(move || stack.use_one([Acquire, AcqRel, put], CHANGE))
        };
        stack.use_one([Acquire, AcqRel, put], CHANGE);
        other.join().unwrap();
    };
    check([AcqRel], model);
}

/// Without the count of changes an old top would be taken for the one of now.
#[test]
fn the_changes_of_the_top_have_to_be_counted() {
    let model = |step: usize| {
        loom::model(move || {
            let stack = Arc::new(Stack::full());
            let other = {
                let stack = Arc::clone(&stack);
                thread::spawn(move || {
                    let all = [Acquire, AcqRel];
                    let first = stack.take(all, step);
                    let second = stack.take(all, step);
                    if let Some(index) = first {
                        stack.put(index, AcqRel, step);
                    }
                    // Kept: nobody else may get it.
                    if let Some(index) = second {
                        stack.blocks[index].with_mut(|_| ());
                    }
                    second
                })
            };
            let (first, second) = {
                let all = [Acquire, AcqRel];
                (stack.take(all, step), stack.take(all, step))
            };
            let kept = other.join().unwrap();
            let mine = [first, second];
            assert!(
                kept.is_none() || !mine.contains(&kept),
                "two have one block"
            );
        });
    };
    model(CHANGE);
    assert!(catch_unwind(AssertUnwindSafe(|| model(0))).is_err());
}

/// `os::fork`: of several who make the value of a process one is taken by all, and it is whole.
#[test]
fn a_process_has_one_value_and_it_is_whole() {
    // The publishing; the look of who finds one.
    check([AcqRel, Acquire], |[publish, find]| {
        let current = Arc::new(AtomicUsize::new(0));
        let values = Arc::new([UnsafeCell::new(0), UnsafeCell::new(0)]);
        let get = move |own: usize, current: &AtomicUsize, values: &[UnsafeCell<i32>; 2]| {
            let mut found = current.load(find);
            if found == 0 {
                values[own - 1].with_mut(|_| ());
                match current.compare_exchange(0, own, publish, find) {
                    Ok(_) => found = own,
                    Err(other) => found = other,
                }
            }
            values[found - 1].with(|_| ());
            found
        };
        let other = {
            let (current, values) = (Arc::clone(&current), Arc::clone(&values));
            thread::spawn(move || get(1, &current, &values))
        };
        let mine = get(2, &current, &values);
        assert_eq!(other.join().unwrap(), mine);
    });
}
