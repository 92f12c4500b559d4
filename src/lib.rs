//! Push metrics from jobs that live too briefly, or too hidden, to be scraped.

pub use ppc_core::{
    Amount, BucketBounds, Builder, Counter, DEFAULT_BUCKETS, Declare, Family, FixedLabelValue,
    Gauge, Histogram, InProgress, Info, Kind, LabelSet, LabelValue, Labelled, Metric, Registry,
    Scratch, Snapshot, StateSet, Summary, Timer, Value, exponential_buckets, linear_buckets,
    register, registry,
};
#[cfg(feature = "macros")]
pub use ppc_macros::{LabelValue, metric, push_metrics};
#[cfg(all(feature = "influx", feature = "udp"))]
pub use ppc_transports::InfluxUdp;
#[cfg(feature = "influx")]
pub use ppc_transports::Names;
pub use ppc_transports::{
    Destination, Error, Guard, Outcome, Push, Seconds, Timestamps, client_metrics, hostname,
};

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
