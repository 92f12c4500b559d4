//! Real forks for tests.

#![expect(unsafe_code, reason = "forks")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `child` in a forked child. Fails where it does not return, or returns false.
#[track_caller]
pub(crate) fn in_child(child: impl FnOnce() -> bool) {
    // SAFETY: the child runs `child` and ends; glibc makes its allocator usable after a fork.
    let id = unsafe { libc::fork() };
    assert!(id >= 0, "fork failed");
    if id == 0 {
        let went_well = catch_unwind(AssertUnwindSafe(child)).unwrap_or(false);
        // SAFETY: nothing of the tests' harness runs in the child.
        unsafe { libc::_exit(i32::from(!went_well)) };
    }
    let began = Instant::now();
    let mut status = 0;
    // SAFETY: `status` is valid for writes, and the child is ours.
    while unsafe { libc::waitpid(id, &raw mut status, libc::WNOHANG) } != id {
        if began.elapsed() > Duration::from_mins(1) {
            // SAFETY: as above.
            unsafe { libc::kill(id, libc::SIGKILL) };
        }
        thread::sleep(Duration::from_micros(200));
    }
    assert_eq!(status, 0, "the child failed, or had to be killed");
}

#[test]
fn the_thread_that_forks_is_alive_in_the_child() {
    use super::super::section::{Grace, Section};

    super::prepare();
    drop(Section::enter()); // has a block, as any thread that looked something up
    in_child(|| {
        let section = Section::enter();
        let mut grace = Grace::begin();
        let too_soon = grace.is_over();
        drop(section);
        !too_soon && grace.is_over()
    });
}
