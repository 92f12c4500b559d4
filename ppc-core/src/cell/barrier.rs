//! The order between look-ups and those who unlink, its dear half where it is seldom needed.
//!
//! A look-up writes that it begins and then reads; who unlinks writes and then reads who is at
//! it. Each needs a full fence between the two, and in a look-up that fence is a fifth of the
//! time. Linux can run it on every thread of the process at the remover's demand instead
//! (`membarrier(2)`, `MEMBARRIER_CMD_PRIVATE_EXPEDITED`, half a microsecond), so that look-ups
//! need none. Elsewhere, and where the kernel refuses, look-ups have their own.

#[cfg(all(target_os = "linux", not(miri)))]
use linux as system;
#[cfg(not(all(target_os = "linux", not(miri))))]
use none as system;

use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU64, compiler_fence, fence};
use std::time::Duration;

use crate::clock::{self, Instant};

/// Whether look-ups need no fence of their own. Raised once, before the first look-up of the
/// first thread that has a block; those who do not see it yet have their fence.
static SPARED: AtomicBool = AtomicBool::new(false);

/// Whether the kernel was asked.
static ASKED: AtomicBool = AtomicBool::new(false);

/// Prepares what [`begin`] and [`demand`] need.
pub(super) fn prepare() {
    if !ASKED.swap(true, Relaxed) && system::register() {
        SPARED.store(true, SeqCst);
    }
}

/// Writes that a look-up begins; what is read after this is read after it.
#[inline]
pub(super) fn begin(counter: &AtomicU64, value: u64) {
    if SPARED.load(Relaxed) {
        counter.store(value, Relaxed);
        compiler_fence(SeqCst);
    } else {
        counter.swap(value, SeqCst);
    }
}

/// What was written before this is seen by every look-up that is not seen after it. False where
/// the kernel has begun to refuse, as it may in a sandbox; look-ups have their own fence from then
/// on, and those under way can be told only a while later.
pub(super) fn demand() -> bool {
    fence(SeqCst);
    if SPARED.load(SeqCst) && !system::demand() {
        SPARED.store(false, SeqCst);
        let _ = REFUSED.set(clock::now());
    }
    REFUSED.get().is_none_or(|since| since.elapsed() > SURELY)
}

/// When the kernel began to refuse.
static REFUSED: OnceLock<Instant> = OnceLock::new();

/// What a processor has written is seen by the others within microseconds of its own accord.
pub(super) const SURELY: Duration = Duration::from_millis(100);

#[cfg(all(target_os = "linux", not(miri)))]
mod linux {
    #![expect(unsafe_code, reason = "a system call that libc has no function for")]

    use std::ffi::c_long;

    fn membarrier(command: libc::membarrier_cmd) -> bool {
        let flags: c_long = 0;
        // SAFETY: reads and writes no memory of ours, and changes nothing but the order of
        // instructions.
        unsafe { libc::syscall(libc::SYS_membarrier, c_long::from(command), flags, flags) == 0 }
    }

    pub(super) fn register() -> bool {
        membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
    }

    pub(super) fn demand() -> bool {
        membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED)
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod none {
    pub(super) fn register() -> bool {
        false
    }

    pub(super) fn demand() -> bool {
        true
    }
}
