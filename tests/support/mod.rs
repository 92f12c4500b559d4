//! What the tests share: an HTTP client and real receivers.

pub(crate) mod fixture;
pub(crate) mod http;
pub(crate) mod job;
pub(crate) mod receiver;
pub(crate) mod udp;
pub(crate) mod victoria_metrics;
