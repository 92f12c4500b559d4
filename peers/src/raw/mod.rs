//! The raw limit: the same work without a library.
//!
//! It does without what a library is for: it is never read, holds nothing but what the case
//! records, and knows its size. So nothing that does more should be faster.

pub(crate) mod interned;
pub(crate) mod lines;
pub(crate) mod own;
pub(crate) mod packed;
pub(crate) mod ring;
pub(crate) mod shared;
