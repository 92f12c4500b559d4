//! What could not be delivered yet, on the disk: so that it outlives its process.
//!
//! Each client writes segments of its own for each of its destinations, and holds them locked; a
//! segment that nobody holds is of a process that has ended, and the next client of the same
//! destination, of whichever process, takes it over. All of it happens on a thread of its own, for
//! which nobody waits.

mod desk;
mod file;
mod folder;
mod segment;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::task::Waker;

use self::desk::{Desk, Order};
pub(crate) use self::desk::{SpoolNews, Ticket};
pub(crate) use self::folder::Found;
use self::folder::{Folder, Put};
#[cfg(fuzzing)]
pub(crate) use self::segment::{fuzz_damaged_segment, fuzz_segment};

/// Orders that wait for the disk have this many bytes at most.
const WAITING: usize = 64 * 1024 * 1024;

/// The spool of one destination of one client.
#[derive(Debug)]
pub(crate) struct Spool {
    desk: Arc<Desk>,
    numbers: u64,
}

impl Spool {
    /// Whether there are any.
    pub(crate) const IS_ON: bool = true;

    /// Opens the spool in a folder, of so many bytes at most, for the destination of this name. The
    /// waker is woken where there is something to be delivered, or all is stored.
    ///
    /// # Errors
    ///
    /// When the system has no thread to give.
    pub(crate) fn open(folder: &Path, limit: u64, name: &str, waker: Waker) -> io::Result<Self> {
        let desk = Arc::new(Desk::new(waker));
        worker::start(Folder::new(folder, name, limit), Arc::clone(&desk))?;
        Ok(Self { desk, numbers: 0 })
    }

    /// Has the lines of a push stored, whose values were read so many milliseconds after the Unix
    /// epoch. A state is kept for the case alone that the process ends without saying more.
    pub(crate) fn put(&mut self, lines: &[u8], samples: u64, read: u64, is_state: bool) -> Ticket {
        self.numbers += 1;
        let ticket = Ticket::new(self.numbers);
        let put = Put {
            number: self.numbers,
            lines: lines.to_vec(),
            samples,
            read,
            is_state,
        };
        if !self.desk.order(Order::Put(put, ticket.clone()), WAITING) {
            ticket.fail();
        }
        ticket
    }

    /// What this stands for was delivered.
    pub(crate) fn finish(&self, ticket: &Ticket) {
        self.desk.order(Order::Finish(ticket.number()), usize::MAX);
    }

    /// What this stands for is no longer in memory, and is to be read again.
    pub(crate) fn leave(&self, ticket: &Ticket) {
        self.desk.order(Order::Leave(ticket.number()), usize::MAX);
    }

    /// Whether there is something to be read.
    pub(crate) fn has_left(&self) -> bool {
        self.desk.has_left()
    }

    /// The oldest that is to be read; asks for it where it is not at hand. Where another one `precedes`
    /// it, only if it has no more than so many bytes.
    pub(crate) fn next(&self, limit: usize, precedes: bool) -> Option<(Found, Ticket)> {
        self.desk.next(if precedes { limit } else { usize::MAX })
    }

    /// Nothing more comes. Returns whether all of it has been seen to; wakes the waker then.
    pub(crate) fn close(&self) -> bool {
        self.desk.close()
    }

    /// What came to light since this was last asked.
    pub(crate) fn take_news(&self) -> SpoolNews {
        self.desk.take_news()
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        self.desk.close();
    }
}
