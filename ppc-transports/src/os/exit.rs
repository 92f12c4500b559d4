//! A hook at the process's end: a call of `exit` on any thread, or the return from `main`.
#![allow(unsafe_code)]

use std::panic::catch_unwind;
use std::sync::OnceLock;

static HOOK: OnceLock<fn()> = OnceLock::new();

/// Has `hook` run once when the process ends by `exit`, the first time this is called.
///
/// The hook runs on the exiting thread, whose thread-locals may be gone: it must touch none that
/// has a destructor.
pub(crate) fn at_exit(hook: fn()) {
    HOOK.get_or_init(|| {
        // SAFETY: `run` is an `extern "C"` function of the signature that atexit wants, lives as
        // long as the program, and never unwinds.
        let result = unsafe { libc::atexit(run) };
        // It fails only when there is no memory for the list of hooks. A normal end of the job
        // still pushes; nothing better can be done here.
        let _ = result;
        hook
    });
}

extern "C" fn run() {
    if let Some(hook) = HOOK.get() {
        // A panic must not unwind into libc, and the end of a process is no place to abort.
        let _ = catch_unwind(hook);
    }
}
