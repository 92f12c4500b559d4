//! Lines into datagrams, on the thread that records.

use std::sync::{Mutex, PoisonError};

use crate::datagrams::Datagrams;
use crate::rounds::Operation;

/// A line a number, and a send as soon as a datagram is full.
pub(crate) fn formatted(address: &str, size: usize) -> Operation {
    let datagrams = Mutex::new(Datagrams::to(address, size));
    Box::new(move |repetitions| {
        let mut datagrams = datagrams.lock().unwrap_or_else(PoisonError::into_inner);
        (0..repetitions).for_each(|number| datagrams.push(number));
    })
}

/// The sends alone, of lines that are there.
pub(crate) fn prepared(address: &str, size: usize) -> Operation {
    let mut datagrams = Datagrams::to(address, size);
    let mut lines = 0;
    while !datagrams.is_full() {
        datagrams.write(1_000 + lines);
        lines += 1;
    }
    let sent = Mutex::new(0);
    Box::new(move |repetitions| {
        let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        *sent += repetitions;
        while *sent >= lines {
            datagrams.send();
            *sent -= lines;
        }
    })
}
