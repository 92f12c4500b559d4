//! Taking locks that nobody may wait for long.

use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::Duration;

use crate::clock;

/// How long a reader waits for a lock that is held for moments: its holder may be gone with the
/// parent process, or be this very thread, inside a signal handler.
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
pub(crate) fn soon<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    at_once(mutex).or_else(|| {
        let start = clock::now();
        while start.elapsed() < PATIENCE {
            thread::yield_now();
            if let Some(guard) = at_once(mutex) {
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
        assert!(at_once(&mutex).is_none() && soon(&mutex).is_none());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| soon(&mutex).is_some());
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
