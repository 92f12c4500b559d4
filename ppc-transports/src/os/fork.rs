//! State of this process alone: a forked child finds it empty, whatever its parent held, and in
//! whatever state its parent's locks were.
#![allow(unsafe_code)]

use std::process;
use std::ptr;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

/// A value that each process makes for itself when it first needs it. It is never dropped.
#[derive(Debug)]
pub(crate) struct PerProcess<T> {
    current: AtomicPtr<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    process: u32,
    value: T,
}

impl<T: Default + Send + Sync + 'static> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self {
            current: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// This process's value, where it has made one.
    pub(crate) fn peek(&'static self) -> Option<&'static T> {
        // SAFETY: `current` is null or holds what `Box::into_raw` returned in `get`, published
        // with Release and read with Acquire. An entry that was published is never freed and
        // never mutably borrowed, so a shared reference may live for ever.
        let entry: &'static Entry<T> = unsafe { self.current.load(Acquire).as_ref() }?;
        (entry.process == process::id()).then_some(&entry.value)
    }

    /// This process's value.
    pub(crate) fn get(&'static self) -> &'static T {
        loop {
            if let Some(value) = self.peek() {
                return value;
            }
            let seen = self.current.load(Acquire);
            let entry = Box::new(Entry {
                process: process::id(),
                value: T::default(),
            });
            let new = Box::into_raw(entry);
            if self
                .current
                .compare_exchange(seen, new, AcqRel, Acquire)
                .is_err()
            {
                // SAFETY: `new` came from `Box::into_raw` above and was not published.
                drop(unsafe { Box::from_raw(new) });
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
