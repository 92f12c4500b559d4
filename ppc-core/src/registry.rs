//! Registries: what was declared, and the gather that reads it all.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use crate::cell::{FamilyTag, Feed, Interest, Subscription, Totals, generation, next_id};
use crate::clock;
use crate::descriptor::Descriptor;
use crate::error::{Error, ErrorKind};
use crate::lock::{Held, hold};
use crate::nested::Reads;
use crate::snapshot::{FamilySnapshot, Snapshot};

/// Holds metric families; clones share them.
///
/// It holds what the program declared and nothing else: no metrics of the process, none of a
/// scrape registry. It is a constant expression, so that a registry of one's own can be a static.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
///
/// static BILLING: Registry = Registry::new();
///
/// let invoices = Counter::builder("invoices").register(&BILLING)?;
/// invoices.inc();
/// assert_eq!(BILLING.gather().series_count(), 1);
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Default)]
pub struct Registry {
    inner: OnceLock<Arc<Mutex<Inner>>>,
}

#[derive(Default)]
struct Inner {
    /// In the order of their registration; a gather shares the list.
    families: Arc<Vec<Arc<dyn Gather>>>,
    /// The same families, to be had back in their own types.
    typed: Vec<Arc<dyn Any + Send + Sync>>,
    /// Family and sample names that are taken, with the place of the family that has them.
    names: HashMap<Box<str>, usize>,
    /// Who is told of every recording.
    watches: Vec<Arc<Interest>>,
    /// Of the process which they are of.
    generation: u32,
    /// What is gathered behind the families.
    attached: Arc<Vec<Arc<dyn Attached>>>,
}

/// What a registry shows beside its own families; every source is such.
pub(crate) trait Attached: Send + Sync {
    fn gather_into(&self, snapshot: &mut Snapshot);
}

/// A family of any kind, as the registry holds it.
pub(crate) trait Gather: Send + Sync {
    fn descriptor(&self) -> &Arc<Descriptor>;
    fn gather(&self, totals: &Totals, snapshot: &mut FamilySnapshot);

    /// Has every recording told to the feeds from now on, or no longer.
    fn watch(&self, on: bool);

    /// What stands in the numbers of its series.
    fn tag(&self) -> FamilyTag;
}

impl Registry {
    /// An empty registry.
    pub const fn new() -> Self {
        Self {
            inner: OnceLock::new(),
        }
    }

    /// Reads every series, with the time of day as the timestamp.
    pub fn gather(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        snapshot.start(clock::unix_time());
        self.gather_into(&mut snapshot);
        snapshot
    }

    /// Adds every series to a snapshot that was started.
    ///
    /// Whatever was recorded before, by any thread, is in it. A family of a name that another
    /// registry has put into the snapshot before is left out, and named in
    /// [`Snapshot::left_out`]. One that is in the snapshot itself stays in it once.
    pub fn gather_into(&self, snapshot: &mut Snapshot) {
        // The list is shared, so that no lock is held while families are read.
        let (families, attached) = {
            let inner = self.lock();
            (Arc::clone(&inner.families), Arc::clone(&inner.attached))
        };
        // Before anything is read: a filter may be a user's code.
        let choice = snapshot.choose(families.iter().map(|family| &**family.descriptor()));
        // Within one registry names are unique; a second source may have one of them again.
        let before = snapshot.family_count();
        // Once for all families: what threads recorded in words of their own.
        let totals = Totals::sum_up();
        for (family, chosen) in families.iter().zip(&choice) {
            let descriptor = family.descriptor();
            if *chosen && !snapshot.has_name_of(descriptor, before) {
                family.gather(&totals, snapshot.family(descriptor));
            }
        }
        drop(totals);
        snapshot.use_again(choice);
        if attached.is_empty() {
            return;
        }
        let Some(_reads) = Reads::begin(&**self.shared()) else {
            return snapshot.note_fault("a registry is attached to itself");
        };
        for source in &*attached {
            source.gather_into(snapshot);
        }
    }

    /// Has a source gathered behind the families.
    pub(crate) fn add(&self, source: Arc<dyn Attached>) {
        Arc::make_mut(&mut self.lock().attached).push(source);
    }

    /// Has a feed told of every recording of this registry, and of others that are watched, until
    /// what is returned is dropped.
    ///
    /// Meanwhile recordings take a longer way; without a watch they take the same instructions as
    /// if there were no feed.
    #[doc(hidden)]
    pub fn watch(&self, feed: Arc<dyn Feed>) -> Watch {
        Watch::new(feed, vec![self.clone()])
    }

    fn begin_watch(&self, interest: &Arc<Interest>) {
        let mut inner = self.lock();
        let is_first = inner.watches.is_empty();
        inner.watches.push(Arc::clone(interest));
        for family in &*inner.families {
            interest.add(family.tag());
            if is_first {
                family.watch(true);
            }
        }
    }

    fn end_watch(&self, interest: &Arc<Interest>) {
        let mut inner = self.lock();
        inner.watches.retain(|other| !Arc::ptr_eq(other, interest));
        if inner.watches.is_empty() {
            inner.families.iter().for_each(|family| family.watch(false));
        }
    }

    /// True where both are the same registry.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(self.shared(), other.shared())
    }

    /// Whether no clone of it is left.
    pub(crate) fn is_only_one(&self) -> bool {
        Arc::strong_count(self.shared()) == 1
    }

    /// Adds a family, or returns the one that is there when both declare the same.
    pub(crate) fn insert<F: Gather + 'static>(&self, family: Arc<F>) -> Result<Arc<F>, Error> {
        let descriptor = family.descriptor();
        let names = || {
            descriptor
                .names()
                .samples()
                .chain([descriptor.names().family()])
        };
        let mut inner = self.lock();
        if let Some(taken) = names().find_map(|name| inner.names.get(name).copied()) {
            let present = inner.families[taken].descriptor();
            let typed = Arc::clone(&inner.typed[taken]).downcast::<F>();
            return match typed {
                Ok(typed) if present.agrees(descriptor) => Ok(typed),
                _ => {
                    let name = descriptor.names().family().to_owned();
                    let (present, wanted) = (present.summary(), descriptor.summary());
                    Err(ErrorKind::Conflict {
                        name,
                        present,
                        wanted,
                    }
                    .into())
                }
            };
        }
        let index = inner.typed.len();
        for name in names() {
            inner.names.insert(name.into(), index);
        }
        // Copied only while a gather shares it.
        Arc::make_mut(&mut inner.families).push(Arc::clone(&family) as _);
        inner.typed.push(Arc::clone(&family) as _);
        for interest in &inner.watches {
            interest.add(family.tag());
        }
        if !inner.watches.is_empty() {
            family.watch(true);
        }
        Ok(family)
    }

    fn shared(&self) -> &Arc<Mutex<Inner>> {
        self.inner.get_or_init(Arc::default)
    }

    fn lock(&self) -> Held<'_, Inner> {
        let mut inner = hold(self.shared());
        let generation = generation();
        if inner.generation != generation {
            inner.generation = generation;
            inner.watches.clear(); // those who watched did so in a parent process
        }
        inner
    }
}

/// A feed that is told of the recordings of registries; until this is dropped.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "nobody is told any more when this is dropped"]
pub struct Watch {
    registries: Vec<Registry>,
    interest: Arc<Interest>,
    told_from: u64,
    /// Ends after `drop` below.
    _subscription: Subscription,
}

impl Watch {
    /// Has a feed told once of each recording of these registries, be they the same.
    pub fn new(feed: Arc<dyn Feed>, registries: Vec<Registry>) -> Self {
        let interest = Arc::new(Interest::new());
        let subscription = Subscription::new(&interest, feed);
        for registry in &registries {
            registry.begin_watch(&interest);
        }
        Self {
            registries,
            interest,
            told_from: next_id(FamilyTag::default()),
            _subscription: subscription,
        }
    }
}

impl Watch {
    /// Of series whose [`life`](crate::SeriesSnapshot::life) has a higher number than this every
    /// change is told, from the first one on.
    pub fn told_from(&self) -> u64 {
        self.told_from
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        for registry in &self.registries {
            registry.end_watch(&self.interest);
        }
    }
}

impl Clone for Registry {
    fn clone(&self) -> Self {
        Self {
            inner: OnceLock::from(Arc::clone(self.shared())),
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.lock();
        let families = inner.families.iter();
        let names = families.map(|family| family.descriptor().names().family());
        f.debug_list().entries(names).finish()
    }
}

/// The registry of the metrics that name no other.
///
/// It is apart from every scrape registry and holds only what the program declares.
pub fn registry() -> &'static Registry {
    static DEFAULT: Registry = Registry::new();
    &DEFAULT
}

/// Takes the errors of declarations that were refused at their first use. Their metrics record to
/// nowhere; whoever pushes says so, once.
pub fn take_refusals() -> Vec<Error> {
    std::mem::take(&mut *hold(&REFUSALS))
}

/// Bounded by the number of statics in the program, each of which is refused at most once.
static REFUSALS: Mutex<Vec<Error>> = Mutex::new(Vec::new());

pub(crate) fn refuse(error: Error) {
    hold(&REFUSALS).push(error);
}
