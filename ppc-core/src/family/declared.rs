//! Metrics declared by `metric!`: statics that are registered when they are first needed.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{Family, Metric};
use crate::cell::Pinned;
use crate::descriptor::{Descriptor, Parts, Settings};
use crate::error::Error;
use crate::label::{DefaultValue, Defaults, taken};
use crate::merge::Merge;
use crate::name::NameParts;
use crate::registry::{self, Registry};

/// What `metric!` wrote down about a static.
#[derive(Clone, Copy)]
pub struct Declaration {
    /// The name as declared, without namespace, subsystem and unit.
    pub name: &'static str,
    /// The first part of the full name, or nothing.
    pub namespace: &'static str,
    /// The second part of the full name, or nothing.
    pub subsystem: &'static str,
    /// The unit, or nothing.
    pub unit: &'static str,
    /// The doc comment.
    pub help: &'static str,
    /// The labels in declared order.
    pub labels: &'static [LabelDeclaration],
    /// A histogram's bounds, where any are declared.
    pub buckets: Option<fn() -> Vec<f64>>,
    /// A state set's states.
    pub states: &'static [&'static str],
    /// A summary's quantiles, where any are declared.
    pub quantiles: Option<fn() -> Vec<f64>>,
    /// How far a summary's quantiles look back, where it is declared.
    pub window: Option<fn() -> Duration>,
    /// How a gauge's values of several processes become one, where it is declared.
    pub merge: Option<fn() -> Merge>,
    /// Whether only processes that still run count for a gauge.
    pub live: bool,
    /// How many series there may be, where it is declared.
    pub max_series: Option<fn() -> usize>,
    /// How long an idle series stays, where it is declared.
    pub expire: Option<fn() -> Duration>,
    /// The registry, where it is not the default one.
    pub registry: Option<fn() -> &'static Registry>,
}

/// A label as `metric!` wrote it down.
#[derive(Clone, Copy, Debug)]
pub struct LabelDeclaration {
    /// Its name on the wire.
    pub name: &'static str,
    /// Its default; evaluated once, when first needed. One that records its own metric finds it
    /// without that label.
    pub default: Option<fn() -> String>,
    /// All values it can have, for eager metrics: those of its type, where it has no default.
    pub fixed: &'static [&'static str],
}

impl LabelDeclaration {
    /// A label of this name alone.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            default: None,
            fixed: &[],
        }
    }
}

impl Declaration {
    /// What every key is by default; a name it has to have.
    pub const DEFAULT: Self = Self {
        name: "",
        namespace: "",
        subsystem: "",
        unit: "",
        help: "",
        labels: &[],
        buckets: None,
        quantiles: None,
        window: None,
        merge: None,
        live: false,
        states: &[],
        max_series: None,
        expire: None,
        registry: None,
    };

    fn family<M: Metric>(&self) -> Result<Family<M>, Error> {
        let descriptor = Descriptor::new(Parts {
            kind: M::KIND,
            name: NameParts {
                namespace: self.namespace,
                subsystem: self.subsystem,
                name: self.name,
                unit: self.unit,
            },
            help: self.help,
            label_names: self.labels.iter().map(|label| label.name).collect(),
            buckets: self.buckets.map(|bounds| bounds()),
            states: self.states.to_vec(),
            settings: Settings {
                quantiles: self.quantiles.map(|quantiles| quantiles()),
                window: self.window.map(|window| window()),
                merge: self.merge.map(|merge| merge()),
                live: self.live,
                max_series: self.max_series.map(|max| max()),
                expire: self.expire.map(|expire| expire()),
            },
        })?;
        let defaults = self
            .labels
            .iter()
            .map(|label| label.default.map(DefaultValue::Expression));
        let family = Family::new(Arc::new(descriptor), Defaults::new(defaults));
        let registry = self
            .registry
            .map_or_else(registry::registry, |registry| registry());
        family.register(registry)
    }

    /// A family that is in no registry, for a declaration that was refused: recording goes on,
    /// and nothing of it is seen.
    fn detached<M: Metric>(&self) -> Family<M> {
        let label_names: Vec<String> = (0..self.labels.len()).map(|n| format!("l{n}")).collect();
        let parts = Parts {
            kind: M::KIND,
            name: NameParts {
                name: "refused",
                ..NameParts::default()
            },
            help: "",
            label_names: label_names.iter().map(String::as_str).collect(),
            buckets: Some(Vec::new()),
            states: vec!["refused"],
            settings: Settings::default(),
        };
        let descriptor = Descriptor::new(parts).unwrap_or_else(|_| unreachable!("all parts valid"));
        let defaults = self
            .labels
            .iter()
            .map(|label| label.default.map(DefaultValue::Expression));
        Family::new(Arc::new(descriptor), Defaults::new(defaults))
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Declaration")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A declared family: registered at its first use.
pub struct Declared<M: Metric> {
    declaration: Declaration,
    family: OnceLock<Family<M>>,
    /// Series by the place of their labels, where these are fixed sets of values.
    index: OnceLock<Box<[Pinned<M::Cell>]>>,
    /// Done once the series that can be known were started: one that is removed stays away.
    started: AtomicBool,
}

impl<M: Metric> Declared<M> {
    #[doc(hidden)]
    pub const fn new(declaration: Declaration) -> Self {
        Self {
            declaration,
            family: OnceLock::new(),
            index: OnceLock::new(),
            started: AtomicBool::new(false),
        }
    }

    /// The family, registered now where it was not. One that is refused is reported once through
    /// [`take_refusals`](crate::take_refusals) and records to nowhere.
    pub(crate) fn family(&self) -> &Family<M> {
        match self.family.get() {
            Some(family) => family,
            None => self.register(),
        }
    }

    /// What is noted at a place of the index, where there is one.
    #[inline]
    pub(crate) fn indexed(&self, place: usize) -> Option<&Pinned<M::Cell>> {
        self.index.get()?.get(place)
    }

    /// The same, in an index of so many places that is made now. The place is one of them.
    pub(crate) fn index(&self, places: usize, place: usize) -> &Pinned<M::Cell> {
        let index = self
            .index
            .get_or_init(|| (0..places).map(|_| Pinned::unresolved()).collect());
        &index[place]
    }

    #[cold]
    fn register(&self) -> &Family<M> {
        self.family.get_or_init(|| {
            self.declaration.family().unwrap_or_else(|error| {
                registry::refuse(error);
                self.declaration.detached()
            })
        })
    }
}

impl<M: Metric> fmt::Debug for Declared<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.declaration.fmt(f)
    }
}

/// A metric declared by `metric!`, of any kind: what [`register`](crate::register) takes.
pub trait Declare: Sync {
    #[doc(hidden)]
    fn declare(&self);
}

impl<M: Metric> Declare for Declared<M> {
    fn declare(&self) {
        // Not again after a panic of a default, either.
        if !self.started.swap(true, Ordering::AcqRel) {
            self.start();
        }
    }
}

impl<M: Metric> Declared<M> {
    /// Registers the family and starts, at 0, every series that can be known: one for each
    /// combination of defaults and fixed values.
    fn start(&self) {
        let family = self.family();
        let mut keys = vec![Vec::<String>::new()];
        for (index, label) in self.declaration.labels.iter().enumerate() {
            let values = match family.defaults().get(index) {
                Some(default) => vec![taken(default).to_owned()],
                None => label.fixed.iter().map(|&value| value.to_owned()).collect(),
            };
            keys = keys
                .iter()
                .flat_map(|key| {
                    values
                        .iter()
                        .map(|value| [&key[..], std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        for values in keys {
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            family.started(&texts[..]);
        }
    }
}

/// An `eager` metric, as it is collected over the whole program.
pub struct Eager(pub &'static dyn Declare);

inventory::collect!(Eager);

impl fmt::Debug for Eager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Eager").finish_non_exhaustive()
    }
}

/// Registers metrics declared by `metric!` now, so that they appear as 0 from the first push on,
/// also where nothing was recorded yet. A label without default appears once it is used, unless
/// its type has a fixed set of values.
pub fn register(metrics: &[&dyn Declare]) {
    for metric in metrics {
        metric.declare();
    }
}

/// Registers every `eager` metric of the program that is not registered yet.
pub fn register_eager() {
    for eager in inventory::iter::<Eager> {
        eager.0.declare();
    }
}
