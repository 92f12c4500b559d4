//! What a feature is that is switched off.

pub(super) const ENABLED: bool = false;
