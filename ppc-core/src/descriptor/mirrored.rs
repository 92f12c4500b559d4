//! Families of other registries: their names are as they are, and so are the texts of their labels.

use std::sync::atomic::AtomicU64;

use super::{DEFAULT_WINDOW, Descriptor};
use crate::buckets::Buckets;
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::merge::Merge;
use crate::name::{Names, legacy_name};
use crate::quantiles::Quantiles;
use crate::removal::Removals;

/// What the series of one family in another registry may have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    pub(crate) help: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) label_names: &'a [&'a str],
    /// The finite bounds of a histogram with their texts.
    pub(crate) buckets: &'a [(&'a str, f64)],
    /// Those of a summary with their texts.
    pub(crate) quantiles: &'a [(&'a str, f64)],
    /// Those of a state set.
    pub(crate) states: &'a [&'a str],
}

/// The names of a family as another registry spells them: any text, where ours have letters, digits
/// and `_` alone.
#[derive(Clone, Debug)]
pub struct Spelling {
    names: Names,
    label_names: Box<[Box<str>]>,
}

impl Spelling {
    /// The names that the family has on the wire.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The names of its labels, in the order of [`Descriptor::label_names`].
    pub fn label_names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.label_names.iter().map(|name| &**name)
    }
}

/// How many labels, and how many states, a series can hold.
const MAX_LABELS: usize = 255;
const MAX_STATES: usize = 64;

impl Descriptor {
    pub(crate) fn mirrored(shape: Shape<'_>) -> Result<Self, Error> {
        let Shape { kind, name, .. } = shape;
        if name.is_empty() {
            return Err(ErrorKind::Name {
                what: "metric name",
                found: String::new(),
                reason: "a name has at least one character",
            }
            .into());
        }
        let names = Names::mirrored(kind, name);
        let label_names = shape.label_names.iter();
        let label_names: Box<[Box<str>]> = label_names
            .map(|label| legacy_name(label, false).into())
            .collect();
        shape.check_labels(&label_names, names.family())?;
        shape.check_states()?;
        Ok(Self {
            kind,
            help: shape.help.into(),
            unit: shape.unit.into(),
            buckets: match kind {
                Kind::Histogram => Buckets::mirrored(name, shape.buckets.iter().copied())?,
                _ => Buckets::none(),
            },
            quantiles: Quantiles::mirrored(name, shape.quantiles.iter().copied())?,
            states: shape.states.iter().copied().map(Box::from).collect(),
            window: DEFAULT_WINDOW,
            merge: Merge::Last,
            is_live: false,
            max_series: None,
            expire: None,
            ignored: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
            removals: Removals::default(),
            spelling: Some(Box::new(Spelling {
                names: Names::spelled(kind, name),
                label_names: shape.label_names.iter().copied().map(Box::from).collect(),
            })),
            names,
            label_names,
        })
    }

    /// The same, as far as series are concerned, with another help and unit.
    pub(crate) fn told_anew(&self, help: &str, unit: &str) -> Self {
        Self {
            kind: self.kind,
            names: self.names.clone(),
            help: help.into(),
            unit: unit.into(),
            label_names: self.label_names.clone(),
            buckets: self.buckets.clone(),
            states: self.states.clone(),
            quantiles: self.quantiles.clone(),
            window: self.window,
            merge: self.merge,
            is_live: self.is_live,
            max_series: self.max_series,
            expire: self.expire,
            ignored: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
            removals: Removals::default(),
            spelling: self.spelling.clone(),
        }
    }
}

impl Shape<'_> {
    fn check_labels(&self, legacy: &[Box<str>], family: &str) -> Result<(), Error> {
        let own = match self.kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            Kind::StateSet => family,
            _ => "",
        };
        let fault = |index: usize, label: &str| {
            if label.is_empty() {
                Some("a name has at least one character")
            } else if label == "__name__" {
                Some("it is the name of the metric")
            } else if label == own {
                Some("it is reserved for this kind")
            } else if legacy[..index].iter().any(|before| **before == *label) {
                Some("it stands there twice, or differs only in characters that are replaced")
            } else {
                None
            }
        };
        let mut labels = legacy.iter().enumerate();
        // Their number first: each is compared with all before it.
        let found = if legacy.len() > MAX_LABELS {
            Some((MAX_LABELS, "a metric has at most 255 labels"))
        } else {
            labels.find_map(|(index, label)| Some((index, fault(index, label)?)))
        };
        match found {
            None => Ok(()),
            Some((index, reason)) => Err(ErrorKind::Label {
                metric: self.name.into(),
                label: self.label_names[index].into(),
                reason,
            }
            .into()),
        }
    }

    fn check_states(&self) -> Result<(), Error> {
        let states = self.states;
        let twice = || (1..states.len()).any(|index| states[..index].contains(&states[index]));
        let reason = match states.len() {
            count if count > MAX_STATES => "a state set has at most 64 states",
            _ if twice() => "a state is there twice",
            _ => return Ok(()),
        };
        Err(ErrorKind::States {
            metric: self.name.into(),
            reason,
        }
        .into())
    }
}
