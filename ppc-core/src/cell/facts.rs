//! Infos and state sets: what is replaced as a whole, and seldom.

use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::feed::Change;
use super::numbers::{Shape, Totals};
use super::series::Series;
use super::value::Cell;
use crate::descriptor::Descriptor;
use crate::label::Pairs;
use crate::lock::hold;

/// An info: pairs of names and values, replaced as a whole.
#[derive(Debug, Default)]
pub struct InfoCell(Mutex<Option<Pairs>>);

impl Series<InfoCell> {
    pub(crate) fn set(&self, pairs: Pairs) {
        self.notice();
        drop(self.cell.replace(Some(pairs)));
        self.tell(Change::Replaced);
    }
}

impl InfoCell {
    /// Returns what there was, to be dropped after the lock.
    fn replace(&self, pairs: Option<Pairs>) -> Option<Pairs> {
        std::mem::replace(&mut *hold(&self.0), pairs)
    }
}

impl Cell for InfoCell {
    fn new(_: &Descriptor) -> Self {
        Self::default()
    }

    fn shape(&self) -> Option<Shape> {
        None
    }

    fn read(&self, _: Option<u16>, _: &Totals, _: &mut Vec<u64>) {}

    const IS_COUNTED: bool = false;

    fn begin(&self) -> bool {
        self.replace(None).is_some()
    }

    fn reset(&self, _: &[u64]) {
        drop(self.replace(None));
    }

    fn pairs(&self) -> Option<Pairs> {
        hold(&self.0).clone()
    }
}

/// A state set: one bit a state, so that changing from one state to another is one store and no
/// reading shows two states or none.
#[derive(Debug)]
pub struct StateSetCell(AtomicU64);

impl Series<StateSetCell> {
    pub(crate) fn set_only(&self, index: usize) {
        self.notice();
        self.cell.0.store(1 << index, Release);
        self.tell(Change::States(1 << index));
    }

    pub(crate) fn set(&self, index: usize, on: bool) {
        self.notice();
        let bit = 1 << index;
        let now = if on {
            self.cell.0.fetch_or(bit, Release) | bit
        } else {
            self.cell.0.fetch_and(!bit, Release) & !bit
        };
        self.tell(Change::States(now));
    }
}

impl Cell for StateSetCell {
    /// Starts in the first state.
    fn new(_: &Descriptor) -> Self {
        Self(AtomicU64::new(1))
    }

    fn shape(&self) -> Option<Shape> {
        None
    }

    fn read(&self, _: Option<u16>, _: &Totals, words: &mut Vec<u64>) {
        words.push(self.0.load(Acquire));
    }

    const IS_COUNTED: bool = false;

    fn begin(&self) -> bool {
        self.0.swap(1, Relaxed) != 1
    }

    fn reset(&self, from: &[u64]) {
        if let Some(&from) = from.first() {
            // Not where it was set since.
            let _ = self.0.compare_exchange(from, 1, Release, Relaxed);
        }
    }
}
