//! What a shared store is told in one go, as text: an encoder writes it, a store reads it.
//!
//! Text, because payloads are lines wherever they come by: they are counted, cut and kept as such.
//!
//! A chunk is of one family, and is applied as a whole or not at all: a line with `#`, the
//! [`Head`], and a line for each series, a [`Line`].

mod declared;
mod head;
mod line;
mod text;

use std::time::Duration;

pub(crate) use declared::{Class, Declared};
pub(crate) use head::{Chunk, Head, chunks};
pub(crate) use line::{Line, Op, labels};
pub(crate) use text::{escape, push_escaped, unescape};

/// A store knows the numbers of a writer for a day, and those of one that may have ended for an
/// hour; what was not delivered by then is not told again.
const REMEMBERED: Duration = Duration::from_hours(24);
const REMEMBERED_AT_END: Duration = Duration::from_hours(1);

/// How long a store knows the number of a chunk, which is one of the last of its writer or not.
pub(crate) fn remembered(is_last: bool) -> Duration {
    if is_last {
        REMEMBERED_AT_END
    } else {
        REMEMBERED
    }
}
