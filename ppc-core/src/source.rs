//! What can be gathered: registries, views of them, several of them, and a user's own.

mod identity;
mod mirror;
mod several;

use std::sync::Arc;

pub use identity::Identity;
pub use mirror::{Mirror, MirrorReading, Mirrored, MirroredBucket};
pub use several::Sources;

use crate::clock;
use crate::descriptor::{Descriptor, Filter, Keep};
use crate::registry::{Attached, Registry};
use crate::snapshot::Snapshot;

/// Anything that can be gathered into a [`Snapshot`]: a [`Registry`], a view of one, or several
/// sources in an array, a `Vec`, a tuple or [`Sources`].
///
/// Views are made from a source that can be cloned; clones of a registry are the same registry. A
/// family that a view does not let through is not read at all. Names are those of families, whole
/// and without `_total`, `_info` and their like: the counter that is sent as `jobs_total` is `jobs`.
///
/// # Examples
///
/// ```
/// use ppc_core::{Counter, Registry, Source};
///
/// let registry = Registry::new();
/// for name in ["acme_jobs", "acme_errors", "other_jobs"] {
///     Counter::builder(name).register(&registry)?.inc();
/// }
/// let acme = registry.only_prefix("acme_");
/// assert_eq!(acme.gather().series_count(), 2);
/// assert_eq!(acme.without_names(["acme_errors"]).gather().series_count(), 1);
/// # Ok::<(), ppc_core::Error>(())
/// ```
///
/// A source of one's own decides what to read when it is gathered:
///
/// ```
/// use ppc_core::{Registry, Snapshot, Source};
///
/// struct Tenants(Vec<(String, Registry)>);
///
/// impl Source for Tenants {
///     fn gather_into(&self, snapshot: &mut Snapshot) {
///         for (_, registry) in self.0.iter().filter(|(tenant, _)| tenant != "test") {
///             registry.gather_into(snapshot);
///         }
///     }
/// }
/// assert_eq!(Tenants(Vec::new()).gather().series_count(), 0);
/// ```
pub trait Source: Send + Sync {
    /// Adds every series to a snapshot that was started.
    ///
    /// A family of a name that is in the snapshot already is left out, and named in
    /// [`Snapshot::left_out`]. It is called by whoever pushes, again and again, so it should not
    /// wait for anything.
    fn gather_into(&self, snapshot: &mut Snapshot);

    /// Reads every series, with the time of day as the timestamp.
    fn gather(&self) -> Snapshot {
        let mut snapshot = Snapshot::new();
        snapshot.start(clock::unix_time());
        self.gather_into(&mut snapshot);
        snapshot
    }

    /// A view of the families that `keep` says yes to; it is asked at each gather.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Gauge, Kind, Registry, Source};
    ///
    /// let registry = Registry::new();
    /// Counter::builder("jobs").register(&registry)?;
    /// Gauge::builder("temperature").register(&registry)?;
    /// let counters = registry.filter(|family| family.kind() == Kind::Counter);
    /// assert_eq!(counters.gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn filter(&self, keep: impl Fn(&Descriptor) -> bool + Send + Sync + 'static) -> Filtered<Self>
    where
        Self: Clone,
    {
        Filtered::new(self.clone(), Filter::test(keep))
    }

    /// A view of the families with these names.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry, Source};
    ///
    /// let registry = Registry::new();
    /// for name in ["jobs", "jobs_failed"] {
    ///     Counter::builder(name).register(&registry)?;
    /// }
    /// assert_eq!(registry.only_names(["jobs", "no_such"]).gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn only_names(&self, names: impl IntoIterator<Item: AsRef<str>>) -> Filtered<Self>
    where
        Self: Clone,
    {
        Filtered::new(self.clone(), Filter::names(names, Keep::Matching))
    }

    /// A view of the families with other names than these.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry, Source};
    ///
    /// let registry = Registry::new();
    /// for name in ["jobs", "jobs_failed"] {
    ///     Counter::builder(name).register(&registry)?;
    /// }
    /// assert_eq!(registry.without_names(["jobs"]).gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn without_names(&self, names: impl IntoIterator<Item: AsRef<str>>) -> Filtered<Self>
    where
        Self: Clone,
    {
        Filtered::new(self.clone(), Filter::names(names, Keep::Others))
    }

    /// A view of the families whose names begin like this.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry, Source};
    ///
    /// let registry = Registry::new();
    /// for name in ["acme_jobs", "jobs"] {
    ///     Counter::builder(name).register(&registry)?;
    /// }
    /// assert_eq!(registry.only_prefix("acme_").gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn only_prefix(&self, prefix: &str) -> Filtered<Self>
    where
        Self: Clone,
    {
        Filtered::new(self.clone(), Filter::prefix(prefix, Keep::Matching))
    }

    /// A view of the families whose names do not begin like this.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry, Source};
    ///
    /// let registry = Registry::new();
    /// for name in ["debug_jobs", "debug_errors", "jobs"] {
    ///     Counter::builder(name).register(&registry)?;
    /// }
    /// assert_eq!(registry.without_prefix("debug_").gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    fn without_prefix(&self, prefix: &str) -> Filtered<Self>
    where
        Self: Clone,
    {
        Filtered::new(self.clone(), Filter::prefix(prefix, Keep::Others))
    }

    /// What tells it from other sources, where that can be told.
    #[doc(hidden)]
    fn identity(&self) -> Option<Identity> {
        None
    }

    /// Names the registries whose recordings it shows, so that they can be watched, and whether it
    /// shows all of them; none, where it reads something else.
    #[doc(hidden)]
    fn registries(&self, _each: &mut dyn FnMut(&Registry, bool)) {}
}

/// A view of a source, made by [`Source::filter`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::LazyLock;
///
/// use ppc_core::{Filtered, Registry, Source};
///
/// static REGISTRY: Registry = Registry::new();
/// static ACME: LazyLock<Filtered<Registry>> = LazyLock::new(|| REGISTRY.only_prefix("acme_"));
///
/// assert_eq!(ACME.gather().series_count(), 0);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a view shows nothing until it is gathered"]
pub struct Filtered<S> {
    source: S,
    filter: Filter,
}

impl<S: Source> Filtered<S> {
    fn new(source: S, filter: Filter) -> Self {
        Self { source, filter }
    }
}

impl<S: Source> Source for Filtered<S> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        snapshot.filtered(&self.filter, |snapshot| self.source.gather_into(snapshot));
    }

    fn identity(&self) -> Option<Identity> {
        Some(Identity::view(&self.filter, self.source.identity()?))
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        self.source
            .registries(&mut |registry, _| each(registry, false));
    }
}

impl Registry {
    /// Has everything of another source shown by this registry too, behind its own families, for as
    /// long as there is the registry: what is pushed and served of it is pushed and served with it.
    ///
    /// A stream tells every change of the registry's own families, and of what is attached no more
    /// than it gathers. Where a registry comes to be attached to itself, also by way of others, it shows
    /// everything once, and [`Snapshot::faults`] says so.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Counter, Registry};
    ///
    /// let (ours, theirs) = (Registry::new(), Registry::new());
    /// Counter::builder("jobs").register(&theirs)?;
    /// ours.attach(theirs.clone());
    /// assert_eq!(ours.gather().series_count(), 1);
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn attach(&self, source: impl Source + 'static) {
        self.add(Arc::new(AttachedSource(source)));
    }
}

struct AttachedSource<S>(S);

impl<S: Source> Attached for AttachedSource<S> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
    }
}

impl Source for Registry {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        Registry::gather_into(self, snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        Some(Identity::registry(self))
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        each(self, true);
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        (**self).gather_into(snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        (**self).identity()
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        (**self).registries(each);
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        (**self).gather_into(snapshot);
    }

    fn identity(&self) -> Option<Identity> {
        (**self).identity()
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        (**self).registries(each);
    }
}

impl<S: Source + ?Sized> Source for Arc<S> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        (**self).gather_into(snapshot);
    }

    /// Clones of one `Arc` are the same source, whatever it is.
    fn identity(&self) -> Option<Identity> {
        let identity = (**self).identity();
        Some(identity.unwrap_or_else(|| Identity::shared(self)))
    }

    fn registries(&self, each: &mut dyn FnMut(&Registry, bool)) {
        (**self).registries(each);
    }
}
