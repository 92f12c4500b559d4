//! The function that an attribute stands on: read, asked what it returns, and wrapped.

pub(crate) mod fallback;
pub(crate) mod parse;
pub(crate) mod returns;
pub(crate) mod wrap;
