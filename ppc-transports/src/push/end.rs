//! The end of a client by its last use, and of all clients by the end of the process.

use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};
use std::thread;

use ppc_core::Outcome;

use super::client::{self, Client, Driver};
use super::{sudden, thread as pushing_thread};
use crate::log;
use crate::os::{self, Aborting, ThreadId};

/// Makes sure that somebody makes the final push that was ordered.
pub(crate) fn see_to_final_push(client: &Arc<Client>) {
    if client.take_charge() && pushing_thread::start(client).is_err() {
        pushing_thread::drive(client);
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
                let _ = catch_unwind(AssertUnwindSafe(|| pushing_thread::drive(client)));
            }
        };
        push_all(Outcome::Cancelled, see_to, Client::wait_until_done);
    });
}

/// Has the final pushes made when a panic aborts the process, which no handler of a signal need
/// tell. Hooks run for panics that are caught, too, so only where none can be.
pub(crate) fn watch_panics() {
    static WATCHED: Once = Once::new();
    // A hook cannot be set on a thread that panics: in another hook, that is.
    if cfg!(panic = "abort") && !thread::panicking() {
        WATCHED.call_once(|| {
            let found = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                found(panic);
                push_at_panic();
            }));
        });
    }
}

/// What the hook does.
fn push_at_panic() {
    sudden::tell();
    let (thread, panicked) = (ThreadId::current(), true);
    last_push(Some(Aborting { thread, panicked }));
}

/// Has the final pushes made when a signal or a panic is about to end the process.
pub(crate) fn last_push(aborting: Option<Aborting>) {
    // Who ends a job by a signal does not wait for it to be read.
    for client in client::all() {
        client.cut_linger();
    }
    let see_to = |client: &Arc<Client>| {
        // The thread that aborts goes no further, so another one takes its place.
        let driver = client.driver();
        let is_gone = aborting.is_some_and(|by| driver == Driver::Thread(by.thread));
        if (is_gone || client.take_charge()) && pushing_thread::start(client).is_err() {
            pushing_thread::drive(client);
        }
    };
    let outcome = if aborting.is_some_and(|by| by.panicked) {
        Outcome::Panic
    } else {
        Outcome::Cancelled
    };
    push_all(outcome, see_to, Client::wait_until_pushed);
}

/// Orders the final push of every client, sees to each with `see_to`, and waits for all. Runs that
/// are under way are counted as ended by `outcome`.
fn push_all(outcome: Outcome, see_to: impl Fn(&Arc<Client>), wait_for: fn(&Client)) {
    let clients = client::all();
    for client in &clients {
        if let Some(job) = &client.settings().job {
            job.give_up(outcome);
        }
        client.stop();
    }
    clients.iter().for_each(see_to);
    for client in &clients {
        wait_for(client);
    }
}
