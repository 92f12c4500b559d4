//! A source of ours in a registry of `prometheus-client`.

use std::fmt;
use std::time::UNIX_EPOCH;

use ppc_core::{Descriptor, FamilySnapshot, HistogramValue, Kind, SeriesSnapshot, Source, Value};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::CounterWithExemplar;
use prometheus_client::registry::Unit;

/// A [`Source`] as a collector of the crate `prometheus-client`: registered there, everything of
/// ours is in its text too.
///
/// Names, units, help, labels, types and the exemplars of counters stay. That crate knows neither
/// summaries nor state sets: a summary is the gauges `x{quantile}`, `x_count` and `x_sum` there, a
/// state set the gauge `x` with its states in the label `x`. It has no way to be handed the exemplars
/// of a histogram, and writes `le` in its own way.
///
/// A source that shows their registry as well must not wait for a lock that the program holds while it
/// encodes that registry.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
/// use ppc_transports::PrometheusClientCollector;
///
/// let ours = Registry::new();
/// Counter::builder("jobs").help("Jobs run.").register(&ours)?.inc();
///
/// let mut theirs = prometheus_client::registry::Registry::default();
/// theirs.register_collector(Box::new(PrometheusClientCollector::new(ours)));
///
/// let mut text = String::new();
/// prometheus_client::encoding::text::encode(&mut text, &theirs).expect("it is a String");
/// assert_eq!(text, "# HELP jobs Jobs run.\n# TYPE jobs counter\njobs_total 1.0\n# EOF\n");
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[must_use = "a collector shows nothing until it is registered"]
pub struct PrometheusClientCollector<S>(S);

impl<S: Source + 'static> PrometheusClientCollector<S> {
    /// A collector of this source, which is gathered at every scrape.
    pub fn new(source: S) -> Self {
        Self(source)
    }
}

impl<S: Source + 'static> Collector for PrometheusClientCollector<S> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let snapshot = self.0.gather();
        let families = snapshot
            .families()
            .filter(|family| family.series().len() > 0);
        let families: Vec<&FamilySnapshot> = families.collect();
        // Series of other labels or buckets stand next to each other in a snapshot.
        let name = |family: &FamilySnapshot| family.descriptor().names().family().to_owned();
        for same in families.chunk_by(|a, b| name(a) == name(b)) {
            write_family(same, &mut encoder)?;
        }
        Ok(())
    }
}

impl<S> fmt::Debug for PrometheusClientCollector<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrometheusClientCollector")
            .finish_non_exhaustive()
    }
}

/// Series with the same name, which need not have the same labels.
fn write_family(families: &[&FamilySnapshot], encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
    let descriptor = families[0].descriptor();
    let kind = match descriptor.kind() {
        Kind::Counter => MetricType::Counter,
        Kind::Histogram => MetricType::Histogram,
        Kind::Info => MetricType::Info,
        Kind::Unknown => MetricType::Unknown,
        Kind::Gauge | Kind::Summary | Kind::StateSet => MetricType::Gauge,
    };
    let (name, unit) = name_and_unit(descriptor);
    let has_quantiles = |family: &&FamilySnapshot| family.descriptor().quantile_labels().len() > 0;
    if descriptor.kind() != Kind::Summary || families.iter().any(has_quantiles) {
        let metric = encoder.encode_descriptor(name, descriptor.help(), unit.as_ref(), kind)?;
        write_all(families, metric, write_value)?;
    }
    if descriptor.kind() == Kind::Summary {
        // They write the unit at the end of a name, and it stands before these.
        for (suffix, write) in [("_count", write_count as Write), ("_sum", write_sum)] {
            let name = format!("{}{suffix}", descriptor.names().family());
            let metric = encoder.encode_descriptor(&name, descriptor.help(), None, kind)?;
            write_all(families, metric, write)?;
        }
    }
    Ok(())
}

type Write = fn(&One<'_>, &mut MetricEncoder<'_>) -> fmt::Result;

/// A series, with its labels.
struct One<'a> {
    descriptor: &'a Descriptor,
    series: SeriesSnapshot<'a>,
    labels: Vec<(&'a str, &'a str)>,
}

fn write_all(
    families: &[&FamilySnapshot],
    mut metric: MetricEncoder<'_>,
    write: Write,
) -> fmt::Result {
    for family in families {
        for series in family.series() {
            let one = One {
                descriptor: family.descriptor(),
                labels: series.labels().collect(),
                series,
            };
            write(&one, &mut metric)?;
        }
    }
    Ok(())
}

/// The unit is no part of a name there; one that is not the end of ours is not said.
fn name_and_unit(descriptor: &Descriptor) -> (&str, Option<Unit>) {
    let (name, unit) = (descriptor.names().family(), descriptor.unit());
    let bare = name
        .strip_suffix(unit)
        .and_then(|bare| bare.strip_suffix('_'));
    match bare {
        Some(bare) if !unit.is_empty() && !bare.is_empty() => {
            (bare, Some(Unit::Other(unit.to_owned())))
        }
        _ => (name, None),
    }
}

/// Hands on the encoder of these labels.
fn labelled(
    labels: &[(&str, &str)],
    metric: &mut MetricEncoder<'_>,
    write: impl FnOnce(&mut MetricEncoder<'_>) -> fmt::Result,
) -> fmt::Result {
    if labels.is_empty() {
        write(metric)
    } else {
        write(&mut metric.encode_family(&labels)?)
    }
}

fn write_value(one: &One<'_>, metric: &mut MetricEncoder<'_>) -> fmt::Result {
    let (series, labels) = (&one.series, &*one.labels);
    match series.value() {
        Value::Counter(value) => labelled(labels, metric, |metric| {
            write_counter(value, series, metric)
        }),
        Value::Gauge(value) => labelled(labels, metric, |metric| metric.encode_gauge(&value)),
        Value::Histogram(histogram) => labelled(labels, metric, |metric| {
            write_histogram(one.descriptor.buckets().bounds(), histogram, metric)
        }),
        Value::Info(info) => match info.pairs() {
            None => Ok(()),
            Some(facts) => {
                let facts = labels.iter().copied().chain(facts).collect::<Vec<_>>();
                metric.encode_info(&facts)
            }
        },
        Value::Summary { quantiles, .. } => {
            let mut all = labels.to_vec();
            for (quantile, value) in quantiles.pairs() {
                all.push(("quantile", quantile));
                labelled(&all, metric, |metric| metric.encode_gauge(&value))?;
                all.pop();
            }
            Ok(())
        }
        Value::StateSet(states) => {
            let own = one.descriptor.names().family();
            let mut all = labels.to_vec();
            for (state, holds) in states.states() {
                all.push((own, state));
                labelled(&all, metric, |metric| {
                    metric.encode_gauge(&u32::from(holds))
                })?;
                all.pop();
            }
            Ok(())
        }
        // Kinds come with the versions of this workspace, together with their form here.
        _ => Ok(()),
    }
}

fn write_counter(
    value: f64,
    series: &SeriesSnapshot<'_>,
    metric: &mut MetricEncoder<'_>,
) -> fmt::Result {
    let Some(exemplar) = series.exemplar() else {
        return metric.encode_counter::<NoLabelSet, _, f64>(&value, None);
    };
    // Their exemplars are made by their counters alone.
    let counter = CounterWithExemplar::<Vec<(&str, &str)>, f64>::default();
    let timestamp = exemplar
        .timestamp()
        .and_then(|time| UNIX_EPOCH.checked_add(time));
    counter.inc_by(
        exemplar.value(),
        Some(exemplar.labels().collect()),
        timestamp,
    );
    let (_, exemplar) = counter.get();
    metric.encode_counter(&value, exemplar.as_ref())
}

fn write_histogram(
    bounds: &[f64],
    histogram: HistogramValue<'_>,
    metric: &mut MetricEncoder<'_>,
) -> fmt::Result {
    let mut below = 0;
    let bounds = bounds.iter().copied().chain([f64::INFINITY]);
    let buckets = bounds
        .zip(histogram.buckets())
        .map(|(bound, (_, cumulated))| {
            let count = cumulated - below;
            below = cumulated;
            (bound, count)
        });
    let buckets: Vec<(f64, u64)> = buckets.collect();
    metric.encode_histogram::<NoLabelSet>(histogram.sum(), histogram.count(), &buckets, None)
}

fn write_count(one: &One<'_>, metric: &mut MetricEncoder<'_>) -> fmt::Result {
    let Value::Summary { count, .. } = one.series.value() else {
        return Ok(());
    };
    labelled(&one.labels, metric, |metric| metric.encode_gauge(&count))
}

fn write_sum(one: &One<'_>, metric: &mut MetricEncoder<'_>) -> fmt::Result {
    let Value::Summary { sum, .. } = one.series.value() else {
        return Ok(());
    };
    labelled(&one.labels, metric, |metric| metric.encode_gauge(&sum))
}
