//! What the settings are taken for.
