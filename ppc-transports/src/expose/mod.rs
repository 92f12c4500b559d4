//! `/metrics` for those who scrape: which format a client wants, and a server that answers.
//!
//! The way of a scrape: `server` accepts a connection and guards it with limits, `service` reads
//! what is asked for, `negotiate` and `encoding` choose how it is said, `shared` has requests that
//! wait at the same moment share one answer, and `render` gathers and writes it.

mod encoding;
mod names;
mod negotiate;
mod render;
mod server;
mod service;
mod shared;

pub use negotiate::{
    CONTENT_TYPE_OPENMETRICS_1_0_0, CONTENT_TYPE_PLAIN_0_0_4, CONTENT_TYPE_PLAIN_1_0_0, Negotiated,
    choose_encoder, negotiate,
};
pub use render::generate_latest;
pub use server::{Server, ServerHandle, start_http_server};
pub use service::{MetricsFuture, MetricsService};
