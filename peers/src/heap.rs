//! Counts the bytes that are asked of the heap, while that is asked for.
#![expect(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicIsize};

/// The system's allocator. It counts only in the cases about memory: elsewhere libraries that
/// allocate would pay for the counting.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

/// Begins to count; for the rest of the process.
pub(crate) fn count() {
    IS_COUNTING.store(true, Relaxed);
}

/// Requested and not yet freed since the counting began; what was requested before and freed
/// since makes it less.
pub(crate) fn live() -> isize {
    LIVE.load(Relaxed)
}

/// Runs something, and returns how much more is live after it, and at most was during it.
pub(crate) fn growth(run: impl FnOnce()) -> Growth {
    let before = live();
    PEAK.store(before, Relaxed);
    run();
    Growth {
        end: live() - before,
        peak: PEAK.load(Relaxed) - before,
    }
}

/// Bytes above those at the start.
pub(crate) struct Growth {
    pub(crate) end: isize,
    pub(crate) peak: isize,
}

/// A block that is resized counts by its difference: large ones are moved by their page tables.
fn add(bytes: isize) {
    if IS_COUNTING.load(Relaxed) {
        let live = LIVE.fetch_add(bytes, Relaxed) + bytes;
        PEAK.fetch_max(live, Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size().cast_signed());
        // SAFETY: what the caller owes us is what we owe the system.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        add(-layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        add(size.cast_signed() - layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}
