//! Which process this is: after a fork the child has its parent's memory and one of its threads.

#[cfg(unix)]
use unix as system;
#[cfg(not(unix))]
use without as system;

pub(super) use system::{id, prepare};

#[cfg(unix)]
mod unix {
    #![expect(unsafe_code, reason = "a hook that std has no function for")]

    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::Relaxed;

    pub(in super::super) fn id() -> u32 {
        std::process::id()
    }

    static PREPARED: AtomicBool = AtomicBool::new(false);

    /// Has the thread that forks run a hook in the child before anything else, so before the
    /// child has a second thread. The first hook stays the only one.
    pub(in super::super) fn prepare(in_child: extern "C" fn()) {
        // Miri knows no forks.
        if !cfg!(miri) && !PREPARED.swap(true, Relaxed) {
            // SAFETY: the hook is a function of the program, and stays; what it may do in a
            // child is its own affair.
            let _ = unsafe { libc::pthread_atfork(None, None, Some(in_child_of(in_child))) };
        }
    }

    /// As the declaration wants it.
    fn in_child_of(hook: extern "C" fn()) -> unsafe extern "C" fn() {
        hook
    }
}

#[cfg(not(unix))]
mod without {
    /// There are no forks.
    pub(in super::super) fn id() -> u32 {
        0
    }

    pub(in super::super) fn prepare(_: extern "C" fn()) {}
}

#[cfg(all(test, unix, not(miri)))]
mod tests {
    #![expect(unsafe_code, reason = "a fork")]

    use super::super::section::{Grace, Section};

    #[test]
    fn the_thread_that_forks_is_alive_in_the_child() {
        drop(Section::enter()); // has a block, as any thread that looked something up
        // SAFETY: the child touches memory of its own and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let section = Section::enter();
            let mut grace = Grace::begin();
            let too_soon = grace.is_over();
            drop(section);
            // SAFETY: as above.
            unsafe { libc::_exit(i32::from(too_soon || !grace.is_over())) };
        }
        let mut status = 0;
        // SAFETY: waits for the child and writes its status.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(status, 0, "a grace that ended within a section, or never");
    }
}
