//! Changes into a ring of the thread's own: which series, what value, and how many there are for
//! who reads them. Nobody does, and so nothing is ever full.

use std::array;
use std::hint::black_box;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};

use crate::rounds::Operation;

/// As many as the bursts that are measured.
const EVENTS: usize = 4_096;

struct Ring {
    events: [[AtomicU64; 2]; EVENTS],
    written: AtomicUsize,
}

thread_local! {
    static RING: Ring = Ring {
        events: array::from_fn(|_| [const { AtomicU64::new(0) }; 2]),
        written: AtomicUsize::new(0),
    };
}

/// Two stores of words, and one that makes them known.
pub(crate) fn push() -> Operation {
    Box::new(|repetitions| {
        RING.with(|ring| {
            for n in 0..repetitions {
                let ring = black_box(ring);
                let at = ring.written.load(Relaxed);
                let [series, value] = &ring.events[at % EVENTS];
                series.store(black_box(8), Relaxed);
                value.store((n as f64).to_bits(), Relaxed);
                ring.written.store(at + 1, Release);
            }
        });
    })
}
