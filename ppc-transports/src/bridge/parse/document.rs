//! A text as it was read: its families, and the samples of each.

use std::borrow::Cow;
use std::ops::Range;

use ppc_core::Exemplar;

use super::cursor::Label;
use super::fault::Fault;
use super::rules::Rules;
use super::types::{Part, Type};

/// What a text says.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) families: Vec<Family<'a>>,
    /// In the order of the text.
    pub(super) samples: Vec<Sample<'a>>,
    /// Of all samples, one after the other.
    pub(super) labels: Vec<Label<'a>>,
    pub(super) rules: Rules,
    /// What was left out.
    pub(super) faults: Vec<Fault>,
}

/// A family, and where its samples are.
#[derive(Debug)]
pub(super) struct Family<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) kind: Option<Type>,
    pub(super) help: Option<Cow<'a, str>>,
    pub(super) unit: Option<&'a str>,
    pub(super) samples: Vec<usize>,
    pub(super) line: usize,
}

/// A sample of one of the families.
#[derive(Debug)]
pub(super) struct Sample<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) part: Part,
    pub(super) labels: Range<usize>,
    /// The number as it is written.
    pub(super) text: &'a str,
    pub(super) value: f64,
    pub(super) timestamp: Option<f64>,
    pub(super) exemplar: Option<Box<Exemplar>>,
    pub(super) line: usize,
}

impl Family<'_> {
    pub(super) fn kind(&self) -> Type {
        self.kind.unwrap_or_default()
    }
}

impl Family<'_> {
    /// What a sample of this name is to the family.
    pub(super) fn part(&self, name: &str, rules: Rules) -> Option<Part> {
        let suffix = name.strip_prefix(&*self.name)?;
        self.kind().part(suffix, rules)
    }
}
