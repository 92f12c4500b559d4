//! How a handler orders the last push: by a byte in the pipe of the watching thread.
#![allow(unsafe_code)]

use std::io::PipeWriter;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::process;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32};

/// A byte that is no signal: the watching thread ends.
pub(super) const STOP: u8 = 0;

/// Where a handler writes to; negative while nothing watches.
static PIPE: AtomicI32 = AtomicI32::new(-1);
/// The process that reads the pipe: a forked child has the descriptor, too, and must not use it.
static READER: AtomicU32 = AtomicU32::new(0);
/// True from the first signal on: a second one ends the process at once.
static ENDING: AtomicBool = AtomicBool::new(false);

/// What became of an order to make the last push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Given,
    /// It is being made for a signal that came before.
    GivenBefore,
    /// Nobody makes it: this is a forked child, the last watch is ending, or the pipe is broken.
    Refused,
}

/// Orders go to a thread of this process from now on, which reads the other end.
pub(super) fn open(pipe: PipeWriter) {
    ENDING.store(false, Release);
    READER.store(process::id(), Release);
    PIPE.store(pipe.into_raw_fd(), Release);
}

/// Nobody takes orders any longer; the thread ends.
pub(super) fn close() {
    let pipe = PIPE.swap(-1, AcqRel);
    write_byte(pipe, STOP);
    // SAFETY: the descriptor came from a `PipeWriter` in `open`, and PIPE, its only owner, no
    // longer holds it.
    drop(unsafe { PipeWriter::from_raw_fd(pipe) });
}

/// Has the watching thread see to the last push. Async-signal-safe.
pub(super) fn order(signal: libc::c_int) -> Order {
    let pipe = PIPE.load(Acquire);
    // SAFETY: getpid has no preconditions.
    let reader = READER.load(Acquire) == unsafe { libc::getpid() }.cast_unsigned();
    // Signals have small numbers; STOP is none of them.
    let byte = u8::try_from(signal).unwrap_or(STOP);
    if pipe < 0 || !reader {
        Order::Refused
    } else if ENDING.swap(true, AcqRel) {
        Order::GivenBefore
    } else if write_byte(pipe, byte) {
        Order::Given
    } else {
        Order::Refused
    }
}

/// Whether a signal is about to take effect in this process.
pub(super) fn is_ending() -> bool {
    ENDING.load(Acquire) && READER.load(Acquire) == process::id()
}

/// The signal did not end the process: the next one is the first again.
pub(super) fn forget() {
    ENDING.store(false, Release);
}

/// Never blocks in practice: at most two bytes are ever in the pipe.
fn write_byte(pipe: libc::c_int, byte: u8) -> bool {
    // SAFETY: the pointer is valid for the one byte; a descriptor that is closed gives an error.
    unsafe { libc::write(pipe, (&raw const byte).cast(), 1) == 1 }
}
