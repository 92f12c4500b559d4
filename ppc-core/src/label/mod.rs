//! Labels: values as text, sets of them as keys of series.

mod defaults;
mod gathered;
mod positional;
mod set;
mod slots;
mod texts;
mod value;
mod values;

pub(crate) use defaults::{DefaultValue, Defaults};
pub(crate) use gathered::{Gathered, with_texts};
pub use positional::Positional;
pub use set::LabelSet;
pub(crate) use set::Pairs;
pub(crate) use slots::taken;
pub use slots::{Complete, Defaulted, Given, LabelSlot, NotYetSet, Typed, Untyped};
pub(crate) use texts::Texts;
pub use value::{FixedLabelValue, LabelValue, Scratch};
pub(crate) use values::LabelValues;
