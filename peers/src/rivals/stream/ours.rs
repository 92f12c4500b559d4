//! `ppc`, with every change sent.

use std::hint::black_box;
use std::time::Duration;

use ppc::{
    Destination, FamilySnapshot, Full, Guard, Push, Registry, Snapshot, Value, client_metrics,
    metric,
};

use super::{LABELS, Sending, numbered};
use crate::rounds::{Operation, repeat};

/// A set of metrics as a program declares them, in a registry of its own.
macro_rules! statics {
    ($set:ident) => {
        pub(crate) mod $set {
            use super::*;

            pub(crate) static REGISTRY: Registry = Registry::new();

            metric! {
                /// Without labels.
                static JOBS: Counter { registry: REGISTRY }
                /// Without labels.
                static LEVEL: Gauge { registry: REGISTRY }
                /// With twelve buckets.
                static LATENCY: Histogram {
                    buckets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
                    registry: REGISTRY,
                }
                /// With labels of any text.
                static EVENTS: Counter {
                    labels: [account, host, event_type],
                    registry: REGISTRY,
                }
            }

            pub(crate) struct Set;

            impl Sending for Set {
                fn count(&self) -> Operation {
                    repeat(|| JOBS.inc())
                }

                fn gauge(&self) -> Operation {
                    numbered(|n| LEVEL.set(n))
                }

                fn observe(&self) -> Operation {
                    repeat(|| LATENCY.observe(black_box(5.5)))
                }

                fn look_up(&self) -> Operation {
                    repeat(|| {
                        let [account, host, event_type] = black_box(LABELS);
                        EVENTS
                            .account(account)
                            .host(host)
                            .event_type(event_type)
                            .inc();
                    })
                }
            }
        }
    };
}

statics!(unwatched);
statics!(once);
statics!(twice);
statics!(to_nobody);

/// Sends every change of a registry, until this is dropped.
pub(crate) fn start(to: impl Into<Destination>, registry: &Registry, full: Full) -> Guard {
    Push::to(to)
        .registry(registry)
        .environment(false)
        .stream(true)
        .full(full)
        .start()
}

/// How many changes no stream of this process had room for, as they say themselves.
pub(crate) fn dropped() -> f64 {
    let mut snapshot = Snapshot::new();
    snapshot.start(Duration::ZERO);
    client_metrics().gather_into(&mut snapshot);
    let families = snapshot.families();
    let series = families
        .filter(|family| family.descriptor().names().family() == "ppc_dropped")
        .flat_map(FamilySnapshot::series)
        .filter(|series| {
            series
                .labels()
                .any(|label| label == ("reason", "feed_full"))
        });
    let totals = series.map(|series| match series.value() {
        Value::Counter(total) => total,
        _ => 0.0,
    });
    totals.sum()
}
