//! What a child does at a fork, before anything else: begin from zero, without visiting series.
//!
//! Of 100,000 series none is touched. The words of all other threads are no longer added up, and
//! those of the one thread that goes on are emptied. A series' own atomics are renounced when it is
//! first recorded, read or looked at closer in the child
//! ([`renounce_inherited`](super::series::Series::renounce_inherited)), which its number tells:
//! those of a parent are below a bound. So that no recording adds to them before, each thread has
//! an id that no series knows as its last writer's, and what is set goes by another number.

use super::{block, feed, ids, place, process};
use crate::gate;

/// Has forks begin a child from zero, and leave no lock held in it.
pub(super) fn prepare() {
    process::prepare(before, in_parent, in_child);
}

extern "C" fn before() {
    gate::shut();
}

extern "C" fn in_parent() {
    gate::open();
}

/// It takes no lock and allocates nothing.
extern "C" fn in_child() {
    let generation = process::begin_generation();
    block::in_child(generation);
    ids::in_child();
    place::in_child();
    feed::in_child();
    gate::open_in_child();
}

#[cfg(all(test, unix, not(miri)))]
pub(crate) mod child;
