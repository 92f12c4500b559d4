//! A metric family: one declaration, and its series found by their label values.

mod builder;
mod declared;
mod entries;
mod exemplars;
mod idle;
mod labelled;

use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

pub use builder::{Builder, Labels, NoLabels};
pub use declared::{
    Declaration, Declare, Declared, Eager, LabelDeclaration, register, register_eager,
};
use entries::Entries;
use exemplars::Exemplars;
use idle::Idle;
pub use labelled::Labelled;

use crate::cell::{
    BASED, Cell, FamilyTag, Found, HIDDEN, Kept, Pinned, RENOUNCED, Section, Table, Totals,
    generation,
};
use crate::clock;
use crate::descriptor::Descriptor;
use crate::error::{Error, ErrorKind};
use crate::exemplar::Exemplar;
use crate::kind::Kind;
use crate::label::{Defaults, Gathered, LabelValue, Positional, Scratch, Texts, taken, with_texts};
use crate::lock::hold;
use crate::registry::{Gather, Registry};
use crate::snapshot::{FamilySnapshot, Readings};

/// A kind of metric. Sealed by its hidden parts: cells, snapshot and encoders know just these.
pub trait Metric: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    type Cell: Cell;
    #[doc(hidden)]
    const KIND: Kind;
    #[doc(hidden)]
    fn of(handle: Handle<Self>) -> Self;
}

/// A labelled metric declared at run time; see [`Builder`].
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry};
///
/// let registry = Registry::new();
/// let logins = Counter::builder("logins")
///     .label_names(["host", "outcome"])
///     .default_label("host", "h1")
///     .register(&registry)?;
/// logins.with([("outcome", "ok")])?.inc();
/// logins.labels(("ok",))?.inc(); // by position; the default fills the leading `host`
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub struct Family<M: Metric> {
    inner: Arc<FamilyInner<M>>,
    /// Of this declaration: an equal one elsewhere may have others.
    defaults: Arc<Defaults>,
}

pub(crate) struct FamilyInner<M: Metric> {
    pub(crate) descriptor: Arc<Descriptor>,
    pub(crate) table: Table<M::Cell>,
    /// Stands for the series that are too many, once there are any.
    overflow: Pinned<M::Cell>,
    /// For gathers to find series that expire.
    idle: Option<Mutex<Idle>>,
    /// New series are watched in the process of this generation, counted from 1; 0 for none.
    watched: AtomicU32,
    exemplars: Exemplars,
}

/// What each label of the overflow series says.
const OVERFLOW: &str = "__overflow__";

/// A series and the family that knows its names: what a metric holds.
#[doc(hidden)]
#[derive(Debug)]
pub struct Handle<M: Metric> {
    pub(crate) family: Arc<FamilyInner<M>>,
    pub(crate) series: Kept<M::Cell>,
}

impl<M: Metric> fmt::Debug for FamilyInner<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.descriptor).finish()
    }
}

impl<M: Metric> fmt::Debug for Family<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<M: Metric> Clone for Family<M> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            defaults: Arc::clone(&self.defaults),
        }
    }
}

impl<M: Metric> Family<M> {
    pub(crate) fn new(descriptor: Arc<Descriptor>, defaults: Defaults) -> Self {
        let inner = Arc::new(FamilyInner {
            table: Table::new(),
            overflow: Pinned::unresolved(),
            idle: descriptor
                .expire()
                .map(|expire| Mutex::new(Idle::new(expire))),
            watched: AtomicU32::new(0),
            exemplars: Exemplars::default(),
            descriptor,
        });
        Self {
            inner,
            defaults: Arc::new(defaults),
        }
    }

    /// Adds the family to a registry; the result is the one that is there already when both
    /// declare the same.
    pub(crate) fn register(self, registry: &Registry) -> Result<Self, Error> {
        let present = registry.insert(Arc::clone(&self.inner))?;
        Ok(Self {
            inner: present,
            defaults: self.defaults,
        })
    }

    pub(crate) fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    pub(crate) fn inner(&self) -> &Arc<FamilyInner<M>> {
        &self.inner
    }

    /// The series of these labels, given by name. Labels that are not given have their default.
    ///
    /// # Errors
    ///
    /// When a name is not declared, is given twice, or a label without default is not given.
    pub fn with<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<M, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        self.by_name(labels, |texts| self.at(texts))
    }

    /// The series of these label values, given by position: they are the values of the last
    /// labels declared, and defaults fill those before them.
    ///
    /// # Errors
    ///
    /// When there are more values than labels, or a leading label that is left out has no
    /// default.
    pub fn labels(&self, values: impl Positional) -> Result<M, Error> {
        self.by_position(&values, |texts| self.at(texts))
    }

    /// Removes a series, given by name; true where there was one. It is gone from the next
    /// snapshot on, and its memory is freed. Who holds a handle and records through it brings it
    /// back, from zero; so does a look-up.
    ///
    /// # Errors
    ///
    /// As for [`with`](Self::with).
    pub fn remove_with<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<bool, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        self.by_name(labels, |texts| self.inner.remove(texts))
    }

    /// Removes a series, given by position; true where there was one. See
    /// [`remove_with`](Self::remove_with).
    ///
    /// # Errors
    ///
    /// As for [`labels`](Self::labels).
    pub fn remove(&self, values: impl Positional) -> Result<bool, Error> {
        self.by_position(&values, |texts| self.inner.remove(texts))
    }

    /// Removes every series.
    pub fn clear(&self) {
        self.inner.table.clear(self.inner.descriptor.removals());
        self.inner.exemplars.clear();
    }

    /// What was declared.
    pub fn descriptor(&self) -> &Descriptor {
        &self.inner.descriptor
    }

    pub(crate) fn at(&self, texts: &(impl Texts + ?Sized)) -> M {
        M::of(Handle {
            family: Arc::clone(&self.inner),
            series: self.inner.kept(texts),
        })
    }

    /// The same, shown from now on, also in children where nobody has recorded it yet.
    pub(crate) fn started(&self, texts: &(impl Texts + ?Sized)) -> M {
        let series = self.inner.kept(texts);
        series.found().start();
        M::of(Handle {
            family: Arc::clone(&self.inner),
            series,
        })
    }

    fn by_name<N, V, R>(
        &self,
        labels: impl IntoIterator<Item = (N, V)>,
        look_up: impl FnOnce(&[&str]) -> R,
    ) -> Result<R, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        let descriptor = &self.inner.descriptor;
        let mut given = Gathered::new();
        for (name, value) in labels {
            let name = name.as_ref();
            let Some(index) = descriptor.label_names().position(|known| known == name) else {
                return Err(descriptor.unknown_label(name));
            };
            if !given.insert(index, value.text(&mut Scratch::default())) {
                let metric = descriptor.names().family().to_owned();
                let (label, reason) = (name.to_owned(), "it is given twice");
                return Err(ErrorKind::Label {
                    metric,
                    label,
                    reason,
                }
                .into());
            }
        }
        self.filled(|index| given.get(index), look_up)
    }

    fn by_position<R>(
        &self,
        values: &impl Positional,
        look_up: impl FnOnce(&[&str]) -> R,
    ) -> Result<R, Error> {
        let descriptor = &self.inner.descriptor;
        values.with_texts(|texts| {
            let Some(missing) = descriptor.label_names().len().checked_sub(texts.len()) else {
                return Err(descriptor.too_many_labels(texts.len()));
            };
            let given = |index: usize| texts.get(index.checked_sub(missing)?).copied();
            self.filled(given, look_up)
        })
    }

    /// Looks up what was given, with defaults in the gaps.
    fn filled<'t, R>(
        &'t self,
        given: impl Fn(usize) -> Option<&'t str>,
        look_up: impl FnOnce(&[&str]) -> R,
    ) -> Result<R, Error> {
        let text = |index| match given(index).or_else(|| self.defaults.get(index)) {
            Some(text) => Ok(taken(text)),
            None => Err(self.inner.descriptor.missing_label(index)),
        };
        with_texts(self.inner.descriptor.label_names().len(), text, look_up)
    }
}

impl<M: Metric> FamilyInner<M> {
    /// Runs `record` on the series of these labels, which is made where there is none. Once for
    /// each number of labels, not at each caller: it is long.
    #[inline(never)]
    pub(crate) fn record<R>(
        &self,
        texts: &(impl Texts + ?Sized),
        record: impl FnOnce(Found<'_, M::Cell>) -> R,
    ) -> R {
        let hash = self.table.hash(texts);
        let section = Section::enter();
        if let Some(found) = self.table.find(&section, hash, texts) {
            return record(found);
        }
        drop(section);
        record(self.insert(texts).found())
    }

    /// The series of these labels, shown from now on.
    pub(crate) fn kept(&self, texts: &(impl Texts + ?Sized)) -> Kept<M::Cell> {
        let known = self.table.get(texts);
        let series = known.unwrap_or_else(|| self.insert(texts));
        series.found().show();
        series
    }

    /// Removes the series of these labels; true where there was one.
    pub(crate) fn remove(&self, texts: &(impl Texts + ?Sized)) -> bool {
        let id = {
            // Not kept: a series that somebody keeps is hidden and not freed.
            let (hash, section) = (self.table.hash(texts), Section::enter());
            self.table
                .find(&section, hash, texts)
                .map(|found| found.id())
        };
        let removed = self.table.remove(texts, self.descriptor.removals());
        if let Some(id) = id.filter(|_| removed) {
            self.exemplars.forget(id);
        }
        removed
    }

    /// Notes an exemplar of a series, in this place of those that it can have; labels that cannot
    /// be those of an exemplar are ignored and counted.
    pub(crate) fn note(
        &self,
        series: u64,
        place: usize,
        value: f64,
        labels: impl IntoIterator<Item = (impl AsRef<str>, impl LabelValue)>,
    ) {
        match Exemplar::new(labels, value, clock::unix_time()) {
            Some(exemplar) => self.exemplars.note(series, place, exemplar),
            None => self.descriptor.ignore(),
        }
    }

    #[cold]
    fn insert(&self, texts: &(impl Texts + ?Sized)) -> Kept<M::Cell> {
        let cell = || M::Cell::new(&self.descriptor);
        let overflow = self.overflow.get();
        let limit = self.descriptor.max_series().map(|most| {
            // The overflow series comes on top.
            most.saturating_add(usize::from(overflow.is_some()))
        });
        // Who is too many takes no lock.
        let is_full = limit.is_some_and(|limit| self.table.shown() >= limit);
        let series = match overflow {
            Some(_) if is_full => None,
            _ => self.table.get_or_insert(texts, limit, cell),
        };
        let series = series.unwrap_or_else(|| {
            self.descriptor.overflow();
            let overflow = overflow.unwrap_or_else(|| self.make_overflow());
            overflow.show();
            overflow.keep()
        });
        // Linked before: who begins to watch either finds it or is seen here.
        if self.is_watched() {
            series.found().watch(true);
            if !self.is_watched() {
                series.found().watch(false); // the last of them has gone meanwhile
            }
        }
        series
    }

    fn is_watched(&self) -> bool {
        self.watched.load(SeqCst) == generation() + 1
    }

    /// Whether this is the series that stands for those that are too many.
    pub(crate) fn is_overflow(&self, series: &Kept<M::Cell>) -> bool {
        self.overflow
            .get()
            .is_some_and(|overflow| series.is(overflow))
    }

    fn make_overflow(&self) -> Found<'_, M::Cell> {
        let texts = vec![OVERFLOW; self.descriptor.label_names().len()];
        let cell = || M::Cell::new(&self.descriptor);
        let series = self.table.get_or_insert(&texts[..], None, cell);
        let series = series.unwrap_or_else(|| unreachable!("there is no limit"));
        series.found().promote();
        self.overflow.resolve(series)
    }
}

impl<M: Metric> Gather for FamilyInner<M> {
    fn descriptor(&self) -> &Arc<Descriptor> {
        &self.descriptor
    }

    fn gather(&self, totals: &Totals, snapshot: &mut FamilySnapshot) {
        self.table.settle(totals);
        let mut idle = self.idle.as_ref().map(hold);
        if let Some(idle) = &mut idle {
            idle.start();
        }
        let mut expired = Vec::new();
        snapshot.fill(|entries: &mut Entries<M::Cell>, readings| {
            let Readings {
                words,
                pairs,
                exemplars,
                lives,
            } = readings;
            entries.start();
            self.table.for_each(&Section::enter(), |found| {
                let start = words.len();
                found.read(totals, words);
                if let Some(idle) = &mut idle
                    && !found.has(HIDDEN | RENOUNCED)
                    && idle.is_over(found, &words[start..])
                {
                    expired.push((found.keep(), Box::from(&words[start..])));
                    words.truncate(start);
                    return;
                }
                if found.has(HIDDEN | BASED | RENOUNCED) {
                    if found.has(RENOUNCED) && found.is_of_a_parent(&words[start..]) {
                        expired.push((found.keep(), Box::from(&words[start..])));
                        words.truncate(start);
                        return;
                    }
                    let Some(life) = self.table.unhide(found, &mut words[start..]) else {
                        words.truncate(start);
                        return;
                    };
                    if life != found.id() {
                        lives.push((entries.len(), life));
                    }
                }
                found.cell.read_recent(words);
                if M::KIND == Kind::Info {
                    pairs.push(found.cell.pairs());
                }
                entries.push(found);
            });
            self.exemplars.gather(entries.ids(), exemplars);
            entries.finish()
        });
        if let Some(idle) = &mut idle {
            idle.finish();
        }
        self.table.expire(expired);
    }

    fn tag(&self) -> FamilyTag {
        self.table.family()
    }

    fn watch(&self, on: bool) {
        let watched = if on { generation() + 1 } else { 0 };
        self.watched.store(watched, SeqCst);
        self.table
            .for_each(&Section::enter(), |found| found.watch(on));
    }
}
