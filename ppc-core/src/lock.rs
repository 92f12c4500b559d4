//! Taking locks: so that no fork leaves them held, and those that nobody may wait for long.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crate::clock;
use crate::gate::{self, Pass};

/// A lock that is held. No user code may run meanwhile: a fork waits until it is given back.
pub(crate) struct Held<'a, T> {
    guard: MutexGuard<'a, T>,
    /// Left after the lock.
    _pass: Pass,
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Held<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> fmt::Debug for Held<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// Takes a lock, whose holders never wait for others. What it protects is whole, also after a
/// panic.
#[inline]
pub(crate) fn hold<T>(mutex: &Mutex<T>) -> Held<'_, T> {
    let pass = gate::pass();
    Held {
        guard: mutex.lock().unwrap_or_else(PoisonError::into_inner),
        _pass: pass,
    }
}

/// The same, where nobody holds it and no fork is under way.
#[inline]
pub(crate) fn hold_at_once<T>(mutex: &Mutex<T>) -> Option<Held<'_, T>> {
    let pass = gate::pass_at_once()?;
    Some(Held {
        guard: at_once(mutex)?,
        _pass: pass,
    })
}

/// How long a reader waits for a lock that is held for moments: its holder may be this very thread,
/// inside a signal handler.
const PATIENCE: Duration = Duration::from_millis(100);

/// Takes a lock, where nobody holds it. What it protects is whole, also after a panic.
#[inline]
pub(crate) fn at_once<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Takes a lock, unless its holder keeps it for longer than it takes to do anything with it. Not
/// for those who record.
pub(crate) fn soon<G>(at_once: impl Fn() -> Option<G>) -> Option<G> {
    at_once().or_else(|| {
        let start = clock::now();
        while start.elapsed() < PATIENCE {
            thread::yield_now();
            if let Some(guard) = at_once() {
                return Some(guard);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_not_given_back_is_not_waited_for() {
        let mutex = Mutex::new(1);
        let held = at_once(&mutex).unwrap();
        assert!(at_once(&mutex).is_none() && soon(|| at_once(&mutex)).is_none());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| soon(|| at_once(&mutex)).is_some());
            drop(held);
            assert!(waiting.join().unwrap());
        });
        let panicked = thread::scope(|scope| {
            let panicking = || {
                let _held = at_once(&mutex);
                panic!("as asked");
            };
            scope.spawn(panicking).join().is_err()
        });
        assert!(panicked && mutex.is_poisoned() && at_once(&mutex).is_some());
    }
}
