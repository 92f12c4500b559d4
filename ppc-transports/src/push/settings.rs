//! The settings of a client; uses with the same settings share one.

use std::sync::Arc;
use std::time::Duration;

use ppc_core::LabelSet;

use super::destination::Destination;
use super::job::JobMetrics;
use super::pushed::Pushed;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) destinations: Vec<Destination>,
    pub(crate) source: Pushed,
    /// Added to every series, the job among them.
    pub(crate) labels: LabelSet,
    pub(crate) job: Option<Arc<JobMetrics>>,
    pub(crate) client_metrics: bool,
    pub(crate) flush_timeout: Duration,
    pub(crate) signals: bool,
    /// Driven by a task of the current tokio runtime.
    pub(crate) task: bool,
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        // The label `job` tells jobs apart.
        self.destinations == other.destinations
            && self.source == other.source
            && self.labels == other.labels
            && self.job.is_some() == other.job.is_some()
            && self.client_metrics == other.client_metrics
            && self.flush_timeout == other.flush_timeout
            && self.signals == other.signals
            && self.task == other.task
    }
}
