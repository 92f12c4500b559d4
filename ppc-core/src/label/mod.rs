//! Labels: values as text, sets of them as keys of series.

mod key;
mod positional;
mod set;
mod slots;
mod value;

pub(crate) use key::Key;
pub use key::LabelValues;
pub use positional::Positional;
pub use set::LabelSet;
pub(crate) use set::Pairs;
pub use slots::{Complete, Defaulted, Given, LabelSlot, NotYetSet};
pub(crate) use slots::{DefaultValue, Defaults};
pub use value::{FixedLabelValue, LabelValue, Scratch};
