//! A lock that is only ever tried, whose content is of this process alone: a forked child finds it
//! free and empty, whoever held it in the parent.

#![expect(
    unsafe_code,
    reason = "a lock that a child can take from one who is gone"
)]

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::process;

/// See the module.
pub(super) struct Tried<T> {
    /// Twice the generation of the process whose content it is, and one more while it is held.
    state: AtomicU32,
    content: UnsafeCell<Option<T>>,
}

// SAFETY: the content is reached by one thread at a time, as in a `Mutex`.
unsafe impl<T: Send> Send for Tried<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Tried<T> {}

impl<T> Default for Tried<T> {
    fn default() -> Self {
        Self {
            state: AtomicU32::new(0),
            content: UnsafeCell::new(None),
        }
    }
}

/// The content, until this is dropped.
pub(super) struct Taken<'a, T> {
    of: &'a Tried<T>,
    free: u32,
    /// It is given back by the thread that took it.
    marker: PhantomData<*const ()>,
}

impl<T> Tried<T> {
    /// Takes it, where nobody holds it.
    #[inline]
    pub(super) fn at_once(&self) -> Option<Taken<'_, T>> {
        self.at_once_in(process::generation())
    }

    #[inline]
    fn at_once_in(&self, generation: u32) -> Option<Taken<'_, T>> {
        let free = generation.wrapping_mul(2);
        let known = self.state.load(Relaxed);
        if known == free + 1 {
            return None;
        }
        // Acquire: what the one before wrote.
        self.state
            .compare_exchange(known, free + 1, Acquire, Relaxed)
            .ok()?;
        let mut taken = Taken {
            of: self,
            free,
            marker: PhantomData,
        };
        if known != free {
            taken.renounce(known);
        }
        Some(taken)
    }
}

impl<T> Taken<'_, T> {
    /// Empties what a parent process left in this state.
    #[cold]
    fn renounce(&mut self, state: u32) {
        let inherited = self.take();
        if !state.is_multiple_of(2) {
            // Its holder was in the midst of changing it.
            std::mem::forget(inherited);
        }
    }
}

impl<T> Deref for Taken<'_, T> {
    type Target = Option<T>;

    #[inline]
    fn deref(&self) -> &Option<T> {
        // SAFETY: nobody else has taken it, until `self` is dropped.
        unsafe { &*self.of.content.get() }
    }
}

impl<T> DerefMut for Taken<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Option<T> {
        // SAFETY: as above.
        unsafe { &mut *self.of.content.get() }
    }
}

impl<T> Drop for Taken<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // Release: the next one finds what was written.
        self.of.state.store(self.free, Release);
    }
}

impl<T> fmt::Debug for Tried<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tried").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn it_is_taken_by_one_at_a_time() {
        let tried = Tried::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut done = 0;
                    while done < 100 {
                        if let Some(mut taken) = tried.at_once() {
                            *taken.get_or_insert(0) += 1;
                            done += 1;
                        } else {
                            std::thread::yield_now();
                        }
                    }
                });
            }
        });
        let taken = tried.at_once().unwrap();
        assert_eq!(*taken, Some(400));
        assert!(tried.at_once().is_none());
    }

    #[test]
    fn what_a_parent_left_is_dropped_and_what_it_was_changing_is_not() {
        let tried = Tried::default();
        let content = Arc::new(());
        *tried.at_once_in(0).unwrap() = Some(Arc::clone(&content));
        assert!(tried.at_once_in(1).unwrap().is_none());
        assert_eq!(Arc::strong_count(&content), 1);

        *tried.at_once_in(1).unwrap() = Some(Arc::clone(&content));
        std::mem::forget(tried.at_once_in(1));
        assert!(tried.at_once_in(1).is_none());
        assert!(tried.at_once_in(2).unwrap().is_none());
        assert_eq!(Arc::strong_count(&content), 2, "it is leaked");
        // SAFETY: the one that was leaked, for Miri.
        unsafe { Arc::decrement_strong_count(Arc::as_ptr(&content)) };
    }
}
