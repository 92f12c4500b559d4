//! Spools on a disk.
