//! What others registered or wrote, pushed and read like our own.

pub(crate) mod exposed;
pub(crate) mod metrics;
mod others;
pub(crate) mod prometheus_client;
mod text;
