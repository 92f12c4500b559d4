//! `/metrics` for those who scrape.

pub use ppc_transports::{
    CONTENT_TYPE_OPENMETRICS_1_0_0, CONTENT_TYPE_PLAIN_0_0_4, CONTENT_TYPE_PLAIN_1_0_0, Negotiated,
    choose_encoder, negotiate,
};
