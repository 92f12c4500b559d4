//! Which process this is: after a fork the child has its parent's memory and one of its threads.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread;

pub(super) use system::prepare;
#[cfg(unix)]
use unix as system;
#[cfg(not(unix))]
use without as system;

/// How many forks lie between this process and the first one. Not the number of the process, which
/// may be that of a parent before it.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// No process's.
pub(super) const NO_GENERATION: u32 = u32::MAX;

/// How many forks lie between this process and the one that began to record.
#[inline]
pub fn generation() -> u32 {
    GENERATION.load(Relaxed)
}

/// After a fork, in the child, before it has a second thread.
pub(super) fn begin_generation() -> u32 {
    let generation = generation().wrapping_add(1);
    GENERATION.store(generation, Relaxed);
    RENOUNCING.store(FREE, Relaxed);
    generation
}

const FREE: u32 = 0;
const TAKEN: u32 = 1;

/// Held by the one who renounces what a series has inherited. No `Mutex`, because it has to be
/// given back in a child whose parent held it.
static RENOUNCING: AtomicU32 = AtomicU32::new(FREE);

/// One at a time, in which nobody waits for anything.
pub(super) fn one_at_a_time(run: impl FnOnce()) {
    while RENOUNCING
        .compare_exchange(FREE, TAKEN, Acquire, Relaxed)
        .is_err()
    {
        thread::yield_now();
    }
    run();
    RENOUNCING.store(FREE, Release);
}

#[cfg(unix)]
mod unix {
    #![expect(unsafe_code, reason = "hooks that std has no function for")]

    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::Relaxed;

    static PREPARED: AtomicBool = AtomicBool::new(false);

    /// Has the thread that forks run these: before, in the parent behind it, and in the child
    /// before anything else, so before the child has a second thread. The first hooks stay.
    #[inline]
    pub(in super::super) fn prepare(
        before: extern "C" fn(),
        in_parent: extern "C" fn(),
        in_child: extern "C" fn(),
    ) {
        // Miri knows no forks.
        if !cfg!(miri) && !PREPARED.load(Relaxed) && !PREPARED.swap(true, Relaxed) {
            // SAFETY: the hooks are functions of the program, and stay; what they may do in a
            // child is their own affair.
            let _ = unsafe {
                libc::pthread_atfork(Some(of(before)), Some(of(in_parent)), Some(of(in_child)))
            };
        }
    }

    /// As the declaration wants it.
    fn of(hook: extern "C" fn()) -> unsafe extern "C" fn() {
        hook
    }
}

#[cfg(not(unix))]
mod without {
    /// There are no forks.
    pub(in super::super) fn prepare(_: extern "C" fn(), _: extern "C" fn(), _: extern "C" fn()) {}
}
