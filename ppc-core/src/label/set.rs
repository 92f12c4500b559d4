//! Labels that are added to every series: names and values, unique by name.

use std::sync::Arc;

use super::value::{LabelValue, Scratch};
use crate::error::{Error, ErrorKind};
use crate::kind::Kind;
use crate::name::label_name_fault;

/// Names and values that never change, shared by those who read them.
pub(crate) type Pairs = Arc<[(Box<str>, Box<str>)]>;

/// Labels with their names, unique by name, in the order they were added.
///
/// # Examples
///
/// ```
/// let mut labels = ppc_core::LabelSet::new();
/// labels.insert("instance", "host-1")?;
/// labels.insert("shard", 3)?;
/// assert_eq!(labels.iter().collect::<Vec<_>>(), [("instance", "host-1"), ("shard", "3")]);
/// # Ok::<(), ppc_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSet(Vec<(Box<str>, Box<str>)>);

impl LabelSet {
    /// No labels.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a label; one of the same name is replaced.
    ///
    /// # Errors
    ///
    /// When `name` is no label name, or is reserved for buckets or quantiles.
    pub fn insert(&mut self, name: &str, value: impl LabelValue) -> Result<(), Error> {
        let fault = [Kind::Histogram, Kind::Summary].map(|kind| label_name_fault(name, kind));
        if let Some(reason) = fault.into_iter().flatten().next() {
            let found = name.to_owned();
            return Err(ErrorKind::Name {
                what: "label name",
                found,
                reason,
            }
            .into());
        }
        let text: Box<str> = value.text(&mut Scratch::default()).into();
        match self.0.iter_mut().find(|(present, _)| **present == *name) {
            Some((_, value)) => *value = text,
            None => self.0.push((name.into(), text)),
        }
        Ok(())
    }

    /// The value of the label `name`, where there is one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(present, _)| **present == *name)
            .map(|(_, value)| &**value)
    }

    /// Names and values, in the order they were added.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// True where there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
