//! The settings of a client; uses with the same settings share one.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;

use ppc_core::{LabelSet, Snapshot, Source, register_eager};

use super::destination::{Destination, Parts, Streams};
use super::job::JobMetrics;
use super::keeping::Keeping;
use super::pushed::Pushed;
use super::served::Serving;
use super::stream::Watched;
use super::stream_settings::StreamSettings;
use crate::log::{self, Level};
use crate::stats::client_metrics;

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
    pub(crate) keeping: Keeping,
    pub(crate) signals: bool,
    /// Driven by a task of the current tokio runtime.
    pub(crate) task: bool,
}

impl Settings {
    /// How changes are streamed to a destination of these parts; not at all, where that cannot be,
    /// or the source does not tell of them.
    pub(crate) fn streams_to(&self, parts: &Parts) -> Option<StreamSettings> {
        let can = matches!(parts.streams, Streams::Values | Streams::Changes);
        let can = can && !self.source.registries().is_empty();
        self.stream.filter(|_| can)
    }

    /// Whether pushes to a destination of these parts follow each other as soon as can be.
    pub(crate) fn follows(&self, parts: &Parts) -> bool {
        self.stream.is_some() && parts.streams == Streams::Soon
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

    /// The destinations where others come and read.
    pub(crate) fn serving(&self) -> impl Iterator<Item = (&Destination, &Serving)> {
        let destinations = self.destinations.iter();
        destinations.filter_map(|destination| Some((destination, destination.serving()?)))
    }

    /// Adds everything that the client shows.
    pub(crate) fn gather_into(&self, snapshot: &mut Snapshot) {
        // Their defaults are a user's code, which may be what is exiting.
        if !log::is_silent_here() && catch_unwind(register_eager).is_err() {
            let message = "a default of an eager metric panicked; what is registered is pushed";
            log::tell(Level::Warn, "eager panicked", message);
        }
        self.source.gather_into(snapshot);
        if let Some(job) = &self.job {
            job.registry().gather_into(snapshot);
        }
        if self.client_metrics {
            client_metrics().gather_into(snapshot);
        }
    }
}

/// All that a client shows, for those who come and read.
pub(crate) struct Shown(pub(crate) Arc<Settings>);

impl Source for Shown {
    fn gather_into(&self, snapshot: &mut Snapshot) {
        self.0.gather_into(snapshot);
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
            && self.keeping == other.keeping
            && self.signals == other.signals
            && self.task == other.task
    }
}
