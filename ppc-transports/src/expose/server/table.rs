//! The connections that are open, so that there are never too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::task::AbortHandle;

use super::exchange::Exchange;
use crate::lock::lock;

#[derive(Debug, Default)]
pub(super) struct Table {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    last: u64,
    connections: BTreeMap<u64, Connection>,
}

#[derive(Debug)]
struct Connection {
    exchange: Arc<Exchange>,
    /// Known once it runs.
    task: Option<AbortHandle>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        lock(&self.open).connections.len()
    }

    /// Enters a connection, for as long as the ticket is kept.
    pub(super) fn enter(self: &Arc<Self>, exchange: &Arc<Exchange>) -> Ticket {
        let mut open = lock(&self.open);
        open.last += 1;
        let id = open.last;
        let exchange = Arc::clone(exchange);
        open.connections.insert(
            id,
            Connection {
                exchange,
                task: None,
            },
        );
        let table = Arc::clone(self);
        Ticket { table, id }
    }

    /// Says what runs a connection.
    pub(super) fn runs(&self, id: u64, task: AbortHandle) {
        if let Some(connection) = lock(&self.open).connections.get_mut(&id) {
            connection.task = Some(task);
        }
    }

    /// Closes the connection that has been waiting longest for its client, if there is one.
    pub(super) fn make_room(&self) -> bool {
        let mut open = lock(&self.open);
        let unused = open
            .connections
            .iter()
            .filter_map(|(id, connection)| Some((connection.exchange.unused_since()?, *id)));
        let Some((_, id)) = unused.min() else {
            return false;
        };
        let removed = open.connections.remove(&id);
        drop(open);
        if let Some(task) = removed.and_then(|connection| connection.task) {
            task.abort();
        }
        true
    }
}

/// The place of a connection in the table.
#[derive(Debug)]
pub(super) struct Ticket {
    table: Arc<Table>,
    id: u64,
}

impl Ticket {
    pub(super) fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let removed = lock(&self.table.open).connections.remove(&self.id);
        // Not under the lock: whatever it holds.
        drop(removed);
    }
}
