//! A bound for helper threads that may hang, in a user's code or in a system call.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::os::PerProcess;

/// So many may be taken at a time, in each process.
#[derive(Debug)]
pub(crate) struct Slots {
    taken: PerProcess<AtomicUsize>,
    most: usize,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot(&'static AtomicUsize);

impl Slots {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            taken: PerProcess::new(),
            most,
        }
    }

    /// Takes one, where there is one left.
    pub(crate) fn take(&'static self) -> Option<Slot> {
        let taken = self.taken.get();
        let one_more = |count| (count < self.most).then_some(count + 1);
        let before = taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        before.ok().map(|_| Slot(taken))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_and_no_more() {
        static SLOTS: Slots = Slots::new(2);
        let (one, two) = (SLOTS.take(), SLOTS.take());
        assert!(one.is_some() && two.is_some() && SLOTS.take().is_none());
        drop(one);
        assert!(SLOTS.take().is_some());
    }
}
