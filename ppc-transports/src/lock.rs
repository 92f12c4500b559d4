//! Taking locks: never poisoned, and never for ever where the process ends.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long the end of the process waits for a lock: its holder may be the very thread that
/// exits, inside a signal handler.
const PATIENCE: Duration = Duration::from_millis(200);

/// Takes a lock. What it protects is whole, also after a panic.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a lock, unless its holder keeps it for longer than it takes to do anything with it.
pub(crate) fn lock_at_end<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::yield_now();
            }
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_not_given_back_is_not_waited_for() {
        let mutex = Mutex::new(1);
        let held = lock(&mutex);
        assert!(lock_at_end(&mutex).is_none());
        drop(held);
        assert!(lock_at_end(&mutex).is_some());
    }
}
