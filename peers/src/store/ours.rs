//! `ppc`, in batch mode and with every change sent.

use std::thread;
use std::time::Duration;

use ppc::{Destination, FamilySnapshot, Guard, Push, Registry, Source as _, Value, metric, store};

use super::redis::Redis;
use super::worker::{OBSERVED, Recorder, What};
use crate::Result;
use crate::labels::Triple;

static REGISTRY: Registry = Registry::new();

metric! {
    /// With labels of any text.
    static EVENTS: Counter { labels: [account, host, event_type], registry: REGISTRY }
    /// With the buckets that there are by default.
    static LATENCY_SECONDS: Histogram {
        labels: [account, host, event_type],
        registry: REGISTRY,
    }
}

pub(super) struct Ours {
    what: What,
    guard: Guard,
}

impl Ours {
    pub(super) fn start(url: &str, what: What, stream: bool) -> Result<Self> {
        let push = Push::to(url.parse::<Destination>()?)
            .registry(&REGISTRY)
            .environment(false)
            .job_metrics(false)
            .client_metrics(false);
        let push = if stream {
            push.stream(true)
        } else {
            push.period("1s")
        };
        let guard = push.start();
        Ok(Self { what, guard })
    }
}

impl Recorder for Ours {
    fn round(&mut self, series: &[Triple]) -> Result<()> {
        match self.what {
            What::Increments => {
                for [account, host, event_type] in series {
                    let event = EVENTS.account(account).host(host).event_type(event_type);
                    event.inc();
                }
            }
            What::Observations => {
                for [account, host, event_type] in series {
                    let latency = LATENCY_SECONDS.account(account).host(host);
                    latency.event_type(event_type).observe(OBSERVED);
                }
            }
        }
        Ok(())
    }

    fn settle(&self) {
        // The first push comes after a period.
        thread::sleep(Duration::from_millis(1_300));
    }

    fn end(self: Box<Self>) -> Result<()> {
        self.guard.stop();
        Ok(())
    }
}

/// How many there are, by what a reader of the store is told.
pub(super) fn total(redis: &Redis, what: What) -> Result<f64> {
    let snapshot = store::open(redis.url())?.gather();
    if let Some(fault) = snapshot.faults().next() {
        return Err(fault.into());
    }
    let name = match what {
        What::Increments => "events",
        What::Observations => "latency_seconds",
    };
    let families = snapshot.families();
    let series = families
        .filter(|family| family.descriptor().names().family() == name)
        .flat_map(FamilySnapshot::series);
    let counts = series.map(|series| match series.value() {
        Value::Counter(total) => total,
        Value::Histogram(histogram) => histogram.count() as f64,
        _ => 0.0,
    });
    Ok(counts.sum())
}
