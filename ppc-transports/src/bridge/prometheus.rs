//! A registry of the crate `prometheus` as a source.

use std::fmt;
use std::sync::Mutex;

use ppc_core::{Kind, Mirror, MirrorReading, Mirrored, MirroredBucket, Reads, Snapshot, Source};
use prometheus::Registry;
use prometheus::proto::{Metric, MetricFamily, MetricType};

use crate::lock::lock;

/// A registry of the crate `prometheus` as a [`Source`]: names, types, help and labels stay as they
/// are there, so a counter is without `_total` where it is there.
///
/// # Examples
///
/// ```
/// use ppc_core::{Kind, Source};
/// use ppc_transports::Prometheus;
/// use prometheus::{IntCounter, Registry};
///
/// let registry = Registry::new();
/// let jobs = IntCounter::new("jobs", "Jobs run.").unwrap();
/// registry.register(Box::new(jobs.clone())).unwrap();
/// jobs.inc();
///
/// let snapshot = Prometheus::new(registry).gather();
/// let family = snapshot.families().next().unwrap().descriptor();
/// assert_eq!((family.kind(), family.names().sample(0)), (Kind::Counter, "jobs"));
/// ```
#[must_use = "a source shows nothing until it is gathered"]
pub struct Prometheus {
    registry: Registry,
    mirror: Mutex<Mirror>,
}

impl Prometheus {
    /// A registry; its clones are the same one.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry,
            mirror: Mutex::default(),
        }
    }
}

impl Default for Prometheus {
    /// That of the crate, `prometheus::default_registry()`.
    fn default() -> Self {
        Self::new(prometheus::default_registry().clone())
    }
}

impl Source for Prometheus {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let Some(_reads) = Reads::begin(&self.mirror) else {
            return snapshot.note_fault("a registry of prometheus collects itself");
        };
        // Before anything is read: older values behind newer ones would look like a restart.
        let mut mirror = lock(&self.mirror);
        let families = self.registry.gather();
        let mut reading = mirror.read();
        for family in &families {
            tell(family, &mut reading);
        }
        reading.finish();
        mirror.gather_into(snapshot);
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").finish_non_exhaustive()
    }
}

fn tell(family: &MetricFamily, reading: &mut MirrorReading<'_>) {
    let kind = match family.get_field_type() {
        MetricType::COUNTER => Kind::Counter,
        MetricType::GAUGE => Kind::Gauge,
        MetricType::HISTOGRAM => Kind::Histogram,
        MetricType::SUMMARY => Kind::Summary,
        MetricType::UNTYPED => Kind::Unknown,
    };
    let name = family.name();
    reading.family(kind, name, family.help(), "");
    let mut labels = Vec::new();
    for metric in family.get_metric() {
        labels.clear();
        let pairs = metric.get_label().iter();
        labels.extend(pairs.map(|label| (label.name(), label.value())));
        match kind {
            Kind::Histogram => tell_histogram(name, metric, &labels, reading),
            Kind::Summary => tell_summary(metric, &labels, reading),
            _ => {
                let value = match kind {
                    Kind::Counter => metric.get_counter().get_value(),
                    Kind::Gauge => metric.get_gauge().get_value(),
                    // Nothing of that crate makes one, and its two models disagree on them.
                    _ => continue,
                };
                reading.series(&labels, Mirrored::Number(value, None));
            }
        }
    }
}

fn tell_histogram(
    name: &str,
    metric: &Metric,
    labels: &[(&str, &str)],
    reading: &mut MirrorReading<'_>,
) {
    let histogram = metric.get_histogram();
    let given = histogram.get_bucket();
    // As that crate writes them.
    let mut les: Vec<String> = Vec::with_capacity(given.len() + 1);
    les.extend(given.iter().map(|bucket| match bucket.upper_bound() {
        f64::INFINITY => "+Inf".into(),
        bound => bound.to_string(),
    }));
    let mut buckets = Vec::with_capacity(given.len() + 1);
    let mut below = 0;
    for (bucket, le) in given.iter().zip(&les) {
        let cumulated = bucket.cumulative_count();
        let Some(count) = cumulated.checked_sub(below) else {
            return reading.fault(format!("`{name}`: a bucket counts less than one below it"));
        };
        below = cumulated;
        buckets.push(MirroredBucket {
            le,
            bound: bucket.upper_bound(),
            count,
            exemplar: None,
        });
    }
    if buckets.last().is_none_or(|last| last.bound < f64::INFINITY) {
        // Its count and its buckets are read one after the other.
        buckets.push(MirroredBucket {
            le: "+Inf",
            bound: f64::INFINITY,
            count: histogram.get_sample_count().saturating_sub(below),
            exemplar: None,
        });
    }
    let value = Mirrored::Histogram {
        buckets: &buckets,
        sum: histogram.get_sample_sum(),
    };
    reading.series(labels, value);
}

fn tell_summary(metric: &Metric, labels: &[(&str, &str)], reading: &mut MirrorReading<'_>) {
    let summary = metric.get_summary();
    let given = summary.get_quantile();
    let texts: Vec<String> = given
        .iter()
        .map(|quantile| quantile.quantile().to_string())
        .collect();
    let quantiles = given.iter().zip(&texts);
    let mut quantiles: Vec<(&str, f64, f64)> = quantiles
        .map(|(quantile, text)| (&**text, quantile.quantile(), quantile.value()))
        .collect();
    quantiles.sort_by(|a, b| a.1.total_cmp(&b.1));
    let value = Mirrored::Summary {
        quantiles: &quantiles,
        count: summary.sample_count(),
        sum: summary.sample_sum(),
    };
    reading.series(labels, value);
}
