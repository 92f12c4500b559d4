//! The matrix: each fault by each transport that it applies to, around a job of known work.
//!
//! A row is three runs of a process: one that pushes nothing, one whose fault never goes, and one
//! that sees it come and go. `docs/faults.md` has the rows; they are measured and compared here.

mod disk;
mod other_namespaces;
mod pushgateway;
mod redis;
mod row;
mod run;
mod statsd_server;
mod table;
mod victoria_metrics;

/// Rows that are measured at a time: jobs that sleep most of the time, on a machine of two cores.
const AT_ONCE: usize = 8;
