//! Mounted.
