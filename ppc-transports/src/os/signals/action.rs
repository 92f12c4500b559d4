//! What stands for a signal: asked for and set, also from within a handler.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::ptr;

pub(super) fn standing(signal: libc::c_int) -> libc::sigaction {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: sigaction only writes to `action`, which is valid when zeroed as well; the signals
    // asked for exist.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init()
    }
}

/// The handler that stands for a signal.
pub(super) fn handler(signal: libc::c_int) -> libc::sighandler_t {
    standing(signal).sa_sigaction
}

/// An action that blocks no other signal.
pub(super) fn action(handler: libc::sighandler_t, flags: libc::c_int) -> libc::sigaction {
    // SAFETY: a zeroed sigaction is valid; sigemptyset only writes to its mask.
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigemptyset(&raw mut action.sa_mask);
        action
    }
}

/// The handler is `SIG_DFL`, one that stood before, or one of ours, which are async-signal-safe and
/// have the signature that their flags promise.
pub(super) fn set(signal: libc::c_int, action: &libc::sigaction) -> bool {
    // SAFETY: the reference is valid for the call.
    unsafe { libc::sigaction(signal, action, ptr::null_mut()) == 0 }
}

pub(super) fn set_default(signal: libc::c_int) {
    set(signal, &action(libc::SIG_DFL, 0));
}
