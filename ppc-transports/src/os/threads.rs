//! Threads of ours: no signal of the application is ever handled on one.
#![allow(unsafe_code)]

use std::io;
use std::mem::MaybeUninit;
use std::ptr;
use std::thread;

/// Which thread one is on; to be had at any time, also while thread-locals are being destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadId(libc::pthread_t);

impl ThreadId {
    pub(crate) fn current() -> Self {
        // SAFETY: pthread_self has no preconditions.
        Self(unsafe { libc::pthread_self() })
    }

    /// The same as a number that is never 0.
    #[expect(clippy::cast_possible_truncation, reason = "as wide as a pointer")]
    pub(crate) fn number(self) -> usize {
        self.0 as usize
    }

    /// The thread of such a number; none has 0.
    pub(crate) fn of_number(number: usize) -> Option<Self> {
        (number != 0).then_some(Self(number as libc::pthread_t))
    }
}

/// Starts a thread that blocks all signals.
///
/// # Errors
///
/// When the system cannot give another thread.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // A new thread inherits the mask of the one that starts it.
    let _blocked = BlockedSignals::new();
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(drop)
}

/// Blocks all signals on this thread until it is dropped.
struct BlockedSignals {
    before: libc::sigset_t,
}

impl BlockedSignals {
    fn new() -> Self {
        let mut all = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: sigfillset initialises `all` before it is read; pthread_sigmask initialises
        // `before`, as it can fail only for an unknown first argument.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self {
                before: before.assume_init(),
            }
        }
    }
}

impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: `before` was filled by pthread_sigmask on this thread: the type is not Send,
        // as it never leaves `spawn`.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, ptr::null_mut());
        }
    }
}
