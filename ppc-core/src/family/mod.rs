//! A metric family: one declaration, and its series found by their label values.

mod builder;
mod declared;
mod labelled;
mod table;

use std::fmt;
use std::sync::Arc;

pub use builder::{Builder, Labels, NoLabels};
pub use declared::{
    Declaration, Declare, Declared, Eager, LabelDeclaration, register, register_eager,
};
pub use labelled::Labelled;
use table::Table;

use crate::cell::Cell;
use crate::descriptor::Descriptor;
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::label::{Complete, Defaults, Key, LabelValue, Positional, Scratch};
use crate::registry::{Gather, Registry};
use crate::series::{Series, SeriesLabels};
use crate::snapshot::FamilySnapshot;

/// A kind of metric. Sealed by its hidden parts: cells, snapshot and encoders know just these.
pub trait Metric: Sized + Send + Sync + 'static {
    #[doc(hidden)]
    type Cell: Cell;
    #[doc(hidden)]
    const KIND: Kind;
    #[doc(hidden)]
    fn from_series(series: Arc<Series<Self::Cell>>) -> Self;
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
}

impl<M: Metric> fmt::Debug for Family<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family")
            .field(&self.inner.descriptor)
            .finish()
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
            descriptor,
            table: Table::new(),
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
        Ok(self.at(&self.key_by_name(labels)?))
    }

    /// The series of these label values, given by position: they are the values of the last
    /// labels declared, and defaults fill those before them.
    ///
    /// # Errors
    ///
    /// When there are more values than labels, or a leading label that is left out has no
    /// default.
    pub fn labels(&self, values: impl Positional) -> Result<M, Error> {
        Ok(self.at(&self.key_by_position(&values)?))
    }

    /// Removes a series, given by name; true where there was one. It is gone from the next
    /// snapshot on; handles that are still held record to nowhere.
    ///
    /// # Errors
    ///
    /// As for [`with`](Self::with).
    pub fn remove_with<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<bool, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        Ok(self.inner.table.remove(&self.key_by_name(labels)?))
    }

    /// Removes a series, given by position; true where there was one.
    ///
    /// # Errors
    ///
    /// As for [`labels`](Self::labels).
    pub fn remove(&self, values: impl Positional) -> Result<bool, Error> {
        Ok(self.inner.table.remove(&self.key_by_position(&values)?))
    }

    /// Removes every series.
    pub fn clear(&self) {
        self.inner.table.clear();
    }

    /// What was declared.
    pub fn descriptor(&self) -> &Descriptor {
        &self.inner.descriptor
    }

    pub(crate) fn at(&self, key: &Key) -> M {
        M::from_series(self.inner.table.get_or_insert(key, &self.inner.descriptor))
    }

    /// Runs `look_up` with the key of these labels, made in place: a key returned is a key copied.
    #[inline]
    pub(crate) fn with_key<R>(&self, slots: &impl Complete, look_up: impl FnOnce(&Key) -> R) -> R {
        let mut key = Key::new();
        slots.write_all(&self.defaults, 0, &mut key);
        look_up(&key)
    }

    pub(crate) fn table(&self) -> &Table<M::Cell> {
        &self.inner.table
    }

    fn key_by_name<N, V>(&self, labels: impl IntoIterator<Item = (N, V)>) -> Result<Key, Error>
    where
        N: AsRef<str>,
        V: LabelValue,
    {
        let descriptor = &self.inner.descriptor;
        let mut given: Vec<Option<String>> = vec![None; descriptor.label_names().len()];
        for (name, value) in labels {
            let name = name.as_ref();
            let Some(index) = descriptor.label_names().position(|known| known == name) else {
                return Err(descriptor.unknown_label(name));
            };
            if given[index].is_some() {
                let metric = descriptor.names().family().to_owned();
                let (label, reason) = (name.to_owned(), "it is given twice");
                return Err(ErrorKind::Label {
                    metric,
                    label,
                    reason,
                }
                .into());
            }
            given[index] = Some(value.text(&mut Scratch::default()).to_owned());
        }
        self.fill(given.into_iter())
    }

    fn key_by_position(&self, values: &impl Positional) -> Result<Key, Error> {
        let descriptor = &self.inner.descriptor;
        let texts = values.texts();
        let Some(missing) = descriptor.label_names().len().checked_sub(texts.len()) else {
            return Err(descriptor.too_many_labels(texts.len()));
        };
        self.fill(std::iter::repeat_n(None, missing).chain(texts.into_iter().map(Some)))
    }

    /// Makes a key of what was given, with defaults in the gaps.
    fn fill(&self, given: impl Iterator<Item = Option<String>>) -> Result<Key, Error> {
        let mut key = Key::new();
        for (index, text) in given.enumerate() {
            match text.as_deref().or_else(|| self.defaults.get(index)) {
                Some(text) => key.push_text(text),
                None => return Err(self.inner.descriptor.missing_label(index)),
            }
        }
        Ok(key)
    }
}

impl<M: Metric> Gather for FamilyInner<M> {
    fn descriptor(&self) -> &Arc<Descriptor> {
        &self.descriptor
    }

    fn gather(&self, snapshot: &mut FamilySnapshot) {
        self.table.for_each(|series| {
            let pairs = series.cell.pairs();
            snapshot.push(
                Arc::clone(series) as Arc<dyn SeriesLabels>,
                pairs,
                |words| {
                    series.cell.read(words);
                },
            );
        });
    }
}
