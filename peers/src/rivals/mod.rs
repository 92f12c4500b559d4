//! The libraries that are measured, each in a file, behind the operations that the cases ask for.
//!
//! Each is used as its documentation suggests for speed, and given the same texts at run time: a
//! library that must own the texts of a look-up copies them.

mod fastmetrics;
mod measured;
mod metrics;
mod opentelemetry;
mod ours;
mod prometheus;
pub(crate) mod prometheus_client;
pub(crate) mod stream;

use std::sync::Arc;

use crate::labels::Triple;
use crate::rounds::Operation;

/// A library.
pub(crate) trait Library {
    fn name(&self) -> &'static str;

    /// An increment of a counter without labels.
    fn counter(&self) -> Operation;

    /// An increment of a series with labels, through a handle that is held.
    fn held(&self) -> Operation;

    /// A gauge set to one value.
    fn gauge(&self) -> Operation;

    /// An observation for each of [`values`](crate::labels::values).
    fn histogram(&self) -> Operation;

    /// A look-up by labels of fixed sets and an increment, for each of
    /// [`calls`](crate::labels::calls).
    fn enums(&self) -> Operation;

    /// Counters with three labels of any text. There will be at most `room` series. It is asked
    /// for once in a process, or once more when those of before are not needed any more.
    fn events(&self, room: usize) -> Arc<dyn Events>;
}

/// Counters with three labels of any text.
pub(crate) trait Events: Send + Sync {
    /// Looks a series up, inserts it where it is not there, and adds 1.
    fn inc(&self, triple: &Triple);

    /// The same for each of the triples. It stands here so that `inc` is inlined into the loop.
    fn inc_all(&self, triples: &[Triple]) {
        for triple in triples {
            self.inc(triple);
        }
    }

    /// Reads all series; the result depends on them.
    fn gather(&self) -> usize;
}

/// All libraries, ours first.
pub(crate) fn all() -> [Box<dyn Library>; 7] {
    [
        Box::new(ours::Ours),
        Box::new(prometheus_client::PrometheusClient),
        Box::new(prometheus::Prometheus),
        Box::new(metrics::Metrics),
        Box::new(measured::Measured),
        Box::new(fastmetrics::Fastmetrics),
        Box::new(opentelemetry::OpenTelemetry),
    ]
}
