//! Registries of `prometheus-client`: theirs as a source of ours, and ours in theirs.

mod collector;
mod registry;

pub use collector::PrometheusClientCollector;
pub use registry::{PrometheusClient, PrometheusClientRegistry};
