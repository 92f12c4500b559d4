//! What HTTP calls the formats that are served, for those who answer by hand; what was negotiated
//! says it by itself, with its escaping.

/// The Prometheus text format 0.0.4, which [`generate_latest`](super::generate_latest) writes.
pub const CONTENT_TYPE_PLAIN_0_0_4: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The Prometheus text format 1.0.0.
pub const CONTENT_TYPE_PLAIN_1_0_0: &str = "text/plain; version=1.0.0; charset=utf-8";

/// OpenMetrics 1.0.0.
pub const CONTENT_TYPE_OPENMETRICS_1_0_0: &str =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";
