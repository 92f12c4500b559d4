//! `ppc`, the facade: what a user types, re-exported.
//!
#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! - Declaring: [`metric!`], [`LabelValue`](macro@LabelValue), or at run time
//!   [`Counter::builder`] and its like.
//! - Recording: [`Counter`], [`Gauge`], [`Histogram`], [`Summary`], [`Info`], [`StateSet`].
//! - Measuring: [`measure`] on functions and impl blocks, [`MeasureFuture`] and [`MeasureStream`].
//! - Pushing: [`push_metrics`], or without macros [`Push`] and its [`Guard`].
//! - Destinations: [`InfluxUdp`], [`InfluxTcp`], [`InfluxUnix`], [`InfluxHttp`], [`StatsdUdp`],
//!   [`StatsdTcp`], [`StatsdUnix`], [`GraphiteUdp`], [`GraphiteTcp`], [`OpenMetricsHttp`], [`Pushgateway`],
//!   [`AggregationGateway`], [`Textfile`], each with a URL form that [`Push::environment`] takes from `PPC_PUSH`.
//! - Pushing by hand: [`push_to_gateway`], [`pushadd_to_gateway`], [`delete_from_gateway`].
//! - What to push: a [`Registry`], a view of one, or several, each of them a [`Source`].
//! - Others' metrics, pushed and served like one's own: [`Text`], [`TextFile`] and [`TextUrl`],
//!   [`PrometheusClient`], [`Prometheus`], [`install_metrics_recorder`], [`TracingLayer`],
//!   [`process_metrics`]; [`Registry::attach`] has them go with a registry, [`PrometheusClientCollector`]
//!   the other way.
//! - Reading what was recorded: [`Source::gather`] and [`Snapshot`].

#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "full"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "futures")]
pub use ppc_core::MeasureStream;
pub use ppc_core::{
    Amount, BucketBounds, Buckets, Builder, Counter, DEFAULT_BUCKETS, Declare, Descriptor,
    Exemplar, Family, FamilySnapshot, Filtered, FixedLabelValue, Gauge, Histogram, HistogramValue,
    InProgress, Info, InfoValue, Kind, LabelSet, LabelValue, Labelled, MeasureFuture, Merge,
    Metric, Mirror, MirrorReading, Mirrored, MirroredBucket, Outcome, Positional, QuantileValues,
    Registry, Scratch, SeriesSnapshot, Snapshot, Source, Sources, Spelling, StateSet,
    StateSetValue, Summary, Timed, Timer, Value, exponential_buckets, linear_buckets, register,
    registry,
};
#[cfg(all(feature = "graphite", feature = "tcp"))]
pub use ppc_transports::GraphiteTcp;
#[cfg(all(feature = "graphite", feature = "udp"))]
pub use ppc_transports::GraphiteUdp;
#[cfg(all(feature = "influx", feature = "http"))]
pub use ppc_transports::InfluxHttp;
#[cfg(all(feature = "influx", feature = "tcp"))]
pub use ppc_transports::InfluxTcp;
#[cfg(all(feature = "influx", feature = "udp"))]
pub use ppc_transports::InfluxUdp;
#[cfg(all(feature = "influx", feature = "unix"))]
pub use ppc_transports::InfluxUnix;
#[cfg(all(feature = "openmetrics", feature = "http"))]
pub use ppc_transports::OpenMetricsHttp;
#[cfg(feature = "prometheus")]
pub use ppc_transports::Prometheus;
#[cfg(feature = "redis")]
pub use ppc_transports::Redis;
#[cfg(feature = "sqlite")]
pub use ppc_transports::Sqlite;
#[cfg(all(feature = "statsd", feature = "tcp"))]
pub use ppc_transports::StatsdTcp;
#[cfg(all(feature = "statsd", feature = "udp"))]
pub use ppc_transports::StatsdUdp;
#[cfg(all(feature = "statsd", feature = "unix"))]
pub use ppc_transports::StatsdUnix;
#[cfg(all(feature = "text", feature = "http"))]
pub use ppc_transports::TextUrl;
#[cfg(feature = "unix")]
pub use ppc_transports::UnixSocket;
#[cfg(feature = "pushgateway")]
pub use ppc_transports::{
    AggregationGateway, Delivery, Gauges, Pushgateway, delete_from_gateway,
    delete_from_gateway_async, instance_ip_grouping_key, push_to_gateway, push_to_gateway_async,
    pushadd_to_gateway, pushadd_to_gateway_async,
};
pub use ppc_transports::{
    AsDestination, ByteSize, Choice, Destination, Error, Full, Guard, Push, Seconds, Timestamps,
    client_metrics, hostname,
};
#[cfg(feature = "http")]
pub use ppc_transports::{Compression, HttpHandler, HttpRequest, HttpResponse, Verb};
#[cfg(feature = "statsd")]
pub use ppc_transports::{Dialect, Types};
#[cfg(feature = "openmetrics")]
pub use ppc_transports::{Escaping, Format};
#[cfg(feature = "metrics")]
pub use ppc_transports::{MetricsRecorder, MetricsRecorderBuilder, install_metrics_recorder};
#[cfg(feature = "influx")]
pub use ppc_transports::{Names, Precision};
#[cfg(feature = "process")]
pub use ppc_transports::{ProcessMetrics, process_metrics};
#[cfg(feature = "prometheus-client")]
pub use ppc_transports::{PrometheusClient, PrometheusClientCollector, PrometheusClientRegistry};
#[cfg(any(feature = "http", feature = "serve"))]
pub use ppc_transports::{Secret, TlsVersion};
#[cfg(feature = "text")]
pub use ppc_transports::{Text, TextFile};
#[cfg(feature = "textfile")]
pub use ppc_transports::{Textfile, write_to_textfile};
#[cfg(feature = "tracing-layer")]
pub use ppc_transports::{TracingLayer, TracingLayerBuilder};

/// `/metrics`, for those who scrape: a server, a service to mount, and the parts of both.
///
/// # Examples
///
/// A server of its own thread, in a program with a runtime or without:
///
/// ```
/// use ppc::{expose, metric};
///
/// metric! {
///     /// Jobs run.
///     static JOBS: Counter {}
/// }
///
/// let server = expose::start_http_server("127.0.0.1:0", ppc::registry())?;
/// println!("metrics at http://{}/metrics", server.local_addr());
/// JOBS.inc();
/// # Ok::<(), ppc::Error>(())
/// ```
///
/// In any framework, by hand: here is an answer, as its content type and body, to a request with
/// this header `Accept`.
///
/// ```
/// use ppc::expose;
///
/// fn answer(accept: &str) -> (String, Vec<u8>) {
///     let (encoder, content_type) = expose::choose_encoder(accept);
///     (content_type.into_owned(), encoder.generate(ppc::registry()))
/// }
///
/// let (content_type, body) = answer("text/plain");
/// assert_eq!(content_type, expose::CONTENT_TYPE_PLAIN_0_0_4);
/// assert_eq!(body, expose::generate_latest(ppc::registry()));
/// ```
#[cfg(feature = "serve")]
pub mod expose {
    pub use ppc_transports::{
        CONTENT_TYPE_OPENMETRICS_1_0_0, CONTENT_TYPE_PLAIN_0_0_4, CONTENT_TYPE_PLAIN_1_0_0,
        MetricsFuture, MetricsService, Negotiated, Server, ServerHandle, choose_encoder,
        generate_latest, negotiate, start_http_server,
    };
}

/// Why a metric could not be defined, or a series not be found by its labels; [`Error`] is for
/// what can be wrong with pushing.
pub use ppc_core::Error as MetricError;

/// # Examples
///
/// ```
/// use ppc::{LabelValue, metric};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Outcome {
///     Ok,
///     #[label(rename = "error")]
///     Failed,
///     #[label(skip)]
///     Unknown,
/// }
///
/// metric! {
///     /// Jobs run.
///     static JOBS: Counter { labels: [outcome: Outcome], eager }
/// }
///
/// JOBS.outcome(Outcome::Failed).inc(); // jobs_total{outcome="error"} 1
/// JOBS.outcome(Outcome::Unknown).inc(); // jobs_total 1
/// ```
#[cfg(feature = "macros")]
pub use ppc_macros::LabelValue;
/// # Examples
///
/// ```
/// use ppc::{measure, metric};
///
/// metric! {
///     /// Time spent in calls to external services.
///     static EXTERNAL_REQUESTS: Histogram { unit: "seconds", labels: [service] }
///     /// Calls that failed.
///     static FAILED: Counter { labels: [service] }
///     /// Calls under way.
///     static BUSY: Gauge {}
/// }
///
/// #[measure(
///     time = EXTERNAL_REQUESTS.service(service),
///     errors = FAILED.service(service),
///     in_progress = BUSY,
/// )]
/// async fn fetch(service: &str) -> Result<String, std::io::Error> {
///     Ok(format!("from {service}"))
/// }
///
/// /// Recorded to metrics of the macro's own: `function_calls_total{function="count"}` and so on.
/// #[measure]
/// fn count(text: &str) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// struct Job;
///
/// #[measure]
/// impl Job {
///     /// `function_calls_total{function="Job::run"}`.
///     fn run(&self) {}
///
///     #[measure(skip)]
///     fn name(&self) -> &str {
///         "job"
///     }
/// }
/// # count("5")?;
/// # Job.run();
/// # Job.name();
/// # drop(fetch("auth"));
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[cfg(feature = "macros")]
pub use ppc_macros::measure;
/// # Examples
///
/// ```
/// use ppc::{LabelValue, metric};
///
/// #[derive(Clone, Copy, LabelValue)]
/// enum Outcome {
///     Ok,
///     Failed,
/// }
///
/// metric! {
///     /// Time spent in calls to external services.
///     pub static EXTERNAL_REQUESTS: Histogram {
///         namespace: "acme", unit: "seconds", labels: [service], buckets: [0.05, 0.25, 1, 5],
///     }
///
///     /// Events handled.
///     pub static EVENTS: Counter {
///         labels: [
///             account_id as "VictoriaMetrics_AccountID" = 0, // a name on the wire, a default
///             host = ppc::hostname(),                        // evaluated once, at first use
///             event_type,                                    // must be given
///             outcome: Outcome,                              // of this type
///         ],
///     }
/// }
///
/// EXTERNAL_REQUESTS.service("auth").observe(0.21);
/// EVENTS.event_type("login").outcome(Outcome::Ok).inc();
/// let logins = EVENTS.event_type("login").outcome(Outcome::Failed).handle(); // looked up once
/// logins.inc_by(2);
/// ```
///
/// A label that is missing is found while compiling:
///
/// ```compile_fail
/// ppc::metric! {
///     /// Events handled.
///     static EVENTS: Counter { labels: [host = "h", event_type] }
/// }
/// EVENTS.host("other").inc(); // a required label is missing: `EVENTS_needs_event_type`
/// ```
#[cfg(feature = "macros")]
pub use ppc_macros::metric;
/// # Examples
///
/// ```no_run
/// use ppc::{metric, push_metrics};
///
/// metric! {
///     /// Invoices written.
///     static INVOICES: Counter {}
/// }
///
/// #[push_metrics(influx_udp = "victoria.acme.net:8089", period = 15, job = "nightly-billing")]
/// async fn bill(accounts: Vec<u32>) -> Result<usize, std::io::Error> {
///     for _ in &accounts {
///         INVOICES.inc();
///     }
///     Ok(accounts.len())
/// }
///
/// /// Settings are expressions, and see the arguments by reference.
/// #[push_metrics(influx_udp = server, period = "1m30s", labels(instance = ppc::hostname()))]
/// fn count(server: &str) {
///     INVOICES.inc();
/// }
///
/// /// Every change goes to one place as it is made, and all values to another each minute.
/// #[push_metrics(statsd_udp = "localhost:8125", stream)]
/// #[push_metrics(influx_udp = "victoria.acme.net:8089", period = 60)]
/// fn watched() {
///     INVOICES.inc();
/// }
/// ```
#[cfg(feature = "macros")]
pub use ppc_macros::push_metrics;

/// Shared stores, read: what many processes have counted together, as one source.
///
/// Every process writes what it counts, by the key `sqlite` of [`push_metrics`] or by [`Sqlite`] on one
/// machine, by `redis` or [`Redis`] on many; and anyone reads the totals, without any declaration.
///
/// # Examples
///
/// ```
/// use ppc::Source;
///
/// let store = ppc::store::open("sqlite:///var/lib/billing/metrics.db?prefix=billing")?;
/// // To be served, by `ppc::expose::Server::new("0.0.0.0:9100").source(store)`, pushed, by
/// // `Push::to(..).registry(store)`, or read:
/// let snapshot = store.gather();
/// assert_eq!(snapshot.series_count(), 0); // there is no such file
/// # Ok::<(), ppc::Error>(())
/// ```
#[cfg(any(feature = "redis", feature = "sqlite"))]
pub mod store {
    pub use ppc_transports::{Migration, Store, open_store as open};
}

/// What the macros expand to; not for use by hand, and free to change with every version.
#[doc(hidden)]
pub mod __private {
    pub use ppc_core::generated::*;
    pub use ppc_core::{
        Counter, Declare, FixedLabelValue, Gauge, Histogram, Info, LabelValue, Registry, Scratch,
        StateSet, Summary, label_name_fault, metric_name_fault, unit_fault,
    };
    #[cfg(all(feature = "graphite", feature = "tcp"))]
    pub use ppc_transports::GraphiteTcp;
    #[cfg(all(feature = "graphite", feature = "udp"))]
    pub use ppc_transports::GraphiteUdp;
    #[cfg(all(feature = "influx", feature = "http"))]
    pub use ppc_transports::InfluxHttp;
    #[cfg(all(feature = "influx", feature = "tcp"))]
    pub use ppc_transports::InfluxTcp;
    #[cfg(all(feature = "influx", feature = "udp"))]
    pub use ppc_transports::InfluxUdp;
    #[cfg(all(feature = "influx", feature = "unix"))]
    pub use ppc_transports::InfluxUnix;
    #[cfg(all(feature = "openmetrics", feature = "http"))]
    pub use ppc_transports::OpenMetricsHttp;
    #[cfg(feature = "redis")]
    pub use ppc_transports::Redis;
    #[cfg(feature = "serve")]
    pub use ppc_transports::Server;
    #[cfg(feature = "sqlite")]
    pub use ppc_transports::Sqlite;
    #[cfg(all(feature = "statsd", feature = "tcp"))]
    pub use ppc_transports::StatsdTcp;
    #[cfg(all(feature = "statsd", feature = "udp"))]
    pub use ppc_transports::StatsdUdp;
    #[cfg(all(feature = "statsd", feature = "unix"))]
    pub use ppc_transports::StatsdUnix;
    #[cfg(feature = "textfile")]
    pub use ppc_transports::Textfile;
    pub use ppc_transports::generated::*;
    #[cfg(feature = "pushgateway")]
    pub use ppc_transports::{AggregationGateway, Pushgateway};
}
