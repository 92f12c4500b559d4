//! A registry of `prometheus-client` as a source.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ppc_core::{Mirror, Reads, Snapshot, Source};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::registry::Registry;

use crate::bridge::parse::{Parsed, Rules};
use crate::lock::lock;

/// A registry of the crate `prometheus-client` as a [`Source`], however the program holds it.
///
/// It is read through its own text encoding, so that names, units, help, labels, exemplars and types
/// stay as they are there. What its encoder writes and nobody can read, such as a help text of two
/// lines, is left out and named in [`Snapshot::faults`].
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use ppc_core::{Kind, Source};
/// use ppc_transports::PrometheusClient;
/// use prometheus_client::metrics::counter::Counter;
/// use prometheus_client::registry::Registry;
///
/// let mut registry = Registry::default();
/// let jobs = Counter::<u64>::default();
/// registry.register("jobs", "Jobs run", jobs.clone());
/// let registry = Arc::new(registry);
///
/// let source = PrometheusClient::new(Arc::clone(&registry));
/// jobs.inc();
/// let snapshot = source.gather();
/// let family = snapshot.families().next().unwrap().descriptor();
/// assert_eq!((family.kind(), family.help()), (Kind::Counter, "Jobs run."));
/// ```
#[must_use = "a source shows nothing until it is gathered"]
pub struct PrometheusClient<R> {
    registry: R,
    read: Mutex<Read>,
}

#[derive(Debug, Default)]
struct Read {
    mirror: Mirror,
    text: String,
}

/// How a program holds a registry of `prometheus-client`: by itself, by reference, in an `Arc`, a
/// `Mutex` or an `RwLock`; another lock can have it too.
///
/// # Examples
///
/// ```
/// use std::cell::OnceCell;
/// use std::sync::OnceLock;
///
/// use ppc_core::Source;
/// use ppc_transports::{PrometheusClient, PrometheusClientRegistry};
/// use prometheus_client::registry::Registry;
///
/// /// A registry that is made later.
/// struct Late(OnceLock<Registry>);
///
/// impl PrometheusClientRegistry for Late {
///     fn read(&self, read: &mut dyn FnMut(&Registry)) {
///         if let Some(registry) = self.0.get() {
///             read(registry);
///         }
///     }
/// }
/// let source = PrometheusClient::new(Late(OnceLock::new()));
/// assert_eq!(source.gather().series_count(), 0);
/// ```
pub trait PrometheusClientRegistry: Send + Sync {
    /// Has the registry read once, while no one registers anything.
    fn read(&self, read: &mut dyn FnMut(&Registry));
}

impl PrometheusClientRegistry for Registry {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        read(self);
    }
}

impl<R: PrometheusClientRegistry + ?Sized> PrometheusClientRegistry for &R {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        (**self).read(read);
    }
}

impl<R: PrometheusClientRegistry + ?Sized> PrometheusClientRegistry for Arc<R> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        (**self).read(read);
    }
}

impl<R: PrometheusClientRegistry> PrometheusClientRegistry for Mutex<R> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        self.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .read(read);
    }
}

impl<R: PrometheusClientRegistry> PrometheusClientRegistry for RwLock<R> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        let guard = self.read().unwrap_or_else(PoisonError::into_inner);
        PrometheusClientRegistry::read(&*guard, read);
    }
}

impl<R: PrometheusClientRegistry> PrometheusClient<R> {
    /// The registry as it is held: `Arc<Registry>`, `Arc<Mutex<Registry>>`, `&'static Registry`, ..
    pub fn new(registry: R) -> Self {
        Self {
            registry,
            read: Mutex::default(),
        }
    }
}

impl<R: PrometheusClientRegistry> Source for PrometheusClient<R> {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        let Some(_reads) = Reads::begin(&self.read) else {
            return snapshot.note_fault("a registry of prometheus-client collects itself");
        };
        let mut guard = lock(&self.read);
        let Read { mirror, text } = &mut *guard;
        text.clear();
        let mut is_whole = true;
        self.registry.read(&mut |registry| {
            is_whole &= encode_registry(text, registry).is_ok();
        });
        let is_ended = encode_eof(text).is_ok();
        let parsed = match Parsed::parse(text, Rules::Lenient) {
            Ok(parsed) => parsed,
            Err(fault) => return mirror.gather_fault(fault.to_string(), snapshot),
        };
        let mut reading = mirror.read();
        if !is_whole || !is_ended {
            // A native histogram, for example; what was encoded before it is there.
            reading.fault("a metric of prometheus-client has no text; those behind it are missing");
        }
        parsed.tell(&mut reading);
        reading.finish();
        mirror.gather_into(snapshot);
    }
}

impl<R> fmt::Debug for PrometheusClient<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrometheusClient").finish_non_exhaustive()
    }
}
