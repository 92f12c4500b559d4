//! Push metrics from jobs that live too briefly, or too hidden, to be scraped.

pub use ppc_core::{
    Amount, BucketBounds, Buckets, Builder, Counter, DEFAULT_BUCKETS, Declare, Descriptor, Family,
    FamilySnapshot, FixedLabelValue, Gauge, Histogram, HistogramValue, InProgress, Info, InfoValue,
    Kind, LabelSet, LabelValue, Labelled, Metric, Positional, Registry, Scratch, SeriesSnapshot,
    Snapshot, StateSet, StateSetValue, Summary, Timed, Timer, Value, exponential_buckets,
    linear_buckets, register, registry,
};
#[cfg(feature = "macros")]
pub use ppc_macros::{LabelValue, metric, push_metrics};
#[cfg(feature = "influx")]
pub use ppc_transports::Names;
#[cfg(all(feature = "influx", feature = "udp"))]
pub use ppc_transports::{AsInfluxUdp, Choice, InfluxUdp};
pub use ppc_transports::{
    Destination, Error, Guard, Outcome, Push, Seconds, Timestamps, client_metrics, hostname,
};

/// Why a metric could not be defined, or a series not be found by its labels; see
/// [`Error`] for what can be wrong with pushing.
pub use ppc_core::Error as MetricError;

/// What the macros expand to; not for use by hand, and free to change with every version.
#[doc(hidden)]
pub mod __private {
    pub use ppc_core::generated::*;
    pub use ppc_core::{
        Counter, Declare, FixedLabelValue, Gauge, Histogram, Info, LabelValue, Registry, Scratch,
        StateSet, Summary, label_name_fault, metric_name_fault, unit_fault,
    };
    #[cfg(all(feature = "influx", feature = "udp"))]
    pub use ppc_transports::InfluxUdp;
    pub use ppc_transports::generated::*;
}
