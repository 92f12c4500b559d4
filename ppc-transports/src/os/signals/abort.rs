//! SIGABRT: a last push while the thread that aborts waits, then whatever the abort would have done.
//!
//! Ours stands in front of what it found. It has the watching thread order the push and sleeps until
//! that is over, or time is; then it puts back what it found and raises the signal again, which comes
//! when the handler returns: status, core and another's handler are those of an abort without us.
#![allow(unsafe_code)]

use std::ptr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use super::action;
use super::order::{Order, order};
use crate::os::{Aborting, ThreadId};

/// What was found where ours stands; never freed, because a handler may be reading it.
static FOUND: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());
/// Ours is in the chain of handlers, if not at its head.
static CHAINED: AtomicBool = AtomicBool::new(false);
/// How long to wait, in milliseconds.
static PATIENCE: AtomicU64 = AtomicU64::new(0);
/// The thread that orders pushes, by its number.
static WATCHING: AtomicUsize = AtomicUsize::new(0);
/// The thread that aborts, by its number; none where that is 0.
static ABORTING: AtomicUsize = AtomicUsize::new(0);
/// That one panics.
static PANICKED: AtomicBool = AtomicBool::new(false);
/// How many last pushes are over.
static PUSHES: AtomicU32 = AtomicU32::new(0);

/// What the end of a push may take beyond its deadline.
const GRACE: Duration = Duration::from_secs(1);

/// Puts ours in front of what stands. Where the signal is ignored it stays so; where a handler that
/// came later calls ours on, ours must not be in front as well.
pub(super) fn install() {
    let standing = action::standing(libc::SIGABRT);
    let handler = standing.sa_sigaction;
    let is_chained = CHAINED.load(Acquire) && handler != libc::SIG_DFL;
    if handler == libc::SIG_IGN || is_chained {
        return;
    }
    // SAFETY: null, or what `Box::into_raw` returned below, which is never freed or changed.
    let known = unsafe { FOUND.load(Acquire).as_ref() };
    if known.is_none_or(|known| !is_same(known, &standing)) {
        FOUND.store(Box::into_raw(Box::new(standing)), Release);
    }
    let flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    CHAINED.store(
        action::set(libc::SIGABRT, &action::action(ours(), flags)),
        Release,
    );
}

/// Puts back what was found, unless a handler that came later may call ours on.
pub(super) fn remove() {
    if CHAINED.load(Acquire) && action::handler(libc::SIGABRT) == ours() && put_back() {
        CHAINED.store(false, Release);
    }
}

/// This thread makes the pushes from now on.
pub(super) fn attend() {
    WATCHING.store(ThreadId::current().number(), Release);
}

/// Has an abort wait for so long at least.
pub(super) fn wait_for(patience: Duration) {
    let patience = patience.saturating_add(GRACE).as_millis();
    let patience = u64::try_from(patience).unwrap_or(u64::MAX);
    PATIENCE.fetch_max(patience, AcqRel);
}

/// Who aborts, where somebody does.
pub(super) fn aborting() -> Option<Aborting> {
    let thread = ThreadId::of_number(ABORTING.load(Acquire))?;
    let panicked = PANICKED.load(Acquire);
    Some(Aborting { thread, panicked })
}

/// Lets those who wait go on: the last push is over.
pub(super) fn go_on() {
    PUSHES.fetch_add(1, AcqRel);
}

/// No abort is under way any longer: an application's handler may survive it.
pub(super) fn forget() {
    ABORTING.store(0, Release);
    PANICKED.store(false, Release);
}

/// Ours. Async-signal-safe: sigaction, write, poll, `clock_gettime`, raise, and atomics.
extern "C" fn on_abort(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    let is_first = action::handler(signal) == ours();
    // SAFETY: the kernel called a handler that stands, and with what SA_SIGINFO promises.
    let is_sent = is_first && unsafe { (*info).si_code } == libc::SI_USER;
    // SAFETY: getpid has no preconditions.
    if is_sent && unsafe { libc::getpid() } == 1 && found_handler().is_none() {
        // Without us the kernel would have spared process 1, whoever sent it.
        return;
    }
    wait();
    if is_first {
        // The last watch may have ended meanwhile, and put it back itself.
        if action::handler(signal) == ours() {
            put_back();
        }
        // SAFETY: raise has no preconditions. The signal is blocked until this handler returns.
        unsafe { libc::raise(signal) };
    } else if let Some(found) = found_handler() {
        call(found, signal, info, context);
    }
}

/// Waits for the last push, ordered by this thread or another, or by another signal.
fn wait() {
    let here = ThreadId::current().number();
    if here == WATCHING.load(Acquire) {
        return;
    }
    let over = PUSHES.load(Acquire);
    if ABORTING.compare_exchange(0, here, AcqRel, Acquire).is_ok() {
        PANICKED.store(thread::panicking(), Release);
    }
    if order(libc::SIGABRT) == Order::Refused {
        return;
    }
    let patience = Duration::from_millis(PATIENCE.load(Acquire));
    let start = Instant::now();
    while PUSHES.load(Acquire) == over && start.elapsed() < patience {
        // SAFETY: without descriptors it reads nothing, and sleeps for a millisecond.
        unsafe { libc::poll(ptr::null_mut(), 0, 1) };
    }
}

fn put_back() -> bool {
    // SAFETY: null, or never freed or changed, see `install`.
    let found = unsafe { FOUND.load(Acquire).as_ref() };
    found.is_some_and(|found| action::set(libc::SIGABRT, found))
}

/// What was found, where that is a function.
fn found_handler() -> Option<&'static libc::sigaction> {
    // SAFETY: null, or never freed or changed, see `install`.
    let found: Option<&'static libc::sigaction> = unsafe { FOUND.load(Acquire).as_ref() };
    found.filter(|found| ![libc::SIG_DFL, libc::SIG_IGN].contains(&found.sa_sigaction))
}

/// Calls a handler that was found, as one that came later called ours.
fn call(
    found: &libc::sigaction,
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    type Plain = extern "C" fn(libc::c_int);
    type WithInfo = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
    let handler = found.sa_sigaction as *const ();
    // SAFETY: it is neither SIG_DFL nor SIG_IGN, so a function of the signature that its flags say.
    unsafe {
        if found.sa_flags & libc::SA_SIGINFO == 0 {
            std::mem::transmute::<*const (), Plain>(handler)(signal);
        } else {
            std::mem::transmute::<*const (), WithInfo>(handler)(signal, info, context);
        }
    }
}

fn is_same(one: &libc::sigaction, other: &libc::sigaction) -> bool {
    // Both are SIG_DFL, or both the same function, which is set the same way each time.
    one.sa_sigaction == other.sa_sigaction && one.sa_flags == other.sa_flags
}

fn ours() -> libc::sighandler_t {
    on_abort as *const () as libc::sighandler_t
}
