//! Models of what threads do to each other here, for loom to run in every order there is.
//!
//! Each model takes its orderings as they stand in the code, and is then shown to fail with each
//! of them weakened: so it would notice. Two things are put differently than in the code. A
//! look-up's `begin` and a remover's `demand` are fences, which is what they amount to; loom
//! knows nothing of one that the kernel runs. And an owner that adds to its own word does so from
//! a copy it keeps, because loom always shows a thread its own last store, and would miss what a
//! weaker one allows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

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

/// A fence, unless it is weakened away.
fn fence_of(ordering: Ordering) {
    if ordering != Relaxed {
        fence(ordering);
    }
}

/// `section`, `table`: what a look-up finds is not freed before the look-up has ended, and a
/// handle taken meanwhile is seen by who would free.
#[test]
fn a_series_outlives_the_look_ups_that_found_it() {
    // The look-up's fence, its end; the remover's fence, its look at the counter.
    check(
        [SeqCst, Release, SeqCst, Acquire],
        |[begin, end, demand, passed]| {
            let slot = Arc::new(AtomicUsize::new(1));
            let counter = Arc::new(AtomicUsize::new(0));
            let kept = Arc::new(AtomicUsize::new(1));
            let series = Arc::new(UnsafeCell::new(7));
            let look_up = {
                let (slot, counter) = (Arc::clone(&slot), Arc::clone(&counter));
                let (kept, series) = (Arc::clone(&kept), Arc::clone(&series));
                thread::spawn(move || {
                    counter.store(1, Relaxed);
                    fence_of(begin);
                    let found = slot.load(Acquire) == 1;
                    if found {
                        // A reading that meets a writing fails in loom.
                        series.with(|_| ());
                        kept.fetch_add(1, Relaxed);
                    }
                    counter.store(2, end);
                    found
                })
            };
            slot.store(0, Release);
            fence_of(demand);
            let noted = counter.load(Acquire);
            let is_over = noted.is_multiple_of(2) || counter.load(passed) != noted;
            let freed = is_over && kept.load(Acquire) == 1;
            if freed {
                series.with_mut(|_| ());
            }
            let found = look_up.join().unwrap();
            assert!(!(found && freed), "freed while a handle keeps it");
        },
    );
}

/// `table`: who finds a series finds it whole.
#[test]
fn a_series_is_whole_when_it_is_found() {
    check([Release, Acquire], |[link, find]| {
        let slot = Arc::new(AtomicUsize::new(0));
        let series = Arc::new(UnsafeCell::new(0));
        let inserter = {
            let (slot, series) = (Arc::clone(&slot), Arc::clone(&series));
            thread::spawn(move || {
                series.with_mut(|_| ());
                slot.store(1, link);
            })
        };
        if slot.load(find) == 1 {
            series.with(|_| ());
        }
        inserter.join().unwrap();
    });
}

/// `block`: who takes a block over goes on from what its last owner wrote.
#[test]
fn a_block_is_handed_on_with_all_that_is_in_it() {
    check([Release, Acquire], |[leave, take]| {
        let owner = Arc::new(AtomicUsize::new(0));
        let word = Arc::new(AtomicUsize::new(0));
        let first = {
            let (owner, word) = (Arc::clone(&owner), Arc::clone(&word));
            thread::spawn(move || {
                word.store(5, Relaxed);
                owner.store(1, leave);
            })
        };
        let taken = owner.compare_exchange(1, 0, take, Relaxed).is_ok();
        if taken {
            word.store(word.load(Relaxed) + 1, Relaxed);
        }
        first.join().unwrap();
        assert_eq!(word.load(Relaxed), 5 + usize::from(taken));
    });
}

/// `place`, `numbers`: who goes by a number finds its words zero, whatever they held before for
/// another series.
#[test]
fn a_number_that_is_given_out_again_has_words_of_zero() {
    check([Release, Acquire], |[promote, record]| {
        // What the series that had the number before left in the recording thread's block.
        let word = Arc::new(AtomicUsize::new(3));
        let number = Arc::new(AtomicUsize::new(0));
        let recorder = {
            let (word, number) = (Arc::clone(&word), Arc::clone(&number));
            thread::spawn(move || {
                let goes_by_it = number.load(record) == 1;
                if goes_by_it {
                    word.store(word.load(Relaxed) + 1, Relaxed);
                }
                goes_by_it
            })
        };
        word.store(0, Relaxed);
        number.store(1, promote);
        let counted = usize::from(recorder.join().unwrap());
        assert_eq!(word.load(Relaxed), counted);
    });
}

/// `observations`, `numbers`: when no count changed around the reading of the sum, the sum is
/// that of what is counted, or of one observation more.
#[test]
fn a_sum_belongs_to_its_counts() {
    const VALUE: usize = 10;
    // The writing of the sum and of the count, the reading of the count and of the sum.
    check(
        [Release, Release, Acquire, Acquire],
        |[sum_out, count_out, count_in, sum_in]| {
            let sum = Arc::new(AtomicUsize::new(0));
            let count = Arc::new(AtomicUsize::new(0));
            let observer = {
                let (sum, count) = (Arc::clone(&sum), Arc::clone(&count));
                thread::spawn(move || {
                    // The copies that the owner keeps.
                    for n in 1..=2 {
                        sum.store(n * VALUE, sum_out);
                        count.store(n, count_out);
                    }
                })
            };
            let counted = count.load(count_in);
            let summed = sum.load(sum_in);
            if count.load(Relaxed) == counted {
                let exact = counted * VALUE;
                assert!(
                    (exact..=exact + VALUE).contains(&summed),
                    "{counted} make {summed}"
                );
            }
            observer.join().unwrap();
        },
    );
}

/// `feed`: a subscription that has ended tells nobody any more. It is the grace of the first
/// model, with the list of feeds in place of a series; here, that both ends of a watch are seen:
/// a series linked while watching begins is found by who begins, or asks itself.
#[test]
fn a_series_made_while_watching_begins_is_watched() {
    check([SeqCst, SeqCst], |[begin, link]| {
        let watching = Arc::new(AtomicUsize::new(0));
        let linked = Arc::new(AtomicUsize::new(0));
        let inserter = {
            let (watching, linked) = (Arc::clone(&watching), Arc::clone(&linked));
            thread::spawn(move || {
                linked.store(1, Relaxed);
                fence_of(link);
                watching.load(Relaxed) == 1
            })
        };
        watching.store(1, Relaxed);
        fence_of(begin);
        let found = linked.load(Relaxed) == 1;
        let asked = inserter.join().unwrap();
        assert!(found || asked);
    });
}

/// `gate`: what is done inside before a fork is whole when the fork comes, and nobody is inside
/// while it is shut.
#[test]
fn nobody_is_inside_while_the_gate_is_shut() {
    const SHUT: usize = 16;
    // Going in, leaving; shutting, the look at who is inside, and opening.
    check(
        [AcqRel, Release, Acquire, Release],
        |[go_in, leave, look, open]| {
            let state = Arc::new(AtomicUsize::new(0));
            let protected = Arc::new(UnsafeCell::new(0));
            let insider = {
                let (state, protected) = (Arc::clone(&state), Arc::clone(&protected));
                thread::spawn(move || {
                    if state.fetch_add(1, go_in) < SHUT {
                        protected.with_mut(|_| ());
                        state.fetch_sub(1, leave);
                    } else {
                        state.fetch_sub(1, Relaxed);
                    }
                })
            };
            state.fetch_add(SHUT, Relaxed);
            let is_empty = state.load(look).is_multiple_of(SHUT);
            if is_empty {
                // The memory that the child gets.
                protected.with_mut(|_| ());
            }
            state.fetch_sub(SHUT, open);
            insider.join().unwrap();
        },
    );
}

/// `series`: who finds that a series is of this process adds to what was emptied.
#[test]
fn what_a_parent_recorded_is_gone_before_anything_is_added() {
    check([Release, Acquire], |[renounce, ask]| {
        let id = Arc::new(AtomicUsize::new(0));
        let total = Arc::new(AtomicUsize::new(7));
        let recorder = {
            let (id, total) = (Arc::clone(&id), Arc::clone(&total));
            thread::spawn(move || {
                let is_own = id.load(ask) == 1;
                if is_own {
                    let now = total.load(Relaxed);
                    total.store(now + 1, Relaxed);
                }
                is_own
            })
        };
        total.store(0, Relaxed);
        id.store(1, renounce);
        let counted = usize::from(recorder.join().unwrap());
        assert_eq!(total.load(Relaxed), counted);
    });
}

/// `process`, `tried`: of two who take such a lock one waits or goes away, and finds what the other
/// wrote.
#[test]
fn a_lock_that_a_child_can_break_is_held_by_one_at_a_time() {
    check([Acquire, Release], |[take, give_back]| {
        let state = Arc::new(AtomicUsize::new(0));
        let content = Arc::new(UnsafeCell::new(0));
        let once = move |state: &AtomicUsize, content: &UnsafeCell<i32>| {
            if state.compare_exchange(0, 1, take, Relaxed).is_ok() {
                content.with_mut(|_| ());
                state.store(0, give_back);
            }
        };
        let other = {
            let (state, content) = (Arc::clone(&state), Arc::clone(&content));
            thread::spawn(move || once(&state, &content))
        };
        once(&state, &content);
        other.join().unwrap();
    });
}

/// `block`: whoever adds up a block that was a parent's finds none of the parent's words in it.
#[test]
fn a_block_of_a_parent_is_empty_before_it_is_added_up() {
    check([Release, Acquire], |[claim, add_up]| {
        let generation = Arc::new(AtomicUsize::new(0));
        let word = Arc::new(AtomicUsize::new(5));
        let claimer = {
            let (generation, word) = (Arc::clone(&generation), Arc::clone(&word));
            thread::spawn(move || {
                word.store(0, Relaxed);
                generation.store(1, claim);
            })
        };
        if generation.load(add_up) == 1 {
            assert_eq!(word.load(Relaxed), 0);
        }
        claimer.join().unwrap();
    });
}
