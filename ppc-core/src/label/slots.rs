//! The labels of a look-up, held in the types of its slots while they are being set.
//!
//! `metric!` gives each labelled metric a type with one slot a label, nested as
//! `(Slot0, (Slot1, ()))`. A slot holds a value ([`Given`]), stands for the declared default
//! ([`Defaulted`]), or is a marker that names the label that is still missing, which implements
//! nothing here but [`NotYetSet`]: recording then fails to compile, at the call.

use std::sync::OnceLock;

use super::key::Key;
use super::value::LabelValue;

/// A slot that has a value, of its own or by default.
#[diagnostic::on_unimplemented(
    message = "a required label is missing: `{Self}`",
    label = "set this label before recording",
    note = "call the label's method on the metric first, or declare a default for it in `metric!`"
)]
pub trait LabelSlot {
    #[doc(hidden)]
    fn write(&self, defaults: &Defaults, index: usize, key: &mut Key);
}

/// A slot whose label may still be set.
#[diagnostic::on_unimplemented(
    message = "this label is set twice",
    label = "has a value already",
    note = "each label is set once in a look-up; `{Self}` holds the first value"
)]
pub trait NotYetSet {}

/// All slots of a look-up, when each of them has a value.
#[diagnostic::on_unimplemented(message = "not all labels of this metric are set")]
pub trait Complete {
    #[doc(hidden)]
    fn write_all(&self, defaults: &Defaults, index: usize, key: &mut Key);
}

/// A label that was set.
#[derive(Clone, Copy, Debug)]
pub struct Given<V>(pub V);

/// A label that was not set and has a default.
#[derive(Clone, Copy, Debug)]
pub struct Defaulted;

impl NotYetSet for Defaulted {}

impl<V: LabelValue> LabelSlot for Given<V> {
    #[inline]
    fn write(&self, _: &Defaults, _: usize, key: &mut Key) {
        key.push(&self.0);
    }
}

impl LabelSlot for Defaulted {
    #[inline]
    fn write(&self, defaults: &Defaults, index: usize, key: &mut Key) {
        key.push_text(defaults.get(index).unwrap_or_default());
    }
}

impl Complete for () {
    #[inline]
    fn write_all(&self, _: &Defaults, _: usize, _: &mut Key) {}
}

impl<H: LabelSlot, T: Complete> Complete for (H, T) {
    #[inline]
    fn write_all(&self, defaults: &Defaults, index: usize, key: &mut Key) {
        self.0.write(defaults, index, key);
        self.1.write_all(defaults, index + 1, key);
    }
}

/// Where a label's default comes from.
#[derive(Clone, Debug)]
pub(crate) enum DefaultValue {
    /// Given as text at run time.
    Text(Box<str>),
    /// Declared in `metric!`: any expression, run once.
    Expression(fn() -> String),
}

/// The defaults of a family's labels, by index; each is computed once, when first needed.
#[derive(Debug)]
pub struct Defaults(Box<[Option<Default>]>);

#[derive(Debug)]
struct Default {
    source: DefaultValue,
    text: OnceLock<Box<str>>,
}

impl Defaults {
    pub(crate) fn new(sources: impl IntoIterator<Item = Option<DefaultValue>>) -> Self {
        let slot = |source| Default {
            source,
            text: OnceLock::new(),
        };
        Self(sources.into_iter().map(|source| source.map(slot)).collect())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let default = self.0.get(index)?.as_ref()?;
        Some(default.text.get_or_init(|| match &default.source {
            DefaultValue::Text(text) => text.clone(),
            DefaultValue::Expression(run) => run().into(),
        }))
    }
}
