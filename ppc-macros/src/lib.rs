//! The macros of `prometheus-push-client`; programs use them through the facade, `ppc`.

#![forbid(unsafe_code)]

mod address;
mod diag;
mod entry;
mod features;
mod function;
mod http_url;
mod keys;
mod kind;
mod label_value;
mod literal;
mod measure;
mod metric;
mod names;
mod paths;
mod push_metrics;
mod size_text;
mod store_url;
mod table;
mod time_text;
mod times;
mod words;

use proc_macro::TokenStream;

/// Pushes metrics while the function runs, and once more at its end, however it ends.
///
/// The function's value, its panics and its timing are its own: monitoring never reaches the job.
/// It stands on any `fn` and `async fn` with a body, methods included, and goes together with
/// `#[tokio::main]`, `#[test]` or `#[async_trait]`, above or below. Where a plain `fn` returns
/// `impl Future`, `Pin<Box<dyn Future>>`, `BoxFuture` or `LocalBoxFuture`, that future is the job:
/// it starts with the first poll. An `Err` counts as such by its value, however the return type is
/// spelled.
///
/// What differs from the plain function: an argument that is not used gets no warning, because it
/// is held until the final push; `#[track_caller]` has no effect on the body; a future behind an
/// alias of another name, or a `Ready`, is taken for a value; and an `async fn` whose value is not
/// `Send` waits for its final push within its last poll.
///
/// # Keys
///
/// Values are expressions, evaluated once a call, before the body, with the arguments by
/// reference; literals are checked while compiling.
///
/// | key | meaning | default |
/// |---|---|---|
/// | `period = 15` | the time between pushes: seconds, `"1m30s"` or a `Duration` | 15 s |
/// | `stream` | sends each change at once, in place of all values each period | off |
/// | `linger = "50ms"` | how long a stream lets a change wait for others to go with it; with `serve` how long it may take after the job's end until the final values have been scraped | 10 ms; none |
/// | `full = "coalesce"` | what becomes of changes that a stream cannot send as fast as they come: one a series, or `"block"`, `"drop_newest"` | `"drop_newest"` |
/// | `flush_timeout = 5` | how long the final push may take | 5 s |
/// | `buffer = "16MiB"` | bytes of what cannot be delivered that are kept in memory, for each destination whose samples carry timestamps | 16 MiB |
/// | `buffer_age = "1h"` | how long it is kept | an hour |
/// | `spool = "/var/spool/ppc"` | a folder in which all is stored until it is delivered, by this process or the next (feature `spool`) | none |
/// | `spool_size = "256MiB"` | bytes of that folder, for all processes together | 256 MiB |
/// | `spool_period = 1` | how often the values are stored there between pushes | at each push alone |
/// | `job = "name"` | the label `job`, on gateways the group; and metrics of the job itself | none; gateways want one |
/// | `job_metrics = false` | omits those metrics | `true` |
/// | `labels(k = v, "k" = v)` | labels for every series; its own win over them | none |
/// | `registry = R` | what to push | the default registry |
/// | `signals` | pushes on SIGTERM, SIGINT and an abort, too (feature `signals`) | off |
/// | `enabled = false` | pushes nothing | `true` |
/// | `task` | a task of the current tokio runtime in place of a thread (feature `tokio`) | off |
/// | `crate = path` | the path of `ppc`, where it has another name | `::ppc` |
///
/// `stream` is for Influx, StatsD and Graphite over UDP, TCP and Unix sockets, and for `redis` and
/// `sqlite`. It takes the place of `period`; all values are sent at the start and at the end as well. What is to be pushed every
/// period beside it gets an attribute of its own, above or below: each serves its own destinations.
/// Where both have the same `job`, each counts its runs, and one of them wants `job_metrics = false`.
///
/// # Destinations
///
/// Each takes text, which may be the URL form of `PPC_PUSH`, or the type that stands beside it.
/// There may be several; each is served by itself. Without any, `PPC_PUSH` in the environment says
/// where to; without that the job runs, and a line says so.
///
/// | key | what it speaks | type | features |
/// |---|---|---|---|
/// | `influx_udp = "host:port"` | Influx line protocol over UDP | `InfluxUdp` | `influx`, `udp` |
/// | `influx_tcp = "host:port"` | Influx line protocol over TCP | `InfluxTcp` | `influx`, `tcp` |
/// | `influx_unix = "/run/name.sock"` | Influx line protocol to a Unix socket | `InfluxUnix` | `influx`, `unix` |
/// | `statsd_udp = "host:port"` | StatsD over UDP | `StatsdUdp` | `statsd`, `udp` |
/// | `statsd_tcp = "host:port"` | StatsD over TCP | `StatsdTcp` | `statsd`, `tcp` |
/// | `statsd_unix = "/run/name.sock"` | StatsD to a Unix socket | `StatsdUnix` | `statsd`, `unix` |
/// | `graphite_udp = "host:port"` | Graphite's plaintext protocol over UDP | `GraphiteUdp` | `graphite`, `udp` |
/// | `graphite_tcp = "host:port"` | Graphite's plaintext protocol over TCP | `GraphiteTcp` | `graphite`, `tcp` |
/// | `influx_http = "http://host:port"` | Influx line protocol over HTTP | `InfluxHttp` | `influx`, `http` |
/// | `openmetrics_http = "http://host:port"` | the Prometheus text format or OpenMetrics over HTTP | `OpenMetricsHttp` | `openmetrics`, `http` |
/// | `pushgateway = "http://host:port"` | Pushgateway | `Pushgateway` | `pushgateway` |
/// | `aggregation_gateway = "http://host:port"` | a gateway that adds up what it is pushed | `AggregationGateway` | `pushgateway` |
/// | `textfile = "/folder/name.prom"` | a file for `node_exporter` | `Textfile` | `textfile` |
/// | `redis = "redis://localhost:6379"` | a Redis or Valkey in which processes count together | `Redis` | `redis` |
/// | `sqlite = "/var/lib/ppc/metrics.db"` | a file in which the processes of a machine do | `Sqlite` | `sqlite` |
/// | `serve = "0.0.0.0:9100"` | `/metrics`, for those who scrape while the job runs | `expose::Server` | `serve` |
///
/// # Settings of destinations
///
/// Each goes to all destinations of the attribute that have it. *HTTP* are the four that take a
/// URL, *Influx*, *StatsD* and *Graphite* all whose names begin so.
///
/// | key | meaning | default | of |
/// |---|---|---|---|
/// | `timestamps = "server"` | leaves timestamps to the receiver, or `"client"` | `"client"` | Influx, Graphite, `openmetrics_http` |
/// | `names = "influxdb"` | fields for `InfluxDB`, or `"prometheus"` | `"prometheus"` | Influx |
/// | `dialect = "dogstatsd"` | how labels stand in a line: also `"influx"`, `"librato"`, `"signalfx"`, `"graphite"`, `"plain"` | `"influx"` | StatsD |
/// | `types = "native"` | totals as counters, by what was added, or all as `"gauges"` | `"gauges"` | StatsD |
/// | `datagram_size = 8192` | bytes of a datagram at most | 1432; on this machine 8192 | those over UDP and to Unix sockets |
/// | `socket = "stream"` | the type of the Unix socket, or `"datagram"`, `"any"` | `"any"` | `influx_unix`, `statsd_unix` |
/// | `precision = "ms"` | the unit of timestamps: `"ns"`, `"us"`, `"ms"` or `"s"` | `"ns"` | `influx_http` |
/// | `db = "name"` | the database | none | `influx_http` |
/// | `bucket = "name"`, `org = "name"` | bucket and organisation of `InfluxDB` 2 | none | `influx_http` |
/// | `token = secret` | `Authorization: Token ..` | none | `influx_http` |
/// | `extra_labels(k = v)` | labels that `VictoriaMetrics` adds | none | `influx_http`, `openmetrics_http` |
/// | `format = "openmetrics"` | OpenMetrics 1.0.0, or `"text"`, which is 0.0.4 | `"text"` | `openmetrics_http` |
/// | `exemplars = false` | leaves exemplars out of OpenMetrics | `true` | `openmetrics_http` |
/// | `method = "put"` | the method of requests, or `"post"` | `"post"` | `influx_http`, `openmetrics_http`, `pushgateway` |
/// | `grouping(k = v)` | labels of the group, beside `job` | none | `pushgateway`, `aggregation_gateway` |
/// | `start` | pushes at the start too | off | `pushgateway`, `aggregation_gateway`, `textfile` |
/// | `delete_on_success` | deletes the group at the end, unless the job failed | off | `pushgateway` |
/// | `delete_on_exit` | deletes the group at the end | off | `pushgateway` |
/// | `gauges = "skip"` | leaves out what is no total, or `"delta"` | `"delta"` | `aggregation_gateway` |
/// | `delivery = "at_least_once"` | sends again what may have arrived, or `"at_most_once"` | `"at_most_once"` | `aggregation_gateway` |
/// | `prefix = "billing"` | the application: others in the same store have nothing in common with it | `"ppc"` | `redis`, `sqlite` |
/// | `ttl = "1d"` | how long a series is kept after it was last told of | an hour | `redis`, `sqlite` |
/// | `instance = ppc::hostname()` | the label `instance` of gauges that each process has for itself | host and process | `redis`, `sqlite` |
/// | `nodes = ["two:6379", "three:6379"]` | further nodes of the cluster, where the first is not there | none | `redis` |
/// | `headers("Name" = v)` | headers of every request | none | HTTP |
/// | `params(name = v)` | parameters of every URL | none | HTTP |
/// | `username = u, password = secret` | basic authentication | none | HTTP |
/// | `bearer_token = secret` | `Authorization: Bearer ..` | none | HTTP |
/// | `ca_file = "ca.pem"` | the authorities to trust (this and the next three: feature `tls`) | the system's | HTTP, `redis` |
/// | `client_certificate = "c.pem", client_key = "k.pem"` | a certificate to show | none | HTTP, `redis` |
/// | `min_tls_version = "1.3"` | the oldest version of TLS, or `"1.2"` | `"1.2"` | HTTP |
/// | `insecure_skip_verify` | takes every server for the right one | off | HTTP |
/// | `compression = "gzip"` | or `"snappy"`, `"zstd"`, `"none"`, each by its feature | `"none"` | HTTP |
/// | `timeout = 10` | how long a request, or a reply of `redis`, may take | 10 s; 5 s | HTTP, `redis` |
/// | `connect_timeout = 5` | how long a connection may take | 5 s | HTTP |
/// | `max_body = 1_000_000` | bytes of a body at most, before compression | 4 MiB | HTTP |
/// | `follow_redirects` | follows 301 and 302 too | off | HTTP |
/// | `proxy = "off"` | or `"environment"`, or a URL | `"environment"` | HTTP |
/// | `unix_socket = "/run/s.sock"` | connects to this socket, whatever the URL's host | none | HTTP |
///
/// A secret is text, or `ppc::Secret::file(path)` or `ppc::Secret::env(name)`.
#[proc_macro_attribute]
pub fn push_metrics(settings: TokenStream, item: TokenStream) -> TokenStream {
    push_metrics::push_metrics(settings.into(), &item.into()).into()
}

/// Measures each call of the function: how long it takes, and how it ends.
///
/// It stands on every function that [`push_metrics`](macro@push_metrics) takes, together with it
/// or with `#[tokio::main]`, `#[test]` or `#[async_trait]`, above or below; and on an `impl` block,
/// where it measures every method with a body. The function's value, its panics and whether its
/// future is `Send` stay as they are.
///
/// Without a metric it records to two of its own, which all functions of the program share:
///
/// | metric | kind | labels |
/// |---|---|---|
/// | `function_calls_total` | counter | `function`, `module`, `outcome`: `ok`, `error`, `panic`, `cancelled` |
/// | `function_duration_seconds` | histogram: 0.1, 1, 5, 10, 50, 100 and 500 ms, 1, 5, 10, 60 and 300 s | `function`, `module` |
///
/// A function's series appear, at 0, with its first call. A generic function has one set of them,
/// whatever its types. Where the registry has another metric of such a name, the log says so, and
/// the calls are counted nowhere.
///
/// # Keys
///
/// | key | meaning | takes |
/// |---|---|---|
/// | `time = M` | how long each call took | a histogram, a summary or a gauge |
/// | `calls = M` | calls that have ended, in any way | a counter |
/// | `errors = M` | those that returned an `Err`, and those that panicked | a counter |
/// | `cancelled = M` | those whose future was dropped before it returned | a counter |
/// | `in_progress = M` | calls under way | a gauge |
/// | `errors_if = f` | which values are errors, in place of `Err`: a function of `&R` | with `errors`, or with no metric at all |
/// | `registry = R` | where the two metrics above are: a static, or a `&'static Registry` | with no metric at all |
/// | `skip` | leaves a method out | in a block that is measured |
/// | `crate = path` | the path of `ppc`, where it has another name | |
///
/// A metric is any expression of one: a static, `REQUESTS.service(name)` with all its labels, a
/// field, a handle, an `Option` that may have none, such as `family.labels((name,)).ok()`. It is
/// evaluated once a call, before the body, and sees the arguments by reference. As soon as one is
/// given, only those that are given are recorded.
///
/// # What is a call
///
/// It ends by a return, `?`, a panic, or the drop of its future, and is counted and timed then,
/// once. A call that is under way when the process exits is not counted. An `Err` is found on the
/// value, however the return type is spelled.
///
/// An async call begins with the first poll: a future that is never polled is none. Its time is
/// that until it has returned, with all that it waits for. Where a plain `fn` returns a future, in
/// the forms that [`push_metrics`](macro@push_metrics) names, that future is the call; one in a box
/// is boxed once more. A future that is dropped because something else on its thread panics is
/// cancelled, and has not panicked.
///
/// # On an `impl` block
///
/// What the block says is said for each of its methods; `#[measure(skip)]` on one leaves it out,
/// and `#[measure(..)]` on one is what it says in place of the block. The label `function` is
/// `Type::method`, of methods of traits too; where the attribute stands on a method alone, it does
/// not know the type, and it is `method`. A `const fn` is left out.
///
/// # Cost
///
/// Two readings of the clock, and some nanoseconds more; no heap memory. A static by its name is
/// recorded directly, any other metric is held for the length of the call, which takes some 10 ns, and is looked up
/// where it has labels.
#[proc_macro_attribute]
pub fn measure(settings: TokenStream, item: TokenStream) -> TokenStream {
    measure::measure(settings.into(), &item.into()).into()
}

/// Declares metrics as statics, whose doc comment is their help text.
///
/// An unlabelled metric has the type that is written. A labelled one has a type of its own, with a
/// method a label, in any order; recording asks for every label that has no default, while
/// compiling. A metric is registered at its first use.
///
/// # Keys
///
/// | key | meaning | default |
/// |---|---|---|
/// | `name: "text"` | the name | the static's, in lower case |
/// | `namespace: "text"`, `subsystem: "text"` | what stands before the name | nothing |
/// | `unit: "seconds"` | the unit, which ends the name | none |
/// | `labels: [..]` | labels: `ident`, `as "wire name"`, `: Type`, `= default` | none |
/// | `buckets: [..]` | of a histogram: upper bounds, rising; any expression of bounds | `DEFAULT_BUCKETS` |
/// | `quantiles: [..]` | of a summary: numbers from 0 to 1, rising; any expression of them. They are told to within 1% | none |
/// | `window: "10m"` | of a summary: how far its quantiles look back, in steps of a fifth | 10 minutes |
/// | `states: [..]` | of a state set: texts, or a type with `#[derive(LabelValue)]` | required |
/// | `merge: "sum"` | of a gauge: how the values of processes that share a store become one: also `"last"`, `"min"`, `"max"`, `"average"` (of those that still run), `"per_instance"` (each has a series), or a `Merge` | `"last"` |
/// | `live` | of a gauge: only processes that still run count; the value of one that ended, or was killed, goes with it | off |
/// | `eager` | appears as 0 from the first push on | from its first use on |
/// | `max_series: 1000` | how many series there may be, before further labels share one | any number |
/// | `expire: "5m"` | how long a series stays that nothing is recorded to; see below | for ever |
/// | `registry: R` | a static, or a `&'static Registry` | the default registry |
/// | `crate: path` | the path of `ppc`, where it has another name | `::ppc` |
///
/// Times are seconds, `"1m30s"` or a `Duration`. Literals are checked while compiling; any other
/// expression is evaluated once, at the first use.
///
/// # Labels
///
/// A label wins over a method that records and has the same name, such as `set`, `inc` or `time`;
/// `.handle()` reaches the method: `LOAD.set("a").handle().set(1)`. No label can be named
/// `handle`, `with`, `labels`, `remove`, `clear` or `family`; on the wire it can:
/// `my_family as "family"`.
///
/// A default that records its own metric, itself or through the default of another one, finds it
/// without that label. Other threads wait for a default that is being computed, unless they are
/// computing one too: then they evaluate it as well, and all of them use what is there first.
///
/// # Series that expire
///
/// A series goes once nothing was recorded to it for as long as `expire` says. Adding 0 to a
/// counter is no recording. A series that expires while a handle holds it comes back, from zero,
/// when it is recorded.
///
/// # Speed
///
/// An unlabelled metric, and a handle (`.handle()`), is recorded without looking anything up. Labels
/// that all have a type out of a fixed set (`#[derive(LabelValue)]`, `bool`) or their default are
/// found by an index, while there are up to 1,024 combinations; with more of them, or any other
/// label, the series is found by the texts, which takes some ten times as long.
#[proc_macro]
pub fn metric(declarations: TokenStream) -> TokenStream {
    metric::metric(declarations.into()).into()
}

/// Makes an enum of plain variants a label value out of a fixed set.
///
/// The text of a variant is its name in `snake_case` (`HTTPError` is `http_error`). On the enum,
/// `#[label(rename_all = "kebab-case")]` chooses another case: `snake_case`, `kebab-case`,
/// `lowercase`, `UPPERCASE`, `camelCase`, `PascalCase` or `SCREAMING_SNAKE_CASE`; on a variant,
/// `#[label(rename = "text")]` gives the text itself. The enum has to be `Copy`.
///
/// A variant with `#[label(skip)]` has no text, which is the same as no label: its series goes
/// without it, `eager` metrics do not start one, and it is no state of a state set. Such a variant
/// may have fields, which then play no part.
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn derive_label_value(input: TokenStream) -> TokenStream {
    label_value::label_value(input.into()).into()
}
