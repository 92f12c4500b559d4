//! The labels of a look-up, held in the types of its slots while they are being set.
//!
//! `metric!` gives each labelled metric a type with one slot a label, nested as
//! `(Slot0, (Slot1, ()))`. A slot holds a value ([`Given`]), stands for the declared default
//! ([`Defaulted`]), or is a marker that names the label that is still missing, which implements
//! nothing here but [`NotYetSet`]: recording then fails to compile, at the call.

use std::marker::PhantomData;

use super::defaults::Defaults;
use super::texts::Texts;
use super::value::{LabelValue, Scratch};
use super::values::LONGEST;

/// A slot that has a value, of its own or by default.
#[diagnostic::on_unimplemented(
    message = "a required label is missing: `{Self}`",
    label = "set this label before recording",
    note = "call the label's method on the metric first, or declare a default for it in `metric!`"
)]
pub trait LabelSlot {
    /// How many values an index tells apart: every slot of the label says the same number, or 0
    /// where its values are no fixed set.
    #[doc(hidden)]
    const RADIX: usize;

    #[doc(hidden)]
    fn text<'a>(
        &'a self,
        defaults: &'a Defaults,
        index: usize,
        scratch: &'a mut Scratch,
    ) -> &'a str;

    /// Whether the value is text as it is.
    #[doc(hidden)]
    const IS_TEXT: bool;

    /// The text, where it is.
    #[doc(hidden)]
    fn lend<'a>(&'a self, defaults: &'a Defaults, index: usize) -> &'a str;

    /// The place of the value among [`RADIX`](Self::RADIX).
    #[doc(hidden)]
    fn place(&self) -> usize;
}

/// A slot whose label may still be set.
#[diagnostic::on_unimplemented(
    message = "this label is set twice",
    label = "has a value already",
    note = "each label is set once in a look-up; `{Self}` holds the first value",
    note = "`.handle()` reaches a method that has the name of the label"
)]
pub trait NotYetSet {}

/// All slots of a look-up, when each of them has a value.
#[diagnostic::on_unimplemented(message = "not all labels of this metric are set")]
pub trait Complete {
    /// How many label sets there are, where all slots are fixed sets of values; else 0.
    #[doc(hidden)]
    const COMBINATIONS: usize;

    #[doc(hidden)]
    type Scratches: Default;

    #[doc(hidden)]
    type Texts<'a>: Texts
    where
        Self: 'a;

    #[doc(hidden)]
    fn texts<'a>(
        &'a self,
        defaults: &'a Defaults,
        index: usize,
        scratches: &'a mut Self::Scratches,
    ) -> Self::Texts<'a>;

    /// Whether all values are text as they are.
    #[doc(hidden)]
    const IS_TEXT: bool;

    /// The texts, where they are.
    #[doc(hidden)]
    fn lend<'a>(&'a self, defaults: &'a Defaults, index: usize) -> Self::Texts<'a>;

    /// The place of these values among [`COMBINATIONS`](Self::COMBINATIONS).
    #[doc(hidden)]
    fn place(&self) -> usize;
}

/// A label that was set, to a value of any type.
#[derive(Clone, Copy, Debug)]
pub struct Given<V>(pub V);

/// A label that was set, to a value of the type that is declared for it. `SPARE` is 1 where the
/// label has a default, which stands beside the values of the type in an index.
#[derive(Clone, Copy, Debug)]
pub struct Typed<V, const SPARE: usize>(pub V);

/// A label that was not set and has a default; `V` is the type declared for it, if any.
#[derive(Clone, Copy, Debug)]
pub struct Defaulted<V = Untyped>(PhantomData<fn() -> V>);

/// A label for which no type is declared.
#[derive(Clone, Copy, Debug)]
pub enum Untyped {}

impl LabelValue for Untyped {
    fn text<'a>(&'a self, _: &'a mut Scratch) -> &'a str {
        match *self {}
    }
}

impl<V> Defaulted<V> {
    #[doc(hidden)]
    pub const NEW: Self = Self(PhantomData);
}

impl<V> NotYetSet for Defaulted<V> {}

impl<V: LabelValue> LabelSlot for Given<V> {
    const RADIX: usize = 0;
    const IS_TEXT: bool = V::IS_TEXT;

    #[inline]
    fn lend<'a>(&'a self, _: &'a Defaults, _: usize) -> &'a str {
        taken(self.0.lend())
    }

    #[inline]
    fn text<'a>(&'a self, _: &'a Defaults, _: usize, scratch: &'a mut Scratch) -> &'a str {
        taken(self.0.text(scratch))
    }

    #[inline]
    fn place(&self) -> usize {
        0
    }
}

impl<V: LabelValue, const SPARE: usize> LabelSlot for Typed<V, SPARE> {
    const RADIX: usize = if V::FIXED == 0 { 0 } else { V::FIXED + SPARE };
    const IS_TEXT: bool = V::IS_TEXT;

    #[inline]
    fn lend<'a>(&'a self, _: &'a Defaults, _: usize) -> &'a str {
        taken(self.0.lend())
    }

    #[inline]
    fn text<'a>(&'a self, _: &'a Defaults, _: usize, scratch: &'a mut Scratch) -> &'a str {
        taken(self.0.text(scratch))
    }

    #[inline]
    fn place(&self) -> usize {
        self.0.fixed_index()
    }
}

impl<V: LabelValue> LabelSlot for Defaulted<V> {
    const RADIX: usize = V::FIXED + 1;
    const IS_TEXT: bool = true;

    #[inline]
    fn lend<'a>(&'a self, defaults: &'a Defaults, index: usize) -> &'a str {
        taken(defaults.get(index).unwrap_or_default())
    }

    #[inline]
    fn text<'a>(&'a self, defaults: &'a Defaults, index: usize, _: &'a mut Scratch) -> &'a str {
        taken(defaults.get(index).unwrap_or_default())
    }

    #[inline]
    fn place(&self) -> usize {
        V::FIXED
    }
}

/// The text, unless it is too long for a series to hold.
#[inline]
pub(crate) fn taken(text: &str) -> &str {
    if text.len() <= LONGEST { text } else { "" }
}

impl Complete for () {
    const COMBINATIONS: usize = 1;
    type Scratches = ();
    type Texts<'a> = ();

    #[inline]
    fn texts<'a>(&'a self, _: &'a Defaults, _: usize, (): &'a mut ()) {}

    const IS_TEXT: bool = true;

    #[inline]
    fn lend<'a>(&'a self, _: &'a Defaults, _: usize) {}

    #[inline]
    fn place(&self) -> usize {
        0
    }
}

impl<H: LabelSlot, T: Complete> Complete for (H, T) {
    const COMBINATIONS: usize = H::RADIX.saturating_mul(T::COMBINATIONS);
    type Scratches = (Scratch, T::Scratches);
    type Texts<'a>
        = (&'a str, T::Texts<'a>)
    where
        Self: 'a;

    #[inline]
    fn texts<'a>(
        &'a self,
        defaults: &'a Defaults,
        index: usize,
        (scratch, scratches): &'a mut Self::Scratches,
    ) -> Self::Texts<'a> {
        (
            self.0.text(defaults, index, scratch),
            self.1.texts(defaults, index + 1, scratches),
        )
    }

    const IS_TEXT: bool = H::IS_TEXT && T::IS_TEXT;

    #[inline]
    fn lend<'a>(&'a self, defaults: &'a Defaults, index: usize) -> Self::Texts<'a> {
        (
            self.0.lend(defaults, index),
            self.1.lend(defaults, index + 1),
        )
    }

    #[inline]
    fn place(&self) -> usize {
        self.0.place() * T::COMBINATIONS + self.1.place()
    }
}
