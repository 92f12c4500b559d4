//! Metrics declared at run time.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::{Family, Metric};
use crate::descriptor::{Descriptor, Parts, Settings};
use crate::error::Error;
use crate::label::{DefaultValue, Defaults, LabelValue, Scratch};
use crate::name::NameParts;
use crate::registry::Registry;

/// A builder of a metric without labels.
#[derive(Debug)]
pub struct NoLabels;

/// A builder of a metric with labels.
#[derive(Debug)]
pub struct Labels;

/// Declares a metric at run time; made by `Counter::builder(name)` and its like.
///
/// # Examples
///
/// ```
/// use ppc_core::{Histogram, Registry};
///
/// let registry = Registry::new();
/// let latency = Histogram::builder("latency")
///     .namespace("acme")
///     .unit("seconds")
///     .help("How long a request took.")
///     .buckets([0.1, 1.0, 10.0])
///     .register(&registry)?;
/// latency.observe(0.2);
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[must_use = "a builder does nothing until `register` is called"]
pub struct Builder<M, L = NoLabels> {
    name: String,
    namespace: String,
    subsystem: String,
    unit: String,
    help: String,
    label_names: Vec<String>,
    defaults: Vec<(String, String)>,
    /// Set by the kind that has them.
    pub(crate) buckets: Option<Vec<f64>>,
    pub(crate) states: Vec<String>,
    pub(crate) settings: Settings,
    marker: PhantomData<(fn() -> M, L)>,
}

impl<M: Metric> Builder<M> {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            namespace: String::new(),
            subsystem: String::new(),
            unit: String::new(),
            help: String::new(),
            label_names: Vec::new(),
            defaults: Vec::new(),
            buckets: None,
            states: Vec::new(),
            settings: Settings::default(),
            marker: PhantomData,
        }
    }

    /// Gives the metric labels, in this order. The result of `register` is then a [`Family`].
    pub fn label_names<N: AsRef<str>>(
        self,
        names: impl IntoIterator<Item = N>,
    ) -> Builder<M, Labels> {
        Builder {
            name: self.name,
            namespace: self.namespace,
            subsystem: self.subsystem,
            unit: self.unit,
            help: self.help,
            label_names: names
                .into_iter()
                .map(|name| name.as_ref().to_owned())
                .collect(),
            defaults: self.defaults,
            buckets: self.buckets,
            states: self.states,
            settings: self.settings,
            marker: PhantomData,
        }
    }

    /// Registers the metric; it appears from now on.
    ///
    /// Where the same declaration is registered already, the result is the same metric.
    ///
    /// # Errors
    ///
    /// When a name, unit, bucket or setting is invalid, or another metric has one of its names.
    pub fn register(self, registry: &Registry) -> Result<M, Error> {
        let family = self.register_family(registry)?;
        Ok(family.started(&()))
    }
}

impl<M: Metric> Builder<M, Labels> {
    /// Gives a label a value for look-ups that do not name it.
    pub fn default_label(mut self, name: &str, value: impl LabelValue) -> Self {
        let text = value.text(&mut Scratch::default()).to_owned();
        self.defaults.push((name.to_owned(), text));
        self
    }

    /// How many series the family may have at a time, 1 at the least: what is recorded to labels
    /// beyond them goes to one more series together. Any number by default.
    pub fn max_series(mut self, series: usize) -> Self {
        self.settings.max_series = Some(series);
        self
    }

    /// Registers the family; each series appears from its first use on.
    ///
    /// # Errors
    ///
    /// When a name, label, unit, bucket or setting is invalid, a default is for no label of the
    /// family, or another metric has one of its names.
    pub fn register(self, registry: &Registry) -> Result<Family<M>, Error> {
        self.register_family(registry)
    }
}

impl<M: Metric, L> Builder<M, L> {
    /// The first part of the name: the application. None by default.
    pub fn namespace(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.namespace);
        self
    }

    /// The second part of the name: the component. None by default.
    pub fn subsystem(mut self, subsystem: &str) -> Self {
        subsystem.clone_into(&mut self.subsystem);
        self
    }

    /// The unit, which ends the name: `seconds`, `bytes`. None by default.
    pub fn unit(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }

    /// What the metric says, for people. Empty by default.
    pub fn help(mut self, help: &str) -> Self {
        help.clone_into(&mut self.help);
        self
    }

    /// How long a series stays that nothing is recorded to, longer than 0: then it is removed, and
    /// starts anew with what is recorded next. For ever by default.
    ///
    /// Adding 0 to a counter is no recording. A series that expires while it is held comes back,
    /// from zero, when it is recorded.
    pub fn expire(mut self, idle: Duration) -> Self {
        self.settings.expire = Some(idle);
        self
    }

    fn register_family(self, registry: &Registry) -> Result<Family<M>, Error> {
        let descriptor = Descriptor::new(Parts {
            kind: M::KIND,
            name: NameParts {
                namespace: &self.namespace,
                subsystem: &self.subsystem,
                name: &self.name,
                unit: &self.unit,
            },
            help: &self.help,
            label_names: self.label_names.iter().map(String::as_str).collect(),
            buckets: self.buckets,
            states: self.states.iter().map(String::as_str).collect(),
            settings: self.settings,
        })?;
        for (name, _) in &self.defaults {
            if !self.label_names.contains(name) {
                return Err(descriptor.unknown_label(name));
            }
        }
        let default = |name: &String| {
            let given = self.defaults.iter().rfind(|(label, _)| label == name);
            given.map(|(_, text)| DefaultValue::Text(text.as_str().into()))
        };
        let defaults = Defaults::new(self.label_names.iter().map(default));
        Family::new(Arc::new(descriptor), defaults).register(registry)
    }
}

impl<M, L> fmt::Debug for Builder<M, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("label_names", &self.label_names)
            .finish_non_exhaustive()
    }
}
