//! Has the program's libraries record to us.

use std::collections::HashMap;

use ppc_core::{BucketBounds, DEFAULT_BUCKETS, registry};

use super::recorder::MetricsRecorder;
use crate::error::{Error, ErrorKind};

/// Has everything that is recorded through the facade `metrics`, by any library of the program, be
/// pushed and served like our own: it is attached to [`registry`](ppc_core::registry).
///
/// Histograms have [`DEFAULT_BUCKETS`]; [`MetricsRecorder::builder`] has others.
///
/// # Errors
///
/// Where the program has a recorder already.
///
/// # Examples
///
/// ```
/// use metrics::{Unit, counter, describe_counter, histogram};
/// use ppc_core::Source;
///
/// ppc_transports::install_metrics_recorder()?;
/// describe_counter!("bytes.sent", Unit::Bytes, "What went out.");
/// counter!("bytes.sent", "to" => "auth").increment(512);
/// histogram!("latency_seconds").record(0.25);
///
/// let snapshot = ppc_core::registry().gather();
/// let names = snapshot.families().map(|family| family.descriptor().names().family().to_owned());
/// assert_eq!(names.collect::<Vec<_>>(), ["bytes_sent_bytes", "latency_seconds"]);
///
/// let again = ppc_transports::install_metrics_recorder().unwrap_err();
/// assert!(again.is_installed());
/// assert_eq!(again.to_string(), "the program has a recorder of `metrics` already");
/// # Ok::<(), ppc_transports::Error>(())
/// ```
pub fn install_metrics_recorder() -> Result<MetricsRecorder, Error> {
    MetricsRecorder::builder().install()
}

impl MetricsRecorder {
    /// A recorder with settings of its own.
    pub fn builder() -> MetricsRecorderBuilder {
        MetricsRecorderBuilder {
            buckets: DEFAULT_BUCKETS.to_vec(),
            of: HashMap::new(),
        }
    }
}

/// Settings of a [`MetricsRecorder`].
///
/// # Examples
///
/// ```
/// use ppc_core::Source;
/// use ppc_transports::MetricsRecorder;
///
/// let recorder = MetricsRecorder::builder()
///     .buckets([0.1, 1.0, 10.0])
///     .buckets_of("body_bytes", [1_000, 1_000_000])
///     .build()?;
/// metrics::with_local_recorder(&recorder, || metrics::gauge!("level").set(2.0));
/// assert_eq!(recorder.gather().series_count(), 1);
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until there is a recorder"]
pub struct MetricsRecorderBuilder {
    buckets: Vec<f64>,
    of: HashMap<String, Vec<f64>>,
}

impl MetricsRecorderBuilder {
    /// The buckets of histograms; [`DEFAULT_BUCKETS`] by default.
    pub fn buckets(mut self, bounds: impl BucketBounds) -> Self {
        self.buckets = bounds.bounds();
        self
    }

    /// The buckets of the histograms of this name, whatever their labels.
    pub fn buckets_of(mut self, name: &str, bounds: impl BucketBounds) -> Self {
        self.of.insert(name.to_owned(), bounds.bounds());
        self
    }

    /// Makes a recorder, which nobody records to yet: a [`Source`](ppc_core::Source).
    ///
    /// # Errors
    ///
    /// Where buckets are no such.
    pub fn build(self) -> Result<MetricsRecorder, Error> {
        MetricsRecorder::with_buckets(&self.buckets, &self.of).map_err(|error| {
            ErrorKind::Setting {
                what: "buckets of the recorder of `metrics`".into(),
                reason: error.to_string(),
            }
            .into()
        })
    }

    /// Makes the program's recorder, and attaches it to [`registry`](ppc_core::registry).
    ///
    /// # Errors
    ///
    /// Where the program has one already, or buckets are no such.
    pub fn install(self) -> Result<MetricsRecorder, Error> {
        let recorder = self.build()?;
        if metrics::set_global_recorder(recorder.clone()).is_err() {
            let what = "a recorder of `metrics`";
            return Err(ErrorKind::Installed { what }.into());
        }
        registry().attach(recorder.clone());
        Ok(recorder)
    }
}
