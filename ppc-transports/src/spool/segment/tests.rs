//! Segments as bytes.
