//! The driver on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tracing::Dispatch;
use tracing::subscriber::NoSubscriber;

use super::client::{Client, Driver};
use super::engine::Step;
use crate::error::{Error, ErrorKind};
use crate::log::{self, Level};
use crate::os::{self, ThreadId};

/// Starts a thread that drives the client until its final push is over.
pub(crate) fn start(client: &Arc<Client>) -> Result<(), Error> {
    client.set_driver(Driver::Starting);
    // The thread logs to where the user's thread logs.
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let driven = Arc::clone(client);
    os::spawn("ppc-push", move || {
        driven.set_driver(Driver::Thread(ThreadId::current()));
        if dispatch.is::<NoSubscriber>() {
            drive(&driven);
        } else {
            with_dispatch(&dispatch, &driven);
        }
    })
    .map_err(|error| {
        client.set_driver(Driver::Nobody);
        ErrorKind::Thread(error).into()
    })
}

fn with_dispatch(dispatch: &Dispatch, client: &Arc<Client>) {
    tracing::dispatcher::with_default(dispatch, || drive(client));
}

/// Drives the client on this thread until its final push is over.
pub(crate) fn drive(client: &Arc<Client>) {
    // Code of the user's may run here, a default of a label, say. Whatever it does, pushing goes
    // on, and nobody waits for ever.
    while catch_unwind(AssertUnwindSafe(|| run(client))).is_err() {
        log::tell(
            Level::Warn,
            "panic",
            "the pushing thread panicked; it goes on",
        );
        let orders = client.orders();
        if orders.stop.is_some() {
            break;
        }
        client.wait_for_orders(&orders, Instant::now().checked_add(orders.period));
    }
    client.linger();
    client.finish();
}

fn run(client: &Arc<Client>) {
    let mut orders = client.orders();
    let mut engine = client.unpark().unwrap_or_else(|| client.engine(&orders));
    loop {
        match engine.step(Instant::now(), &orders) {
            Step::Done => return,
            Step::Wait(until) => client.wait_for_orders(&orders, until),
        }
        orders = client.orders();
    }
}
