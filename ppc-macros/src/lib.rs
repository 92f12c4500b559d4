//! The macros of `prometheus-push-client`; programs use them through the facade, `ppc`.

#![forbid(unsafe_code)]

mod address;
mod diag;
mod entry;
mod features;
mod http_url;
mod keys;
mod kind;
mod label_value;
mod literal;
mod metric;
mod names;
mod paths;
mod push_metrics;
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
/// | `influx_udp = "host:port"` | where to: Influx line protocol over UDP; also an `InfluxUdp` | none: the job runs, and a line says so |
/// | `period = 15` | the time between pushes: seconds, `"1m30s"` or a `Duration` | 15 s |
/// | `flush_timeout = 5` | how long the final push may take | 5 s |
/// | `job = "name"` | the label `job`, and metrics of the job itself | none |
/// | `job_metrics = false` | omits those metrics | `true` |
/// | `labels(k = v, "k" = v)` | labels for every series; its own win over them | none |
/// | `registry = R` | what to push | the default registry |
/// | `signals` | pushes on SIGTERM and SIGINT too (feature `signals`) | off |
/// | `timestamps = "server"` | leaves timestamps to the receiver, or `"client"` | `"client"` |
/// | `names = "influxdb"` | fields for `InfluxDB`, or `"prometheus"` | `"prometheus"` |
/// | `enabled = false` | pushes nothing | `true` |
/// | `task` | a task of the current tokio runtime in place of a thread (feature `tokio`) | off |
/// | `crate = path` | the path of `ppc`, where it has another name | `::ppc` |
#[proc_macro_attribute]
pub fn push_metrics(settings: TokenStream, item: TokenStream) -> TokenStream {
    push_metrics::push_metrics(settings.into(), &item.into()).into()
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
