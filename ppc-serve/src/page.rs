//! What is served: the totals of a store, and then what this process has to say itself.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use ppc::store::Store;
use ppc::{Gauge, Registry, Snapshot, Source, client_metrics, process_metrics};

use crate::failure::Failure;

/// The totals first: where both have a metric of one name, theirs is served.
///
/// One source and not two, because a server refuses two that have a name in common, and jobs are free
/// to store the metrics of their processes.
#[derive(Debug)]
pub(crate) struct Page {
    store: Arc<Store>,
    timeout: Duration,
    /// Readings that nobody waits for any more are among them.
    readings: Arc<AtomicUsize>,
    own: Registry,
    up: Gauge,
}

/// Of a store that answers nobody, further ones would only wait as well.
const MOST_READINGS: usize = 4;

impl Page {
    pub(crate) fn new(store: Store, timeout: Duration, own_metrics: bool) -> Result<Self, Failure> {
        let own = Registry::new();
        let up = Gauge::builder("ppc_store_up")
            .help("Whether the store could be read for this scrape.")
            .register(&own)
            .map_err(|error| Failure::Work(error.to_string()))?;
        if own_metrics {
            own.attach(client_metrics());
            own.attach(process_metrics());
        }
        Ok(Self {
            store: Arc::new(store),
            timeout,
            readings: Arc::default(),
            own,
            up,
        })
    }

    /// Reads the store on a thread of its own, which is left alone where it takes too long: a scraper
    /// is told so while it still listens.
    fn read(&self, snapshot: &mut Snapshot) -> Result<(), String> {
        if self.readings.load(Ordering::Relaxed) >= MOST_READINGS {
            return Err("the store does not answer readings that began before".to_owned());
        }
        let (send, read) = mpsc::sync_channel(1);
        let store = Arc::clone(&self.store);
        let reading = Reading::begin(&self.readings);
        let at = snapshot.timestamp();
        // It is ours: nothing was gathered before, and no view is around it.
        let mut taken = mem::take(snapshot);
        let run = move || {
            store.gather_into(&mut taken);
            drop(reading);
            // Nobody waits any more where this fails.
            let _ = send.send(taken);
        };
        let started = thread::Builder::new()
            .name("ppc-serve read".to_owned())
            .spawn(run);
        let found = match started {
            Ok(_) => read
                .recv_timeout(self.timeout)
                .map_err(|error| match error {
                    mpsc::RecvTimeoutError::Timeout => {
                        format!("the store was not read within {:?}", self.timeout)
                    }
                    mpsc::RecvTimeoutError::Disconnected => "reading the store panicked".to_owned(),
                }),
            Err(error) => Err(format!("there is no thread to read the store: {error}")),
        };
        match found {
            Ok(found) => {
                *snapshot = found;
                Ok(())
            }
            Err(why) => {
                snapshot.start(at);
                Err(why)
            }
        }
    }
}

impl Source for Page {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let read = self.read(snapshot);
        // What cannot be read at all is a fault and nothing else; a family that is not understood
        // stands among others.
        let is_there = snapshot.families().next().is_some() || snapshot.faults().len() == 0;
        self.up.set(u8::from(read.is_ok() && is_there));
        if let Err(why) = read {
            snapshot.note_fault(why);
        }
        self.own.gather_into(snapshot);
    }
}

/// Counts itself for as long as it lasts.
struct Reading(Arc<AtomicUsize>);

impl Reading {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_is_not_there_is_told_of() {
        let store = ppc::store::open("/no/such/folder/metrics.db").unwrap();
        let page = Page::new(store, Duration::from_mins(1), false).unwrap();
        for _ in 0..2 * MOST_READINGS {
            let snapshot = page.gather();
            let families: Vec<_> = snapshot.families().collect();
            let [up] = families[..] else {
                panic!("{families:?}")
            };
            assert_eq!(up.descriptor().names().family(), "ppc_store_up");
            let words: Vec<u64> = up.series().flat_map(|one| one.words().to_vec()).collect();
            assert_eq!(words, [0.0_f64.to_bits()]);
            let faults: Vec<&str> = snapshot.faults().collect();
            assert!(
                matches!(&*faults, [one] if one.contains("metrics.db")),
                "{faults:?}"
            );
        }
    }
}
