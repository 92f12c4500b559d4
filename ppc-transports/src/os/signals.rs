//! SIGTERM and SIGINT: a last push, then the signal's default effect.
//!
//! Only where the default effect would end the process. A handler of ours is installed where the
//! default one stands, and decides again when the signal comes: where the application (or tokio,
//! or `ctrlc`) has put its own handler in place since, that one is in charge, also when it calls
//! ours on as one it found. The handler itself only writes to a pipe; a thread reads it, has the
//! last push made, restores the default and raises the signal again.
#![allow(unsafe_code)]

use std::io::{self, PipeReader, PipeWriter, Read};
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32};

use super::fork::PerProcess;
use super::threads;
use crate::lock::lock;

const SIGNALS: [libc::c_int; 2] = [libc::SIGTERM, libc::SIGINT];

/// A byte that is no signal: the watching thread ends.
const STOP: u8 = 0;

/// Where the handler writes to; negative while nothing watches.
static PIPE: AtomicI32 = AtomicI32::new(-1);
/// The process that reads the pipe: a forked child has the descriptor, too, and must not use it.
static READER: AtomicU32 = AtomicU32::new(0);
/// True from the first signal on: a second one ends the process at once.
static ENDING: AtomicBool = AtomicBool::new(false);

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

/// Has `last_push` called when SIGTERM or SIGINT is about to end the process; nothing where a
/// thread or a pipe is not to be had.
pub(crate) fn watch(last_push: fn()) -> Option<Watch> {
    let mut watching = lock(WATCHING.get());
    if watching.uses == 0 {
        start(&mut watching, last_push)?;
    }
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
            let pipe = PIPE.swap(-1, AcqRel);
            write_byte(pipe, STOP);
            // SAFETY: the descriptor came from a `PipeWriter` in `start`, and PIPE, its only owner,
            // no longer holds it.
            drop(unsafe { PipeWriter::from_raw_fd(pipe) });
        }
    }
}

/// Whether a signal is about to take effect in this process.
pub(crate) fn is_ending() -> bool {
    ENDING.load(Acquire) && READER.load(Acquire) == std::process::id()
}

fn start(watching: &mut Watching, last_push: fn()) -> Option<()> {
    let (reader, writer) = io::pipe().ok()?;
    threads::spawn("ppc-signals", move || attend(reader, last_push)).ok()?;
    ENDING.store(false, Release);
    READER.store(std::process::id(), Release);
    PIPE.store(writer.into_raw_fd(), Release);
    for (signal, installed) in SIGNALS.into_iter().zip(&mut watching.installed) {
        // Ignored signals stay ignored, and a handler of the application's stays in charge. Ours
        // may stand already: in a forked child, as its parent's.
        let standing = handler(signal);
        *installed = (standing == libc::SIG_DFL || standing == ours()) && set_handler(signal);
    }
    Some(())
}

/// The watching thread: waits for a signal, or for the last watch to end.
fn attend(mut reader: PipeReader, last_push: fn()) {
    let mut byte = [STOP];
    if reader.read_exact(&mut byte).is_err() || byte[0] == STOP {
        return;
    }
    // Whatever goes wrong in the last push, the signal takes effect.
    let _ = std::panic::catch_unwind(last_push);
    die(libc::c_int::from(byte[0]));
}

/// Ours. Async-signal-safe: sigaction, write, raise and `_exit` alone, and atomics.
extern "C" fn on_signal(signal: libc::c_int) {
    // A handler installed after ours may call ours on: then it is in charge.
    if handler(signal) != ours() {
        return;
    }
    let pipe = PIPE.load(Acquire);
    // Signals have small numbers; STOP is none of them.
    let byte = u8::try_from(signal).unwrap_or(STOP);
    // SAFETY: getpid has no preconditions.
    let reader = READER.load(Acquire) == unsafe { libc::getpid() }.cast_unsigned();
    // A forked child, one that came while the last watch was ending, or the second signal.
    if pipe < 0 || !reader || ENDING.swap(true, AcqRel) || !write_byte(pipe, byte) {
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

/// The handler that stands for a signal.
fn handler(signal: libc::c_int) -> libc::sighandler_t {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: sigaction only writes to `action`, which is valid when zeroed as well; the signals
    // asked for exist.
    unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init().sa_sigaction
    }
}

fn set_handler(signal: libc::c_int) -> bool {
    set(signal, ours(), libc::SA_RESTART)
}

fn set_default(signal: libc::c_int) {
    set(signal, libc::SIG_DFL, 0);
}

fn set(signal: libc::c_int, handler: libc::sighandler_t, flags: libc::c_int) -> bool {
    // SAFETY: a zeroed sigaction is valid; the handler is SIG_DFL or `on_signal`, which has the
    // signature of a handler without SA_SIGINFO and is async-signal-safe.
    unsafe {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
        action.sa_sigaction = handler;
        action.sa_flags = flags;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, ptr::null_mut()) == 0
    }
}

/// Never blocks in practice: at most two bytes are ever in the pipe.
fn write_byte(pipe: libc::c_int, byte: u8) -> bool {
    // SAFETY: the pointer is valid for the one byte; a descriptor that is closed gives an error.
    unsafe { libc::write(pipe, (&raw const byte).cast(), 1) == 1 }
}
