//! What others registered or wrote, as sources of ours, and ours as theirs.
//!
//! Every bridge tells a [`Mirror`](ppc_core::Mirror) anew what there is whenever it is gathered.

#[cfg(feature = "metrics")]
mod metrics;
#[cfg(any(feature = "text", feature = "prometheus-client"))]
mod parse;
#[cfg(feature = "process")]
mod process;
#[cfg(feature = "prometheus")]
mod prometheus;
#[cfg(feature = "prometheus-client")]
mod prometheus_client;
#[cfg(feature = "text")]
mod text;
#[cfg(feature = "tracing-layer")]
mod tracing_layer;

#[cfg(feature = "metrics")]
pub use metrics::{MetricsRecorder, MetricsRecorderBuilder, install_metrics_recorder};
#[cfg(feature = "process")]
pub use process::{ProcessMetrics, process_metrics};
#[cfg(feature = "prometheus")]
pub use prometheus::Prometheus;
#[cfg(feature = "prometheus-client")]
pub use prometheus_client::{
    PrometheusClient, PrometheusClientCollector, PrometheusClientRegistry,
};
#[cfg(all(feature = "text", feature = "http"))]
pub use text::TextUrl;
#[cfg(feature = "text")]
pub use text::{Text, TextFile};
#[cfg(feature = "tracing-layer")]
pub use tracing_layer::{TracingLayer, TracingLayerBuilder};
