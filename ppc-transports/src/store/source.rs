//! What is stored, as a source.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Instant;

use ppc_core::{
    Kind, Merge, Mirror, MirrorReading, Mirrored, MirroredBucket, Snapshot, Source, unix_time,
};

use super::backend::{Backend, Fault, Reading, Shelf};
use super::migrate::{self, Migration};
use super::row::{Row, count, number};
use crate::batch::{Class, Declared, labels, unescape};
use crate::error::{Error, ErrorKind};
use crate::lock::lock;
use crate::stats::stats;

/// The label by which what several processes say of one series is told apart.
const INSTANCE: &str = "instance";

/// A shared store, read: everything that any process has written there.
///
/// Names, kinds, help, units and buckets are in the store, so that nothing has to be declared. Each
/// gather reads all of it, and blocks for as long; where it cannot be read, nothing is shown, and
/// the fault is in [`Snapshot::faults`].
pub struct Store {
    inner: Mutex<Inner>,
}

struct Inner {
    name: String,
    backend: Box<dyn Backend>,
    mirror: Mirror,
}

impl Store {
    pub(crate) fn new(name: String, backend: Box<dyn Backend>) -> Self {
        Self {
            inner: Mutex::new(Inner {
                name,
                backend,
                mirror: Mirror::new(),
            }),
        }
    }

    /// Removes everything that is stored under this prefix. Processes that run tell what they count
    /// from then on.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or written.
    pub fn reset(&self) -> Result<(), Error> {
        self.act(|backend| backend.reset())
    }

    /// Removes a family with its declaration, so that another one can take its name; whether there
    /// was one. The name is that of the family: of a counter, without `_total`.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or written.
    pub fn drop_family(&self, name: &str) -> Result<bool, Error> {
        self.act(|backend| {
            backend.drop_aside(name)?;
            backend.drop_family(name)
        })
    }

    /// Has the series of a family be of another declaration; how many there were. Whoever declares
    /// the family as before is refused from then on.
    ///
    /// It can be begun again where it breaks off. Of gauges of which each process has its own value,
    /// nothing is kept: processes say it again.
    ///
    /// # Errors
    ///
    /// When the store cannot be reached, or written; when there is no such family, label or bucket; or
    /// when the family was declared in a third way meanwhile.
    pub fn migrate(&self, name: &str, migration: &Migration) -> Result<usize, Error> {
        self.act(|backend| migrate::migrate(backend, name, migration, &migrate::mark(unix_time())))
    }

    fn act<T>(&self, act: impl FnOnce(&mut dyn Backend) -> Result<T, Fault>) -> Result<T, Error> {
        let mut inner = lock(&self.inner);
        act(&mut *inner.backend).map_err(|fault| {
            let text = format!("{}: {fault}", inner.name);
            ErrorKind::Store { text }.into()
        })
    }
}

impl Source for Store {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let mut inner = lock(&self.inner);
        let start = Instant::now();
        let Inner {
            name,
            backend,
            mirror,
        } = &mut *inner;
        match backend.read() {
            Ok(reading) => {
                show(&reading, mirror);
                mirror.gather_into(snapshot);
                stats().read(name, Some(start.elapsed().as_secs_f64()));
            }
            Err(fault) => {
                mirror.gather_fault(format!("{name}: {fault}"), snapshot);
                stats().read(name, None);
            }
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", lock(&self.inner).name)
    }
}

/// Has a mirror show what was read.
fn show(read: &Reading, mirror: &mut Mirror) {
    let now = u64::try_from(read.now.as_millis()).unwrap_or(u64::MAX);
    let mut reading = mirror.read();
    for fault in &read.faults {
        reading.fault(fault);
    }
    for shelf in &read.families {
        let Some(declared) = Declared::parse(&shelf.declared) else {
            let (name, found) = (&shelf.name, &shelf.declared);
            reading.fault(format!(
                "`{name}`: the declaration is not understood: {found}"
            ));
            continue;
        };
        let name = match declared.kind {
            Kind::Counter => format!("{}_total", shelf.name),
            Kind::Info => format!("{}_info", shelf.name),
            _ => shelf.name.clone(),
        };
        reading.family(declared.kind, &name, &shelf.help, &shelf.unit);
        match declared.class() {
            Class::Each => show_each(shelf, &declared, now, &mut reading),
            _ => show_series(shelf, &declared, now, &mut reading),
        }
    }
    reading.finish();
}

fn show_series(shelf: &Shelf, declared: &Declared, now: u64, reading: &mut MirrorReading<'_>) {
    let bounds: Vec<f64> = declared.own.iter().map(|le| number(le)).collect();
    for (field, text) in &shelf.series {
        let Some(row) = Row::parse(text, now) else {
            continue;
        };
        let Some(names) = labels(field, declared) else {
            reading.fault(format!(
                "`{}`: a series is not understood: {field}",
                shelf.name
            ));
            continue;
        };
        let mut names: Vec<(&str, &str)> = names.iter().map(|(a, b)| (&**a, &**b)).collect();
        let mut words = row.value.split(' ').filter(|word| !word.is_empty());
        match declared.kind {
            Kind::Histogram => {
                let sum = words.next().map_or(0.0, number);
                let rest = declared.own.iter().zip(&bounds).zip(words);
                let buckets: Vec<MirroredBucket<'_>> = rest
                    .map(|((le, bound), word)| MirroredBucket {
                        le,
                        bound: *bound,
                        count: count(word),
                        exemplar: None,
                    })
                    .collect();
                let buckets = &buckets;
                reading.series(&names, Mirrored::Histogram { buckets, sum });
            }
            Kind::Summary => {
                let (sum, count) = (
                    words.next().map_or(0.0, number),
                    words.next().map_or(0, count),
                );
                let quantiles = &[];
                reading.series(
                    &names,
                    Mirrored::Summary {
                        quantiles,
                        count,
                        sum,
                    },
                );
            }
            Kind::Info => {
                let facts: Option<Vec<_>> = words.map(unescape).collect();
                let facts = facts.unwrap_or_default();
                let pairs = facts.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1]));
                names.extend(pairs);
                reading.series(&names, Mirrored::Info);
            }
            Kind::StateSet => {
                let holding: Option<Vec<_>> = words.map(unescape).collect();
                let holding = holding.unwrap_or_default();
                let holds = |state: &str| holding.iter().any(|held| held == state);
                let states: Vec<(&str, bool)> = declared
                    .own
                    .iter()
                    .map(|state| (&**state, holds(state)))
                    .collect();
                reading.series(&names, Mirrored::States(&states));
            }
            _ => {
                let value = words.next().map_or(f64::NAN, number);
                reading.series(&names, Mirrored::Number(value, None));
            }
        }
    }
}

/// What one process says of a series.
struct Said<'a> {
    at: u64,
    instance: &'a str,
    value: f64,
}

fn show_each(shelf: &Shelf, declared: &Declared, now: u64, reading: &mut MirrorReading<'_>) {
    // When series were removed: what was said before is gone.
    let removed = |field: &str| {
        let found = shelf
            .series
            .binary_search_by(|(known, _)| (**known).cmp(field));
        let row = found
            .ok()
            .and_then(|at| Row::parse(&shelf.series[at].1, now));
        row.and_then(|row| row.value.parse().ok())
    };
    let mut all: BTreeMap<&str, Vec<Said<'_>>> = BTreeMap::new();
    for (place, text) in &shelf.each {
        let (Some((_, field)), Some(row)) = (place.split_once('\t'), Row::parse(text, now)) else {
            continue;
        };
        let mut words = row.value.split(' ');
        let (Some(at), Some(instance), Some(value)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let (at, value) = (count(at), number(value));
        if removed(field).is_none_or(|removed: u64| at > removed) {
            all.entry(field).or_default().push(Said {
                at,
                instance,
                value,
            });
        }
    }
    for (field, mut said) in all {
        let Some(names) = labels(field, declared) else {
            reading.fault(format!(
                "`{}`: a series is not understood: {field}",
                shelf.name
            ));
            continue;
        };
        let names: Vec<(&str, &str)> = names.iter().map(|(a, b)| (&**a, &**b)).collect();
        if declared.merge != Merge::PerInstance {
            reading.series(&names, Mirrored::Number(merge(declared.merge, &said), None));
            continue;
        }
        // The latest of each instance first, which may have several names over time.
        said.sort_by(|a, b| a.instance.cmp(b.instance).then(b.at.cmp(&a.at)));
        said.dedup_by(|a, b| a.instance == b.instance);
        let has_own = names.iter().any(|(name, _)| *name == INSTANCE);
        if has_own {
            // They are told apart by that already.
            said.sort_by_key(|one| std::cmp::Reverse(one.at));
            said.truncate(1);
        }
        for one in &said {
            let instance = unescape(one.instance).unwrap_or_default();
            let mut names = names.clone();
            if !has_own {
                names.push((INSTANCE, &instance));
            }
            reading.series(&names, Mirrored::Number(one.value, None));
        }
    }
}

/// One value of several, of which there is one at the least.
fn merge(rule: Merge, said: &[Said<'_>]) -> f64 {
    let values = said.iter().map(|one| one.value);
    match rule {
        Merge::Sum => values.sum(),
        Merge::Average => values.sum::<f64>() / said.len() as f64,
        Merge::Min => values.fold(f64::NAN, f64::min),
        Merge::Max => values.fold(f64::NAN, f64::max),
        Merge::Last | Merge::PerInstance => {
            let latest = said.iter().max_by_key(|one| one.at);
            latest.map_or(f64::NAN, |one| one.value)
        }
    }
}
