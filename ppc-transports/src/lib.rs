//! Formats, senders and the push engine of `prometheus-push-client`.
//!
//! The way of a number through this crate: a [`Snapshot`](ppc_core::Snapshot) becomes lines in
//! `encode`, lines become payloads in `pack`, payloads go out in `send`; `push` decides when, and
//! what happens at the end; `destination` says which encoder goes with which sender. Programs use
//! it through the facade, `ppc`.

// Formats, places and drivers share what stands between them; where one of them is off, some of
// that lies idle.
#![cfg_attr(
    not(all(
        feature = "influx",
        feature = "statsd",
        feature = "graphite",
        feature = "udp",
        feature = "tcp",
        feature = "unix",
        feature = "tokio",
        feature = "signals",
        feature = "tls",
        feature = "pushgateway",
        feature = "textfile",
        feature = "serve",
        feature = "text",
        feature = "prometheus-client",
        feature = "metrics",
        feature = "prometheus",
        feature = "process",
        feature = "redis",
        feature = "sqlite",
        feature = "spool",
        feature = "tracing-layer"
    )),
    allow(dead_code, unused_imports, unused_macros)
)]

#[cfg(any(feature = "redis", feature = "sqlite"))]
mod batch;
mod bridge;
mod byte_size;
mod choice;
mod compress;
mod destination;
mod encode;
mod error;
#[cfg(feature = "serve")]
mod expose;
#[cfg(all(fuzzing, feature = "spool"))]
#[doc(hidden)]
pub mod fuzz;
mod lock;
mod log;
#[cfg(test)]
mod models;
mod os;
mod pack;
#[cfg(feature = "tls")]
mod pem;
mod push;
mod seconds;
#[cfg(any(feature = "http", feature = "serve", feature = "redis"))]
mod secret;
mod send;
mod slots;
#[cfg(feature = "spool")]
mod spool;
#[cfg(not(feature = "spool"))]
#[path = "no_spool.rs"]
mod spool;
mod stats;
#[cfg(any(feature = "redis", feature = "sqlite"))]
mod store;
mod teller;
#[cfg(any(feature = "http", feature = "serve"))]
mod tls_version;

#[cfg(feature = "prometheus")]
pub use bridge::Prometheus;
#[cfg(all(feature = "text", feature = "http"))]
pub use bridge::TextUrl;
#[cfg(feature = "metrics")]
pub use bridge::{MetricsRecorder, MetricsRecorderBuilder, install_metrics_recorder};
#[cfg(feature = "process")]
pub use bridge::{ProcessMetrics, process_metrics};
#[cfg(feature = "prometheus-client")]
pub use bridge::{PrometheusClient, PrometheusClientCollector, PrometheusClientRegistry};
#[cfg(feature = "text")]
pub use bridge::{Text, TextFile};
#[cfg(feature = "tracing-layer")]
pub use bridge::{TracingLayer, TracingLayerBuilder};
pub use byte_size::ByteSize;
pub use choice::Choice;
pub use compress::Compression;
pub use destination::AsDestination;
#[cfg(all(feature = "graphite", feature = "tcp"))]
pub use destination::GraphiteTcp;
#[cfg(all(feature = "graphite", feature = "udp"))]
pub use destination::GraphiteUdp;
#[cfg(all(feature = "influx", feature = "http"))]
pub use destination::InfluxHttp;
#[cfg(all(feature = "influx", feature = "tcp"))]
pub use destination::InfluxTcp;
#[cfg(all(feature = "influx", feature = "udp"))]
pub use destination::InfluxUdp;
#[cfg(all(feature = "influx", feature = "unix"))]
pub use destination::InfluxUnix;
#[cfg(all(feature = "openmetrics", feature = "http"))]
pub use destination::OpenMetricsHttp;
#[cfg(feature = "redis")]
pub use destination::Redis;
#[cfg(feature = "sqlite")]
pub use destination::Sqlite;
#[cfg(all(feature = "statsd", feature = "tcp"))]
pub use destination::StatsdTcp;
#[cfg(all(feature = "statsd", feature = "udp"))]
pub use destination::StatsdUdp;
#[cfg(all(feature = "statsd", feature = "unix"))]
pub use destination::StatsdUnix;
#[cfg(feature = "unix")]
pub use destination::UnixSocket;
#[cfg(feature = "http")]
pub use destination::Verb;
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub use destination::open_store;
#[cfg(feature = "pushgateway")]
pub use destination::{
    AggregationGateway, Delivery, Pushgateway, delete_from_gateway, delete_from_gateway_async,
    instance_ip_grouping_key, push_to_gateway, push_to_gateway_async, pushadd_to_gateway,
    pushadd_to_gateway_async,
};
#[cfg(feature = "textfile")]
pub use destination::{Textfile, write_to_textfile};
#[cfg(feature = "graphite")]
pub use encode::Graphite;
#[cfg(feature = "openmetrics")]
pub use encode::{DeltaExposition, Escaping, Exposition, Format, Gauges};
#[cfg(feature = "statsd")]
pub use encode::{Dialect, Statsd, Types};
pub use encode::{Encoder, Omitted, Timestamps};
#[cfg(feature = "influx")]
pub use encode::{Influx, Names, Precision};
pub use error::Error;
#[cfg(feature = "serve")]
pub use expose::{
    CONTENT_TYPE_OPENMETRICS_1_0_0, CONTENT_TYPE_PLAIN_0_0_4, CONTENT_TYPE_PLAIN_1_0_0,
    MetricsFuture, MetricsService, Negotiated, Server, ServerHandle, choose_encoder,
    generate_latest, negotiate, start_http_server,
};
pub use os::hostname;
pub use pack::{Body, Cut, Packer};
pub use push::{Destination, Full, Guard, Push};
pub use seconds::Seconds;
#[cfg(any(feature = "http", feature = "serve", feature = "redis"))]
pub use secret::Secret;
pub use send::{Address, Failure, Part, Plan, Progress, Report, Sender};
#[cfg(feature = "http")]
pub use send::{HttpHandler, HttpRequest, HttpResponse};
#[cfg(feature = "udp")]
pub use send::{UdpOptions, UdpSender};
pub use stats::client_metrics;
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub use store::{Migration, Store};
#[cfg(any(feature = "http", feature = "serve"))]
pub use tls_version::TlsVersion;

/// What streams ask of encoders; not for use by hand yet.
#[doc(hidden)]
pub mod stream {
    pub use super::encode::{Event, Held, Lines, StreamEncoder, When};
}

/// What the code generated by `#[push_metrics]` names; not for use by hand.
#[doc(hidden)]
pub mod generated {
    pub use super::destination::destination_of;
    pub use super::push::{
        Awaited, EndOf, EndOfAny, EndOfSend, Guard, Push, Waited, call, end_of, end_of_output,
        enter, enter_async,
    };
}
