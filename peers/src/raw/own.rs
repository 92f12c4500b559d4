//! Slots of the thread's own, with plain loads and stores: what is left when threads share nothing.
//! The slots are found through a pointer that is loaded each time, as from the thread's storage.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use crate::labels::{BOUNDS, Cache, Call, Outcome, bounds, calls, values};
use crate::rounds::Operation;

/// More than there are combinations of fixed label values, and than a histogram needs.
const SLOTS: usize = 32;

/// A counter or a float; atomic only so that the compiler stores every value.
type Slot = AtomicU64;

/// A load, an addition and a store.
pub(crate) fn counter() -> Operation {
    Box::new(|repetitions| {
        let slot = Slot::new(0);
        for _ in 0..repetitions {
            increment(black_box(&slot));
        }
    })
}

/// A slot at an index computed from three small numbers.
pub(crate) fn enums() -> Operation {
    over(calls(), |slots, &(method, outcome, cache): &Call| {
        let index = method as usize * Outcome::ALL.len() + outcome as usize;
        let index = index * Cache::ALL.len() + cache as usize;
        increment(&slots[index % SLOTS]);
    })
}

/// A search over the bounds without a branch, a bucket and a sum.
pub(crate) fn histogram() -> Operation {
    let bounds: [f64; BOUNDS] = bounds();
    over(values(), move |slots, &value| {
        let bucket = bounds.partition_point(|bound| value > *bound);
        increment(&slots[bucket % SLOTS]);
        let sum = &slots[SLOTS - 1];
        let total = f64::from_bits(sum.load(Relaxed)) + value;
        sum.store(total.to_bits(), Relaxed);
    })
}

/// Repeats a recording into the thread's slots for each of the inputs.
fn over<T: Send + Sync + 'static>(
    inputs: Vec<T>,
    record: impl Fn(&[Slot; SLOTS], &T) + Send + Sync + 'static,
) -> Operation {
    Box::new(move |repetitions| {
        let slots = [const { Slot::new(0) }; SLOTS];
        for _ in 0..repetitions {
            for input in &inputs {
                record(black_box(&slots), black_box(input));
            }
        }
    })
}

#[inline]
fn increment(slot: &Slot) {
    slot.store(slot.load(Relaxed) + 1, Relaxed);
}
