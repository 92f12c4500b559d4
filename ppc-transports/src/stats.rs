//! The clients' own metrics, and what they have to say about the job's.

use std::sync::{Mutex, OnceLock};

use ppc_core::{Counter, Family, Histogram, Metric, Registry, Snapshot, take_refusals};

use crate::lock::lock;
use crate::log::{self, Level};
use crate::os::PerProcess;

/// The metrics of the clients of this process: `ppc_pushes_total{destination, outcome}`,
/// `ppc_push_seconds{destination}`, `ppc_push_bytes_total{destination}`,
/// `ppc_hurried_total{destination}`, which counts payloads, and `ppc_dropped_total{reason}`, which
/// counts samples; and where a shared store is read, `ppc_store_reads_total{store, outcome}` and
/// `ppc_store_read_seconds{store}`.
///
/// They are pushed along with [`Push::client_metrics`](crate::Push::client_metrics), and can be
/// read at any time.
pub fn client_metrics() -> &'static Registry {
    &stats().registry
}

/// Destinations that have series of their own; all beyond them share those of `other`.
const MANY_DESTINATIONS: usize = 64;

pub(crate) struct Stats {
    registry: Registry,
    destinations: PerProcess<Mutex<Vec<String>>>,
    pushes: Option<Family<Counter>>,
    seconds: Option<Family<Histogram>>,
    bytes: Option<Family<Counter>>,
    dropped: Option<Family<Counter>>,
    hurried: Option<Family<Counter>>,
    reads: Option<Family<Counter>>,
    read_seconds: Option<Family<Histogram>>,
}

pub(crate) fn stats() -> &'static Stats {
    static STATS: OnceLock<Stats> = OnceLock::new();
    STATS.get_or_init(Stats::new)
}

impl Stats {
    /// Nothing here can be refused, the registry being empty; if it were, that metric is missing.
    fn new() -> Self {
        let registry = Registry::new();
        let counter = |name, help, labels: &[&str]| {
            Counter::builder(name)
                .help(help)
                .label_names(labels)
                .register(&registry)
                .ok()
        };
        let histogram = |name, help, label| {
            Histogram::builder(name)
                .unit("seconds")
                .help(help)
                .label_names([label])
                .register(&registry)
                .ok()
        };
        Self {
            pushes: counter(
                "ppc_pushes",
                "Pushes, by how they went.",
                &["destination", "outcome"],
            ),
            bytes: counter("ppc_push_bytes", "Bytes sent.", &["destination"]),
            dropped: counter(
                "ppc_dropped",
                "Samples that were not delivered.",
                &["reason"],
            ),
            hurried: counter(
                "ppc_hurried",
                "Payloads of final pushes that went faster than their receiver is known to read.",
                &["destination"],
            ),
            reads: counter(
                "ppc_store_reads",
                "Readings of a shared store, by how they went.",
                &["store", "outcome"],
            ),
            seconds: histogram(
                "ppc_push",
                "How long a push took, from the reading of its values on.",
                "destination",
            ),
            read_seconds: histogram(
                "ppc_store_read",
                "How long it took to read a shared store.",
                "store",
            ),
            registry,
            destinations: PerProcess::new(),
        }
    }

    /// The value of the label `destination`: bounded, as addresses may be made up at run time.
    fn label<'a>(&'static self, destination: &'a str) -> &'a str {
        let mut known = lock(self.destinations.get());
        if known.iter().any(|name| name == destination) {
            return destination;
        }
        if known.len() >= MANY_DESTINATIONS {
            return "other";
        }
        known.push(destination.to_owned());
        destination
    }

    pub(crate) fn pushed(
        &'static self,
        destination: &str,
        outcome: &str,
        seconds: f64,
        bytes: u64,
    ) {
        let destination = self.label(destination);
        with(self.pushes.as_ref(), &[destination, outcome], Counter::inc);
        with(self.bytes.as_ref(), &[destination], |counter| {
            counter.inc_by(bytes);
        });
        with(self.seconds.as_ref(), &[destination], |histogram| {
            histogram.observe(seconds);
        });
    }

    /// A shared store was read, in so many seconds; or could not be.
    pub(crate) fn read(&'static self, store: &str, seconds: Option<f64>) {
        let store = self.label(store);
        let outcome = if seconds.is_some() { "ok" } else { "error" };
        with(self.reads.as_ref(), &[store, outcome], Counter::inc);
        if let Some(seconds) = seconds {
            with(self.read_seconds.as_ref(), &[store], |histogram| {
                histogram.observe(seconds);
            });
        }
    }

    pub(crate) fn hurried(&'static self, destination: &str, payloads: u64) {
        with(
            self.hurried.as_ref(),
            &[self.label(destination)],
            |counter| {
                counter.inc_by(payloads);
            },
        );
    }

    pub(crate) fn dropped(&self, reason: &str, samples: u64) {
        if samples > 0 {
            with(self.dropped.as_ref(), &[reason], |counter| {
                counter.inc_by(samples);
            });
        }
    }
}

fn with<M: Metric>(family: Option<&Family<M>>, labels: &[&str], record: impl FnOnce(&M)) {
    if let Some(metric) = family.and_then(|family| family.labels(labels).ok()) {
        record(&metric);
    }
}

/// Tells of metrics that could not be registered, and of recordings that were ignored.
pub(crate) fn tell_problems(snapshot: &Snapshot) {
    for refusal in take_refusals() {
        stats().dropped("refused_metric", 1);
        let message = format_args!("a metric is not there: {refusal}");
        log::tell(Level::Warn, &format!("refused {refusal}"), message);
    }
    for descriptor in snapshot.left_out() {
        let name = descriptor.names().family();
        stats().dropped("name_taken", 1);
        let message = format_args!("`{name}` is left out: another metric has its name");
        log::tell(Level::Warn, &format!("taken {name}"), message);
    }
    for fault in snapshot.faults() {
        stats().dropped("source", 1);
        let message = format_args!("something of a source is left out: {fault}");
        log::tell(Level::Warn, &format!("source {fault}"), message);
    }
    for family in snapshot.families() {
        if let Some(ignored) = family.descriptor().take_ignored() {
            let (metric, count, rule) = (ignored.metric, ignored.count, ignored.rule);
            stats().dropped("ignored", count);
            let message = format_args!("{count} recordings to `{metric}` were ignored: {rule}");
            log::tell(Level::Warn, &format!("ignored {metric}"), message);
        }
        let overflowed = family.descriptor().take_overflowed();
        if overflowed > 0 {
            let metric = family.descriptor().names().family();
            let most = family.descriptor().max_series().unwrap_or_default();
            stats().dropped("overflow", overflowed);
            let message = format_args!(
                "`{metric}` has {most} series, as many as it may: {overflowed} recordings for others \
                 went to the series `__overflow__`"
            );
            log::tell(Level::Warn, &format!("overflow {metric}"), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_that_are_too_many_are_told_and_counted() {
        let registry = Registry::new();
        let family = Counter::builder("too_many")
            .label_names(["n"])
            .max_series(1)
            .register(&registry)
            .expect("a valid metric");
        for n in 0..5 {
            family.labels((n,)).expect("one label").inc();
        }
        let dropped = || {
            let snapshot = stats().registry.gather();
            let families = snapshot.families();
            let samples = families.flat_map(ppc_core::FamilySnapshot::series);
            let overflow =
                samples.filter(|series| series.labels().any(|l| l == ("reason", "overflow")));
            overflow
                .map(|series| match series.value() {
                    ppc_core::Value::Counter(count) => count,
                    _ => 0.0,
                })
                .sum::<f64>()
        };
        let before = dropped();
        tell_problems(&registry.gather());
        tell_problems(&registry.gather()); // nothing new
        assert_eq!(dropped() - before, 4.0);
    }

    #[test]
    fn destinations_made_up_at_run_time_do_not_fill_the_memory() {
        let stats: &Stats = Box::leak(Box::new(Stats::new()));
        for n in 0..10_000 {
            stats.pushed(&format!("influx+udp://h:{n}"), "ok", 0.1, 1);
        }
        let series = stats.registry.gather().series_count();
        assert_eq!(series, 3 * (MANY_DESTINATIONS + 1));
    }
}
