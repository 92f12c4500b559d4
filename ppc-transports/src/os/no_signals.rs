//! The feature `signals` is off: nothing is watched.

use std::time::Duration;

use super::Aborting;

/// Holds nothing.
#[derive(Debug)]
pub(crate) struct Watch;

/// Watches nothing.
pub(crate) fn watch(_: fn(Option<Aborting>), _: Duration) -> Option<Watch> {
    None
}

/// Never: none is watched.
pub(crate) fn is_ending() -> bool {
    false
}
