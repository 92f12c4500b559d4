//! `ppc`: statics of `metric!`, as a program declares them.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ppc::{Registry, Snapshot, metric};

use super::{Events, Library};
use crate::labels::{Cache, Method, Outcome, Triple, calls, values};
use crate::rounds::{Operation, over, repeat};

static EVENTS_ALONE: Registry = Registry::new();

metric! {
    /// Without labels.
    static JOBS: Counter {}
    /// Without labels.
    static TEMPERATURE: Gauge {}
    /// With twelve buckets.
    static LATENCY: Histogram { buckets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }
    /// With labels of fixed sets.
    static CALLS: Counter { labels: [method: Method, outcome: Outcome, cache: Cache] }
    /// With labels of any text.
    static EVENTS: Counter { labels: [account, host, event_type], registry: EVENTS_ALONE }
}

pub(super) struct Ours;

impl Library for Ours {
    fn name(&self) -> &'static str {
        "ppc"
    }

    fn counter(&self) -> Operation {
        repeat(|| JOBS.inc())
    }

    fn held(&self) -> Operation {
        let handle = EVENTS
            .account("account-1")
            .host("host-1")
            .event_type("login")
            .handle();
        repeat(move || handle.inc())
    }

    fn gauge(&self) -> Operation {
        repeat(|| TEMPERATURE.set(black_box(5.5)))
    }

    fn histogram(&self) -> Operation {
        over(values(), |&value| LATENCY.observe(value))
    }

    fn enums(&self) -> Operation {
        over(calls(), |&(method, outcome, cache)| {
            CALLS.method(method).outcome(outcome).cache(cache).inc();
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        EVENTS.clear();
        Arc::new(Static {
            snapshot: Mutex::new(Snapshot::new()),
        })
    }
}

struct Static {
    /// Kept from gather to gather, as who pushes does.
    snapshot: Mutex<Snapshot>,
}

impl Events for Static {
    fn inc(&self, [account, host, event_type]: &Triple) {
        EVENTS
            .account(account)
            .host(host)
            .event_type(event_type)
            .inc();
    }

    fn gather(&self) -> usize {
        let mut snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot.start(Duration::ZERO);
        EVENTS_ALONE.gather_into(&mut snapshot);
        snapshot.series_count()
    }
}
