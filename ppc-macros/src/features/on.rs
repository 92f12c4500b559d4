//! What a feature is that is switched on.

pub(super) const ENABLED: bool = true;
