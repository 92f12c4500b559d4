//! What a family needs of the cells of its kind.

use super::numbers::{Shape, Totals};
use crate::descriptor::Descriptor;
use crate::label::Pairs;

/// What a family creates for each series, and a snapshot reads.
pub trait Cell: Send + Sync + 'static {
    #[doc(hidden)]
    fn new(descriptor: &Descriptor) -> Self;

    /// The words that each thread can have of it; nothing where threads share one value.
    #[doc(hidden)]
    fn shape(&self) -> Option<Shape>;

    /// Whether more is done with each recording than to add to words, so that none of them goes
    /// the short way.
    #[doc(hidden)]
    fn goes_the_long_way(&self) -> bool {
        false
    }

    /// Appends the words of a reading, together with those of the threads under `number`; how
    /// many, and what they are, is fixed by the descriptor.
    #[doc(hidden)]
    fn read(&self, number: Option<u16>, totals: &Totals, words: &mut Vec<u64>);

    /// Takes an earlier reading away from one. By default nothing: a value that is set has none.
    #[doc(hidden)]
    fn subtract(_reading: &mut [u64], _base: &[u64]) {}

    /// Appends what is told beyond counts, and of the last while only.
    #[doc(hidden)]
    fn read_recent(&self, _words: &mut Vec<u64>) {}

    /// Forgets that.
    #[doc(hidden)]
    fn forget_recent(&self) {}

    /// Whether recordings add up, and a reading that is the same means that there was none. What
    /// is set instead notices each.
    #[doc(hidden)]
    const IS_COUNTED: bool;

    /// Goes back to the beginning, where nobody else records; without what forgets by itself that
    /// it is of a parent process. True where it was something else.
    #[doc(hidden)]
    fn begin(&self) -> bool;

    /// Goes back from this reading to the beginning, where it is not counted.
    #[doc(hidden)]
    fn reset(&self, _from: &[u64]) {}

    /// The pairs of an info; nothing for every other kind.
    #[doc(hidden)]
    fn pairs(&self) -> Option<Pairs> {
        None
    }
}
