//! The end of a client by its last use, and of all clients by the end of the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::client::{self, Client, Driver};
use super::thread;
use crate::log;
use crate::os::{self, ThreadId};

/// Makes sure that somebody makes the final push that was ordered.
pub(crate) fn see_to_final_push(client: &Arc<Client>) {
    if client.take_charge() && thread::start(client).is_err() {
        thread::drive(client);
    }
}

/// Has the final pushes made when the process ends by `exit`.
pub(crate) fn watch_exit() {
    os::at_exit(|| {
        log::silence_this_thread();
        let see_to = |client: &Arc<Client>| {
            // On the pushing thread itself, which gets no further than this; or where the driver
            // was a task, because no thread can be started from here.
            let here = client.driver() == Driver::Thread(ThreadId::current());
            if here || client.take_charge() {
                let _ = catch_unwind(AssertUnwindSafe(|| thread::drive(client)));
            }
        };
        push_all(see_to, Client::wait_until_done);
    });
}

/// Has the final pushes made when a signal is about to end the process.
pub(crate) fn last_push() {
    // Who ends a job by a signal does not wait for it to be read.
    for client in client::all() {
        client.cut_linger();
    }
    push_all(see_to_final_push, Client::wait_until_pushed);
}

/// Orders the final push of every client, sees to each with `see_to`, and waits for all.
fn push_all(see_to: impl Fn(&Arc<Client>), wait_for: fn(&Client)) {
    let clients = client::all();
    for client in &clients {
        if let Some(job) = &client.settings().job {
            job.cancel();
        }
        client.stop();
    }
    clients.iter().for_each(see_to);
    for client in &clients {
        wait_for(client);
    }
}
