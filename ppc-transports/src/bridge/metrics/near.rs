//! The handles that a thread used last: `counter!` looks one up at every call.
//!
//! A hit takes no lock, and the count of references that it writes is the thread's own.

use std::cell::RefCell;
use std::thread::LocalKey;

use metrics::{Counter, Gauge, Histogram, Key};

/// Handles of one kind, by the lowest bits of their keys' hashes.
pub(super) type Near<H> = RefCell<Vec<Option<Known<H>>>>;

/// A handle, whose it is, and for which key.
pub(super) struct Known<H> {
    recorder: u64,
    key: Key,
    handle: H,
}

thread_local! {
    static COUNTERS: Near<Counter> = const { RefCell::new(Vec::new()) };
    static GAUGES: Near<Gauge> = const { RefCell::new(Vec::new()) };
    static HISTOGRAMS: Near<Histogram> = const { RefCell::new(Vec::new()) };
}

pub(super) fn counters() -> &'static LocalKey<Near<Counter>> {
    &COUNTERS
}

pub(super) fn gauges() -> &'static LocalKey<Near<Gauge>> {
    &GAUGES
}

pub(super) fn histograms() -> &'static LocalKey<Near<Histogram>> {
    &HISTOGRAMS
}

/// A power of two.
const SLOTS: usize = 256;

/// The handle of a key; `find` has it where it is not near.
#[inline]
pub(super) fn get<H: Clone>(
    near: &'static LocalKey<Near<H>>,
    recorder: u64,
    key: &Key,
    find: impl Fn() -> H,
) -> H {
    let slot = slot(key);
    let found = near.try_with(|near| {
        let near = near.try_borrow().ok()?;
        let known = near.get(slot)?.as_ref()?;
        (known.recorder == recorder && known.key == *key).then(|| known.handle.clone())
    });
    if let Ok(Some(handle)) = found {
        return handle;
    }
    let handle = find();
    // On a thread that ends there is nothing to be near to.
    let replaced = near.try_with(|near| {
        let mut near = near.try_borrow_mut().ok()?;
        if near.is_empty() {
            near.resize_with(SLOTS, || None);
        }
        near.get_mut(slot)?.replace(Known {
            recorder,
            key: key.to_retained(),
            handle: handle.clone(),
        })
    });
    drop(replaced);
    handle
}

#[inline]
fn slot(key: &Key) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lowest bits are all it takes"
    )]
    let hash = key.get_hash() as usize;
    hash & (SLOTS - 1)
}
