//! The settings of a client; uses with the same settings share one.

use std::sync::Arc;
use std::time::Duration;

use ppc_core::LabelSet;

use super::destination::{Destination, Parts, Streams};
use super::job::JobMetrics;
use super::pushed::Pushed;
use super::stream::Watched;
use super::stream_settings::StreamSettings;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) destinations: Vec<Destination>,
    pub(crate) source: Pushed,
    /// Added to every series, the job among them.
    pub(crate) labels: LabelSet,
    pub(crate) job: Option<Arc<JobMetrics>>,
    pub(crate) client_metrics: bool,
    /// Every change is sent.
    pub(crate) stream: Option<StreamSettings>,
    pub(crate) flush_timeout: Duration,
    pub(crate) signals: bool,
    /// Driven by a task of the current tokio runtime.
    pub(crate) task: bool,
}

impl Settings {
    /// How changes are streamed to a destination of these parts; not at all, where that cannot be,
    /// or the source does not tell of them.
    pub(crate) fn streams_to(&self, parts: &Parts) -> Option<StreamSettings> {
        let can = parts.streams != Streams::Never && !self.source.registries().is_empty();
        self.stream.filter(|_| can)
    }

    /// Has every recording told from now on, for one destination.
    pub(crate) fn watch(&self, stream: StreamSettings, parts: &Parts) -> Watched {
        Watched::new(&self.source, stream.full, parts.streams)
    }

    /// The same for each destination that every change is sent to.
    pub(crate) fn watch_for_all(&self) -> Vec<Watched> {
        let parts = self.destinations.iter().filter_map(Destination::parts);
        let streams = parts.filter_map(|parts| Some((self.streams_to(parts)?, parts)));
        streams
            .map(|(stream, parts)| self.watch(stream, parts))
            .collect()
    }
}

impl PartialEq for Settings {
    fn eq(&self, other: &Self) -> bool {
        // The label `job` tells jobs apart.
        self.destinations == other.destinations
            && self.source == other.source
            && self.labels == other.labels
            && self.job.is_some() == other.job.is_some()
            && self.client_metrics == other.client_metrics
            && self.stream == other.stream
            && self.flush_timeout == other.flush_timeout
            && self.signals == other.signals
            && self.task == other.task
    }
}
