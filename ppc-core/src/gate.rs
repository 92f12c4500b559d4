//! What a fork waits for: whoever holds one of this crate's locks has passed here before.
//!
//! A child has its parent's memory and one of its threads. A lock that another thread held at the
//! fork would be held for ever in the child, and what it protects be half changed. So a fork shuts
//! the gate, waits until everybody who is inside has left, and opens it again in both processes.
//!
//! No user code runs inside, so nobody in there forks or waits for one who does. All the same a
//! fork waits for [`PATIENCE`] only, and never for the thread that forks.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::thread;
use std::time::Duration;

use crate::clock;

/// How many are inside, and in the upper half how many forks have shut it.
static STATE: AtomicU64 = AtomicU64::new(0);

const SHUT: u64 = 1 << 32;

/// A gather of a million series takes less.
const PATIENCE: Duration = Duration::from_millis(100);

/// The same of those who wait for a disk meanwhile; nobody else waits for them or at their gate.
static SLOW: AtomicU64 = AtomicU64::new(0);

/// A disk that is busy takes less, as a rule.
const SLOW_PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_micros(20);

thread_local! {
    /// How often this thread is inside; without destructor, so it can be read at its very end.
    static INSIDE: Cell<u32> = const { Cell::new(0) };
}

/// The thread is inside until this is dropped. To be taken before the lock, and left after it.
#[derive(Debug)]
#[must_use = "forks wait for as long as there is this"]
pub(crate) struct Pass(PhantomData<*const ()>);

/// Goes in. Waits while a fork is under way, unless this thread is inside already.
#[inline]
pub(crate) fn pass() -> Pass {
    if let Some(pass) = pass_at_once() {
        return pass;
    }
    loop {
        thread::sleep(PAUSE);
        if let Some(pass) = pass_at_once() {
            return pass;
        }
    }
}

/// Goes in, unless a fork is under way.
#[inline]
pub(crate) fn pass_at_once() -> Option<Pass> {
    let inside = INSIDE.get();
    if inside == 0 && !go_in(&STATE) {
        return None;
    }
    INSIDE.set(inside + 1);
    Some(Pass(PhantomData))
}

/// True where it is open.
#[inline]
fn go_in(state: &AtomicU64) -> bool {
    // Acquire: who has been waited for is inside no more. AcqRel: the fork sees this one.
    let is_open = state.fetch_add(1, AcqRel) < SHUT;
    if !is_open {
        state.fetch_sub(1, Release);
    }
    is_open
}

impl Drop for Pass {
    #[inline]
    fn drop(&mut self) {
        let inside = INSIDE.get() - 1;
        INSIDE.set(inside);
        if inside == 0 {
            // Release: what was done inside is whole in a child.
            STATE.fetch_sub(1, Release);
        }
    }
}

/// The process does not fork until this is dropped, or for two seconds.
#[derive(Debug)]
#[must_use = "forks wait for as long as there is this"]
pub struct SlowPass(());

/// Goes in, for something that takes longer: a transaction of a database in a file, which a child must
/// not find half done in its memory. It takes no lock of ours inside, and does not fork.
pub fn pass_slowly() -> SlowPass {
    while !go_in(&SLOW) {
        thread::sleep(PAUSE);
    }
    SlowPass(())
}

impl Drop for SlowPass {
    fn drop(&mut self) {
        SLOW.fetch_sub(1, Release);
    }
}

/// Shuts a gate, and waits for this long until nobody but `own` is inside.
fn shut_gate(state: &AtomicU64, own: u64, patience: Duration) {
    state.fetch_add(SHUT, AcqRel);
    let began = clock::now();
    while state.load(Acquire) % SHUT > own && began.elapsed() < patience {
        thread::sleep(PAUSE);
    }
}

/// Before a fork, on the thread that forks. It may go in itself until [`open`].
pub(crate) fn shut() {
    let inside = INSIDE.get();
    // First, so that nobody waits at the other one meanwhile.
    shut_gate(&SLOW, 0, SLOW_PATIENCE);
    shut_gate(&STATE, u64::from(inside > 0), PATIENCE);
    INSIDE.set(inside + 1);
}

/// After a fork, in the parent.
pub(crate) fn open() {
    INSIDE.set(INSIDE.get().saturating_sub(1));
    STATE.fetch_sub(SHUT, Release);
    SLOW.fetch_sub(SHUT, Release);
}

/// After a fork, in the child: nobody is inside but, perhaps, the thread that forked.
pub(crate) fn open_in_child() {
    let inside = INSIDE.get().saturating_sub(1);
    INSIDE.set(inside);
    STATE.store(u64::from(inside > 0), Relaxed);
    SLOW.store(0, Relaxed);
}
