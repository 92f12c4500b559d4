//! What the system says of this process, under Prometheus's standard names.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux::read;
#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other::read;

mod facts;

use std::sync::Mutex;

use ppc_core::{Kind, Mirror, Mirrored, Snapshot, Source};

use crate::lock::lock;

/// What the system says of this process as a [`Source`]: nothing of it is shown unless it is asked for.
///
/// On Linux: `process_cpu_seconds_total`, `process_resident_memory_bytes`,
/// `process_virtual_memory_bytes`, `process_open_fds`, `process_max_fds`,
/// `process_start_time_seconds` and `process_threads`, read from `/proc` at each gather; what cannot
/// be read there is not shown. Elsewhere there is none of them.
///
/// # Examples
///
/// ```
/// use ppc_core::{Source, registry};
///
/// // Pushed and served with everything else.
/// registry().attach(ppc_transports::process_metrics());
///
/// let snapshot = registry().gather();
/// let names = snapshot.families().map(|family| family.descriptor().names().family());
/// assert_eq!(names.take(1).last(), Some("process_cpu_seconds").filter(|_| cfg!(target_os = "linux")));
/// ```
pub fn process_metrics() -> ProcessMetrics {
    ProcessMetrics::default()
}

/// Metrics of this process; see [`process_metrics`].
#[derive(Debug, Default)]
#[must_use = "a source shows nothing until it is gathered"]
pub struct ProcessMetrics(Mutex<Mirror>);

impl Source for ProcessMetrics {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        // Before anything is read: older values behind newer ones would look like a restart.
        let mut mirror = lock(&self.0);
        let facts = read();
        let mut reading = mirror.read();
        for (kind, name, unit, help, value) in [
            (
                Kind::Counter,
                "process_cpu_seconds_total",
                "seconds",
                "Total user and system CPU time spent in seconds.",
                facts.cpu_seconds,
            ),
            (
                Kind::Gauge,
                "process_resident_memory_bytes",
                "bytes",
                "Resident memory size in bytes.",
                facts.resident_bytes,
            ),
            (
                Kind::Gauge,
                "process_virtual_memory_bytes",
                "bytes",
                "Virtual memory size in bytes.",
                facts.virtual_bytes,
            ),
            (
                Kind::Gauge,
                "process_open_fds",
                "",
                "Number of open file descriptors.",
                facts.open_fds,
            ),
            (
                Kind::Gauge,
                "process_max_fds",
                "",
                "Maximum number of open file descriptors.",
                facts.max_fds,
            ),
            (
                Kind::Gauge,
                "process_start_time_seconds",
                "seconds",
                "Start time of the process since unix epoch in seconds.",
                facts.start_seconds,
            ),
            (
                Kind::Gauge,
                "process_threads",
                "",
                "Number of OS threads in the process.",
                facts.threads,
            ),
        ] {
            if let Some(value) = value {
                reading.family(kind, name, help, unit);
                reading.series(&[], Mirrored::Number(value, None));
            }
        }
        reading.finish();
        mirror.gather_into(snapshot);
    }
}
