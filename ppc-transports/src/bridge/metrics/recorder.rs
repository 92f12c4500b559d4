//! The recorder: finds the cells of keys, and shows them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use metrics::{Key, KeyName, Label, Metadata, Recorder, SharedString, Unit};
use ppc_core::{
    Counter, Family, Gauge, Histogram, Kind, Mirror, MirrorReading, Mirrored, MirroredBucket,
    Registry, SeriesSnapshot, Snapshot, Source, Value,
};

use super::cells::{Cell, CounterCell, GaugeCell, HistogramCell};
use super::near;
use crate::lock::lock;

/// A recorder of the facade `metrics`, and a [`Source`] of everything that is recorded through it;
/// clones are the same one. [`install_metrics_recorder`](crate::install_metrics_recorder) has the
/// whole program record to it.
///
/// Counters, gauges and histograms are recorded as fast as our own, by the same cells. Names may be
/// any text, and keys of one name may have different labels. A counter is sent with `_total`, a unit
/// that was described ends the name, as in `latency_seconds`, and a description is the help text.
/// What sets a counter to a total (`absolute`) raises it beside what it was incremented by.
#[derive(Clone)]
pub struct MetricsRecorder(Arc<Inner>);

struct Inner {
    /// Tells it from other recorders.
    number: u64,
    /// Of all values: each series is there by the number of its key.
    values: Registry,
    counters: Family<Counter>,
    gauges: Family<Gauge>,
    /// Those of all names, then those of one.
    histograms: Family<Histogram>,
    histograms_of: HashMap<String, Family<Histogram>>,
    keys: RwLock<Keys>,
    about: Mutex<HashMap<(Kind, String), About>>,
    read: Mutex<Read>,
}

/// What was said of a name.
#[derive(Clone, Debug, Default)]
struct About {
    help: String,
    unit: &'static str,
}

#[derive(Default)]
struct Keys {
    counters: Cells<CounterCell>,
    gauges: Cells<GaugeCell>,
    histograms: Cells<HistogramCell>,
    /// By their numbers.
    all: Vec<Known>,
    /// Which numbers each name has, in the order of its first use.
    names: Vec<((Kind, String), Vec<usize>)>,
    by_name: HashMap<(Kind, String), usize>,
}

type Cells<C> = HashMap<Key, C, BuildHasherDefault<Hashed>>;

/// A cell, and where those of its kind are.
trait Kept: Cell {
    const KIND: Kind;

    fn cells(keys: &Keys) -> &Cells<Self>;
    fn cells_mut(keys: &mut Keys) -> &mut Cells<Self>;
}

macro_rules! kept {
    ($($cell:ty: $kind:ident in $cells:ident,)*) => {$(
        impl Kept for $cell {
            const KIND: Kind = Kind::$kind;

            fn cells(keys: &Keys) -> &Cells<Self> {
                &keys.$cells
            }

            fn cells_mut(keys: &mut Keys) -> &mut Cells<Self> {
                &mut keys.$cells
            }
        }
    )*};
}

kept! {
    CounterCell: Counter in counters,
    GaugeCell: Gauge in gauges,
    HistogramCell: Histogram in histograms,
}

/// A key that has a cell.
struct Known {
    labels: Box<[Label]>,
    absolute: Option<Arc<AtomicU64>>,
}

/// The hash that a key has already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[derive(Default)]
struct Read {
    mirror: Mirror,
    values: Snapshot,
}

/// The label of each series.
const NUMBER: [&str; 1] = ["key"];

impl MetricsRecorder {
    /// A recorder with these buckets: those of every histogram, and those of some names.
    pub(super) fn with_buckets(
        buckets: &[f64],
        of: &HashMap<String, Vec<f64>>,
    ) -> Result<Self, ppc_core::Error> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let values = Registry::new();
        let histograms = |name: &str, buckets: &[f64]| {
            let family = Histogram::builder(name)
                .buckets(buckets)
                .label_names(NUMBER);
            family.register(&values)
        };
        let of = of.iter().enumerate().map(|(index, (name, buckets))| {
            Ok((
                name.clone(),
                histograms(&format!("histograms_{index}"), buckets)?,
            ))
        });
        Ok(Self(Arc::new(Inner {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            counters: Counter::builder("counters")
                .label_names(NUMBER)
                .register(&values)?,
            gauges: Gauge::builder("gauges")
                .label_names(NUMBER)
                .register(&values)?,
            histograms: histograms("histograms", buckets)?,
            histograms_of: of.collect::<Result<_, ppc_core::Error>>()?,
            values,
            keys: RwLock::default(),
            about: Mutex::default(),
            read: Mutex::default(),
        })))
    }

    fn describe(&self, kind: Kind, name: &KeyName, unit: Option<Unit>, help: &SharedString) {
        let mut about = lock(&self.0.about);
        let about = about.entry((kind, name.as_str().to_owned())).or_default();
        about.help = help.to_string();
        about.unit = unit.map_or("", unit_text);
    }

    /// The cell of a key, which `make` makes for its number where there is none.
    fn cell<C: Kept>(
        &self,
        key: &Key,
        make: impl Fn(usize) -> Option<(C, Option<Arc<AtomicU64>>)>,
    ) -> Option<C> {
        {
            let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(cell) = C::cells(&keys).get(key) {
                return Some(cell.clone());
            }
        }
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = C::cells(&keys).get(key) {
            return Some(cell.clone());
        }
        // The facade takes labels in another order for other ones.
        let mut labels: Vec<Label> = key.labels().cloned().collect();
        labels.sort();
        let sorted = Key::from_parts(key.name_shared().to_retained(), labels.clone());
        let cell = if let Some(cell) = C::cells(&keys).get(&sorted) {
            cell.clone()
        } else {
            let number = keys.all.len();
            let (cell, absolute) = make(number)?;
            keys.all.push(Known {
                labels: labels.into(),
                absolute,
            });
            keys.name(C::KIND, key.name()).push(number);
            C::cells_mut(&mut keys).insert(sorted.to_retained(), cell.clone());
            cell
        };
        C::cells_mut(&mut keys).insert(key.to_retained(), cell.clone());
        Some(cell)
    }

    fn tell(&self, values: &Snapshot, reading: &mut MirrorReading<'_>) {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let about = lock(&self.0.about).clone();
        let mut by_number: Vec<Option<(SeriesSnapshot<'_>, &[f64])>> = vec![None; keys.all.len()];
        for family in values.families() {
            let bounds = family.descriptor().buckets().bounds();
            for series in family.series() {
                let number = series
                    .labels()
                    .next()
                    .and_then(|(_, text)| text.parse().ok());
                // One that is newer than the values is there the next time.
                let place = number.and_then(|number: usize| by_number.get_mut(number));
                if let Some(place) = place {
                    *place = Some((series, bounds));
                }
            }
        }
        let nothing = About::default();
        let mut labels = Vec::new();
        let mut buckets = Vec::new();
        for ((kind, name), numbers) in &keys.names {
            let said = about.get(&(*kind, name.clone())).unwrap_or(&nothing);
            reading.family(
                *kind,
                &wire_name(*kind, name, said.unit),
                &said.help,
                said.unit,
            );
            for number in numbers {
                let Some((series, bounds)) = by_number[*number] else {
                    continue;
                };
                let known = &keys.all[*number];
                labels.clear();
                labels.extend(
                    known
                        .labels
                        .iter()
                        .map(|label| (label.key(), label.value())),
                );
                let value = match series.value() {
                    Value::Counter(total) => {
                        let absolute = known.absolute.as_ref();
                        let absolute = absolute.map_or(0, |total| total.load(Ordering::Relaxed));
                        Mirrored::Number(total + absolute as f64, None)
                    }
                    Value::Gauge(value) => Mirrored::Number(value, None),
                    Value::Histogram(histogram) => {
                        buckets.clear();
                        let bounds = bounds.iter().copied().chain([f64::INFINITY]);
                        let mut below = 0;
                        buckets.extend(bounds.zip(histogram.buckets()).map(
                            |(bound, (le, count))| {
                                let bucket = MirroredBucket {
                                    le,
                                    bound,
                                    count: count - below,
                                    exemplar: None,
                                };
                                below = count;
                                bucket
                            },
                        ));
                        Mirrored::Histogram {
                            buckets: &buckets,
                            sum: histogram.sum(),
                        }
                    }
                    _ => continue,
                };
                reading.series(&labels, value);
            }
        }
    }
}

impl Keys {
    fn name(&mut self, kind: Kind, name: &str) -> &mut Vec<usize> {
        let place = match self.by_name.entry((kind, name.to_owned())) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.names.push((new.key().clone(), Vec::new()));
                *new.insert(self.names.len() - 1)
            }
        };
        &mut self.names[place].1
    }
}

impl Source for MetricsRecorder {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mut read = lock(&self.0.read);
        let Read { mirror, values } = &mut *read;
        values.start(snapshot.timestamp());
        self.0.values.gather_into(values);
        let mut reading = mirror.read();
        self.tell(values, &mut reading);
        reading.finish();
        mirror.gather_into(snapshot);
    }
}

impl Recorder for MetricsRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(Kind::Counter, &key, unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(Kind::Gauge, &key, unit, &description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe(Kind::Histogram, &key, unit, &description);
    }

    #[inline]
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> metrics::Counter {
        near::get(near::counters(), self.0.number, key, || {
            let make = |number| {
                let counter = self.0.counters.labels((number,)).ok()?;
                let absolute = Arc::default();
                let shared = Arc::clone(&absolute);
                Some((CounterCell { counter, absolute }, Some(shared)))
            };
            let cell = self.cell(key, make);
            cell.map_or_else(metrics::Counter::noop, Cell::handle)
        })
    }

    #[inline]
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> metrics::Gauge {
        near::get(near::gauges(), self.0.number, key, || {
            let make = |number| Some((GaugeCell(self.0.gauges.labels((number,)).ok()?), None));
            let cell = self.cell(key, make);
            cell.map_or_else(metrics::Gauge::noop, Cell::handle)
        })
    }

    #[inline]
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> metrics::Histogram {
        near::get(near::histograms(), self.0.number, key, || {
            let of_name = self.0.histograms_of.get(key.name());
            let family = of_name.unwrap_or(&self.0.histograms);
            let make = |number| Some((HistogramCell(family.labels((number,)).ok()?), None));
            let cell = self.cell(key, make);
            cell.map_or_else(metrics::Histogram::noop, Cell::handle)
        })
    }
}

impl fmt::Debug for MetricsRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsRecorder").finish_non_exhaustive()
    }
}

/// A count has no unit: it is what is counted.
fn unit_text(unit: Unit) -> &'static str {
    match unit {
        Unit::Count | Unit::CountPerSecond => "",
        unit => unit.as_str(),
    }
}

/// The name of the samples: with the unit, and `_total` where it is a counter.
fn wire_name(kind: Kind, name: &str, unit: &str) -> String {
    let is_end = |bare: &str| bare.ends_with(['_', '.']);
    let total = name.strip_suffix("total").filter(|bare| is_end(bare));
    let bare = match (kind, total) {
        (Kind::Counter, Some(bare)) => &bare[..bare.len() - 1],
        _ => name,
    };
    let mut name = bare.to_owned();
    let has_unit = bare
        .strip_suffix(unit)
        .is_some_and(|bare| bare.is_empty() || is_end(bare));
    if !unit.is_empty() && !has_unit {
        name.push('_');
        name.push_str(unit);
    }
    if kind == Kind::Counter {
        name.push_str("_total");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_unit_and_total_once() {
        for (kind, name, unit, expected) in [
            (Kind::Counter, "jobs", "", "jobs_total"),
            (Kind::Counter, "jobs_total", "", "jobs_total"),
            (Kind::Counter, "jobs.total", "", "jobs_total"),
            (Kind::Counter, "subtotal", "", "subtotal_total"),
            (Kind::Counter, "sent", "bytes", "sent_bytes_total"),
            (
                Kind::Counter,
                "sent_bytes_total",
                "bytes",
                "sent_bytes_total",
            ),
            (Kind::Gauge, "jobs_total", "", "jobs_total"),
            (Kind::Gauge, "age", "seconds", "age_seconds"),
            (Kind::Histogram, "http.seconds", "seconds", "http.seconds"),
            (
                Kind::Histogram,
                "milliseconds",
                "seconds",
                "milliseconds_seconds",
            ),
            (Kind::Counter, "total", "", "total_total"),
        ] {
            assert_eq!(wire_name(kind, name, unit), expected);
        }
    }
}
