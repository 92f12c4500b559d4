//! The thread of a spool: whatever the disk does, nobody else waits for it.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::desk::{AHEAD, Desk, Order, SpoolNews, Ticket, Work};
use super::folder::{Folder, News, Put};
use crate::os;

/// How often it is looked for what others left.
const LOOK: Duration = Duration::from_secs(10);

/// So many bytes are written together.
const TOGETHER: usize = 1024 * 1024;

/// Starts the thread.
pub(super) fn start(folder: Folder, desk: Arc<Desk>) -> io::Result<()> {
    os::spawn("ppc-spool", move || {
        let mut worker = Worker {
            folder,
            tickets: HashMap::new(),
            failed: HashMap::new(),
            unstored: 0,
            looked: None,
        };
        // It does nothing that panics; and if it did, nobody is to wait for it.
        let _ = catch_unwind(AssertUnwindSafe(|| worker.run(&desk)));
        desk.end();
    })
}

struct Worker {
    folder: Folder,
    /// Of what is on the disk and in memory.
    tickets: HashMap<u64, Ticket>,
    /// Samples of what is only in memory, by its number.
    failed: HashMap<u64, u64>,
    /// Samples of that which is there no more.
    unstored: u64,
    looked: Option<Instant>,
}

impl Worker {
    fn run(&mut self, desk: &Desk) {
        self.look();
        self.tell(desk, false);
        loop {
            let Work {
                orders,
                reads,
                is_closed,
            } = desk.wait(LOOK);
            self.carry_out(orders);
            if is_closed {
                break;
            }
            if self.looked.is_none_or(|looked| looked.elapsed() >= LOOK) {
                self.look();
            }
            self.tell(desk, reads);
        }
        self.folder.close();
        self.tell(desk, false);
    }

    fn look(&mut self) {
        self.looked = Some(Instant::now());
        match self.folder.take_over() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                self.folder.news.trouble = Some(error.to_string());
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, orders: Vec<Order>) {
        let (mut puts, mut tickets, mut bytes) = (Vec::new(), Vec::new(), 0);
        for order in orders {
            match order {
                Order::Put(put, ticket) => {
                    bytes += put.lines.len();
                    puts.push(put);
                    tickets.push(ticket);
                    if bytes >= TOGETHER {
                        bytes = 0;
                        self.put(&mem::take(&mut puts), mem::take(&mut tickets));
                    }
                }
                // Of what may still have to be written.
                order => {
                    self.put(&mem::take(&mut puts), mem::take(&mut tickets));
                    match order {
                        Order::Finish(number) => self.folder.finish(number),
                        Order::Leave(number) => {
                            self.unstored += self.failed.get(&number).copied().unwrap_or(0);
                            self.folder.leave(number);
                        }
                        Order::Put(..) => {}
                    }
                    if let Order::Finish(number) | Order::Leave(number) = order {
                        self.tickets.remove(&number);
                        self.failed.remove(&number);
                    }
                }
            }
        }
        self.put(&puts, tickets);
    }

    fn put(&mut self, puts: &[Put], tickets: Vec<Ticket>) {
        if puts.is_empty() {
            return;
        }
        match self.folder.put(puts) {
            Ok(()) => {
                tickets.iter().for_each(Ticket::store);
                let tickets = tickets.into_iter().map(|ticket| (ticket.number(), ticket));
                self.tickets.extend(tickets);
            }
            Err(error) => {
                tickets.iter().for_each(Ticket::fail);
                let failed = puts.iter().filter(|put| !put.is_state);
                self.failed
                    .extend(failed.map(|put| (put.number, put.samples)));
                self.folder.news.trouble = Some(error.to_string());
            }
        }
        for (number, samples) in mem::take(&mut self.folder.news.gone) {
            if let Some(ticket) = self.tickets.remove(&number) {
                ticket.fail();
                self.failed.insert(number, samples);
            }
        }
    }

    /// Reads some pushes where that `reads`, and tells of them.
    fn tell(&mut self, desk: &Desk, reads: bool) {
        let (mut found, mut bytes) = (Vec::new(), 0);
        while reads
            && bytes < AHEAD
            && let Some(next) = self.folder.next()
        {
            let ticket = Ticket::new(next.number);
            ticket.store();
            self.tickets.insert(next.number, ticket.clone());
            bytes += next.lines.len();
            found.push((next, ticket));
        }
        let News {
            damaged,
            full,
            newer,
            trouble,
            ..
        } = mem::take(&mut self.folder.news);
        let news = SpoolNews {
            damaged,
            full,
            unstored: mem::take(&mut self.unstored),
            newer,
            trouble,
        };
        desk.tell(found, self.folder.has_left(), news);
    }
}
