//! How a handler orders the last push: by a byte in the pipe of the watching thread, or, where no
//! descriptor was left for a pipe, in a place that the thread looks at now and then.
#![allow(unsafe_code)]

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{FromRawFd, IntoRawFd};
use std::process;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32};
use std::thread;
use std::time::Duration;

/// A byte that is no signal: the watching thread ends.
const STOP: u8 = 0;

/// In place of a descriptor: nothing watches.
const NOBODY: libc::c_int = -1;
/// In place of a descriptor: the thread looks at `PLACE`.
const LOOKS: libc::c_int = -2;
/// How often.
const PAUSE: Duration = Duration::from_millis(20);

/// Where a handler writes to.
static PIPE: AtomicI32 = AtomicI32::new(NOBODY);
/// The order for a thread without a pipe, if it is not `STOP`.
static PLACE: AtomicU8 = AtomicU8::new(STOP);
/// Counts the threads that have watched; one that is not the last ends.
static WATCHERS: AtomicU32 = AtomicU32::new(0);
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

/// What the watching thread reads.
pub(super) enum Orders {
    Pipe(PipeReader),
    /// With which of `WATCHERS` it is.
    Place(u32),
}

impl Orders {
    /// A new way, with the end for handlers.
    pub(super) fn new() -> (Self, Option<PipeWriter>) {
        let watcher = WATCHERS.fetch_add(1, AcqRel) + 1;
        io::pipe().map_or((Self::Place(watcher), None), |(reader, writer)| {
            (Self::Pipe(reader), Some(writer))
        })
    }

    /// Waits for the next signal; nothing comes after the last watch has ended.
    pub(super) fn next(&mut self) -> Option<libc::c_int> {
        let byte = match self {
            Self::Pipe(pipe) => {
                let mut byte = [STOP];
                pipe.read_exact(&mut byte).map_or(STOP, |()| byte[0])
            }
            Self::Place(watcher) => loop {
                if WATCHERS.load(Acquire) != *watcher {
                    break STOP;
                }
                let byte = PLACE.swap(STOP, AcqRel);
                if byte != STOP {
                    break byte;
                }
                thread::sleep(PAUSE);
            },
        };
        (byte != STOP).then_some(byte.into())
    }
}

/// Orders go to a thread of this process from now on, which reads the other end.
pub(super) fn open(pipe: Option<PipeWriter>) {
    ENDING.store(false, Release);
    PLACE.store(STOP, Release);
    READER.store(process::id(), Release);
    PIPE.store(pipe.map_or(LOOKS, IntoRawFd::into_raw_fd), Release);
}

/// Nobody takes orders any longer; the thread ends.
pub(super) fn close() {
    WATCHERS.fetch_add(1, AcqRel);
    let pipe = PIPE.swap(NOBODY, AcqRel);
    if pipe >= 0 {
        write_byte(pipe, STOP);
        // SAFETY: the descriptor came from a `PipeWriter` in `open`, and PIPE, its only owner, no
        // longer holds it.
        drop(unsafe { PipeWriter::from_raw_fd(pipe) });
    }
}

/// Has the watching thread see to the last push. Async-signal-safe.
pub(super) fn order(signal: libc::c_int) -> Order {
    let pipe = PIPE.load(Acquire);
    // SAFETY: getpid has no preconditions.
    let reader = READER.load(Acquire) == unsafe { libc::getpid() }.cast_unsigned();
    // Signals have small numbers; STOP is none of them.
    let byte = u8::try_from(signal).unwrap_or(STOP);
    if pipe == NOBODY || !reader {
        Order::Refused
    } else if ENDING.swap(true, AcqRel) {
        Order::GivenBefore
    } else if pipe == LOOKS {
        PLACE.store(byte, Release);
        Order::Given
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
