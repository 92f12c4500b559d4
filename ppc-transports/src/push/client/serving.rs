//! A client whose metrics are read by others while it runs, and a while longer.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Client, all};
use crate::error::Error;
use crate::lock::lock;
use crate::push::served::Served;
use crate::push::settings::Shown;

/// How long the start of a client waits for the place of one that has ended and is still there.
const TAKE_OVER: Duration = Duration::from_millis(500);

/// How often it looks.
const LOOK: Duration = Duration::from_millis(5);

impl Client {
    /// Begins to serve, where there is a place for it; what went wrong, where anything did.
    pub(crate) fn serve(&self) -> Vec<Error> {
        let mut faults = Vec::new();
        for (destination, serving) in self.settings.serving() {
            let same = |client: &Arc<Self>| {
                let mut others = client.settings.serving();
                client.orders().stop.is_some()
                    && others.any(|(_, other)| other.place == serving.place)
            };
            // A run that has ended does not keep the next one from being read.
            let before: Vec<_> = all().into_iter().filter(same).collect();
            let until = Instant::now() + TAKE_OVER;
            let started = loop {
                let shown = Arc::new(Shown(Arc::clone(&self.settings)));
                let started = (serving.start)(shown, &self.settings.labels);
                if started.is_ok() || before.is_empty() || Instant::now() >= until {
                    break started;
                }
                for client in &before {
                    client.cut_linger();
                }
                thread::sleep(LOOK);
            };
            match started {
                Ok(served) => lock(&self.served).push((serving.linger, served)),
                Err(fault) => faults.push(fault.of_destination(destination.name())),
            }
        }
        faults
    }

    /// Waits until the final values have been read, or for as long as was asked for; then stops
    /// serving.
    pub(crate) fn linger(&self) {
        let Some(stop) = self.orders().stop else {
            return;
        };
        for (linger, served) in self.served() {
            served.linger_until(stop.ordered + linger);
        }
        // Not under the lock: a server that stops may wait for a source of the user's.
        let ended = std::mem::take(&mut *lock(&self.served));
        drop(ended);
    }

    /// Ends the waiting for readers.
    pub(crate) fn cut_linger(&self) {
        for (_, served) in self.served() {
            served.cut_linger();
        }
    }

    pub(super) fn served(&self) -> Vec<(Duration, Arc<dyn Served>)> {
        lock(&self.served).clone()
    }
}
