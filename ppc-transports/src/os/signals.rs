//! SIGTERM and SIGINT: a last push, then the signal's default effect; SIGABRT is in `abort`.
//!
//! Only where the default effect would end the process. A handler of ours is installed where the
//! default one stands, and decides again when the signal comes: where the application (or tokio,
//! or `ctrlc`) has put its own handler in place since, that one is in charge, also when it calls
//! ours on as one it found. The handler itself only writes to a pipe (`order`); a thread reads it,
//! has the last push made, restores the default and raises the signal again.
#![allow(unsafe_code)]

mod abort;
mod action;
mod order;

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use self::action::{handler, set_default};
use self::order::{Order, Orders, order};
use super::fork::PerProcess;
use super::{Aborting, threads};
use crate::lock::lock;

const SIGNALS: [libc::c_int; 2] = [libc::SIGTERM, libc::SIGINT];

/// How long an abort has to take effect.
const ABORT: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Watching {
    uses: usize,
    /// Which of [`SIGNALS`] have a handler of ours.
    installed: [bool; 2],
}

static WATCHING: PerProcess<Mutex<Watching>> = PerProcess::new();

/// Keeps the signals watched until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch(());

/// What has the last push made; it is told who aborts, where somebody does.
type LastPush = fn(Option<Aborting>);

/// Has `last_push` called when SIGTERM, SIGINT or an abort is about to end the process, which takes
/// about `patience` at most; nothing where a thread is not to be had.
pub(crate) fn watch(last_push: LastPush, patience: Duration) -> Option<Watch> {
    let mut watching = lock(WATCHING.get());
    if watching.uses == 0 {
        start(&mut watching, last_push)?;
    }
    abort::wait_for(patience);
    watching.uses += 1;
    Some(Watch(()))
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watching = lock(WATCHING.get());
        // In a forked child the count starts anew, and this watch belongs to the parent.
        if watching.uses == 0 {
            return;
        }
        watching.uses -= 1;
        if watching.uses == 0 {
            for (signal, installed) in SIGNALS.into_iter().zip(&mut watching.installed) {
                if *installed && handler(signal) == ours() {
                    set_default(signal);
                }
                *installed = false;
            }
            abort::remove();
            order::close();
        }
    }
}

/// Whether a signal is about to take effect in this process.
pub(crate) fn is_ending() -> bool {
    order::is_ending()
}

fn start(watching: &mut Watching, last_push: LastPush) -> Option<()> {
    let (orders, pipe) = Orders::new();
    abort::forget();
    threads::spawn("ppc-signals", move || attend(orders, last_push)).ok()?;
    order::open(pipe);
    for (signal, installed) in SIGNALS.into_iter().zip(&mut watching.installed) {
        // Ignored signals stay ignored, and a handler of the application's stays in charge. Ours
        // may stand already: in a forked child, as its parent's.
        let standing = handler(signal);
        *installed = (standing == libc::SIG_DFL || standing == ours()) && set_handler(signal);
    }
    abort::install();
    Some(())
}

/// The watching thread: waits for a signal, or for the last watch to end.
fn attend(mut orders: Orders, last_push: LastPush) {
    abort::attend();
    while let Some(signal) = orders.next() {
        // Whatever goes wrong in the last push, the signal takes effect.
        let _ = std::panic::catch_unwind(|| last_push(abort::aborting()));
        abort::go_on();
        if signal != libc::SIGABRT {
            if abort::aborting().is_some() {
                // Who aborted meanwhile goes first.
                thread::sleep(ABORT);
            }
            die(signal);
        }
        thread::sleep(ABORT);
        // A handler of the application's has survived it.
        abort::forget();
        order::forget();
    }
}

/// Ours. Async-signal-safe: sigaction, write, raise and `_exit` alone, and atomics.
extern "C" fn on_signal(signal: libc::c_int) {
    // A handler installed after ours may call ours on: then it is in charge.
    if handler(signal) != ours() {
        return;
    }
    // The second signal, or nobody takes orders.
    if order(signal) != Order::Given {
        die(signal);
    }
}

/// Gives the signal its default effect; returns only inside the handler of that signal, at whose
/// end it comes.
fn die(signal: libc::c_int) {
    // SAFETY: plain calls without pointers that outlive them; all are async-signal-safe.
    unsafe {
        if libc::getpid() == 1 {
            // The kernel spares process 1 the default effect; a shell would report this status.
            libc::_exit(128 + signal);
        }
        set_default(signal);
        let mut only = MaybeUninit::uninit();
        libc::sigemptyset(only.as_mut_ptr());
        libc::sigaddset(only.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, only.as_ptr(), ptr::null_mut());
        libc::raise(signal);
    }
}

fn ours() -> libc::sighandler_t {
    on_signal as *const () as libc::sighandler_t
}

fn set_handler(signal: libc::c_int) -> bool {
    action::set(signal, &action::action(ours(), libc::SA_RESTART))
}
