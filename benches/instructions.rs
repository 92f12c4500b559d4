//! What `cargo xtask bench-check` counts the instructions of.
//!
//! Without arguments it lists its operations; with a name and a number it does one that often.

#[path = "harness/changes.rs"]
mod changes;
mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use changes::Learned;
use harness::{counters, triples};
use ppc::{
    Dialect, Histogram, LabelSet, LabelValue, Names, Registry, Snapshot, Timestamps, Types, metric,
};
use ppc_core::feed::Change;
use ppc_transports::{Encoder, Exposition, Format, Graphite, Influx, Statsd};

#[derive(Clone, Copy, LabelValue)]
enum Outcome {
    Ok,
    Failed,
}

#[derive(Clone, Copy, LabelValue)]
enum Method {
    Get,
    Put,
}

metric! {
    /// Unlabelled.
    static JOBS: Counter {}
    /// Unlabelled.
    static TEMPERATURE: Gauge {}
    /// Twelve buckets.
    static LATENCY: Histogram { buckets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }
    /// Looked up by values of fixed sets.
    static CALLS: Counter { labels: [method: Method, outcome: Outcome, cached: bool] }
    /// Looked up by text.
    static EVENTS: Counter { labels: [account, host, event_type] }
}

/// An operation's name, and what does it a number of times.
type Operation = (&'static str, fn(usize));

const OPERATIONS: [Operation; 17] = [
    ("inc-static", inc_static),
    ("inc-held", inc_held),
    ("set", set),
    ("observe-12-buckets", observe),
    ("look-up-3-enums", look_up_enums),
    ("look-up-3-texts-of-1000", look_up_texts),
    ("gather-a-series-of-10000", gather),
    ("encode-a-counter-of-10000", encode_counters),
    ("encode-a-bucket-of-12000", encode_buckets),
    ("encode-a-counter-influx", encode_counters_influx),
    ("encode-a-bucket-influx", encode_buckets_influx),
    ("encode-a-counter-statsd", encode_counters_statsd),
    ("encode-a-counter-statsd-native", encode_counters_native),
    ("encode-a-counter-graphite", encode_counters_graphite),
    ("stream-a-gauge-influx", stream_gauge_influx),
    ("stream-a-gauge-statsd", stream_gauge_statsd),
    ("stream-a-counter-statsd-native", stream_counter_native),
];

fn main() -> ExitCode {
    // `cargo bench` adds a flag of its own.
    let arguments = std::env::args().skip(1);
    let arguments: Vec<String> = arguments.filter(|a| !a.starts_with("--")).collect();
    match &arguments[..] {
        [] => {
            for (name, _) in OPERATIONS {
                println!("{name}");
            }
            ExitCode::SUCCESS
        }
        [name, times] => {
            let operation = OPERATIONS.iter().find(|(known, _)| known == name);
            if let (Some((_, run)), Ok(times)) = (operation, times.parse()) {
                run(times);
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        _ => ExitCode::FAILURE,
    }
}

fn inc_static(times: usize) {
    for _ in 0..times {
        JOBS.inc();
    }
}

fn inc_held(times: usize) {
    let handle = EVENTS.account("a").host("h").event_type("login").handle();
    for _ in 0..times {
        black_box(&handle).inc();
    }
}

fn set(times: usize) {
    for _ in 0..times {
        TEMPERATURE.set(black_box(5.5));
    }
}

/// Into each bucket in turn.
fn observe(times: usize) {
    let values: Vec<f64> = (0..13).map(|n| f64::from(n) + 0.5).collect();
    for value in values.iter().cycle().take(times) {
        LATENCY.observe(*black_box(value));
    }
}

fn look_up_enums(times: usize) {
    let calls = [
        (Method::Get, Outcome::Ok, true),
        (Method::Put, Outcome::Failed, false),
    ];
    for call in calls.iter().cycle().take(times) {
        let (method, outcome, cached) = *black_box(call);
        CALLS.method(method).outcome(outcome).cached(cached).inc();
    }
}

fn look_up_texts(times: usize) {
    let triples = triples(1_000);
    for [account, host, event_type] in triples.iter().cycle().take(times) {
        EVENTS
            .account(account)
            .host(host)
            .event_type(event_type)
            .inc();
    }
}

/// How many series are gathered and encoded.
const SERIES: usize = 10_000;

/// A series is one operation.
fn gather(times: usize) {
    let registry = counters(SERIES);
    let mut snapshot = Snapshot::new();
    for _ in 0..times / SERIES {
        snapshot.start(Duration::ZERO);
        registry.gather_into(&mut snapshot);
        black_box(snapshot.series_count());
    }
}

fn encode_counters(times: usize) {
    encode_each_counter(&mut text(), times);
}

fn encode_counters_influx(times: usize) {
    encode_each_counter(&mut influx(), times);
}

fn encode_counters_statsd(times: usize) {
    encode_each_counter(&mut Statsd::new(Dialect::Influx, Types::Gauges), times);
}

/// Nothing arrives, so that all is sent again.
fn encode_counters_native(times: usize) {
    encode_each_counter(&mut Statsd::new(Dialect::Influx, Types::Native), times);
}

fn encode_counters_graphite(times: usize) {
    encode_each_counter(&mut Graphite::new(Timestamps::Client), times);
}

fn encode_buckets(times: usize) {
    encode_each_bucket(&mut text(), times);
}

fn encode_buckets_influx(times: usize) {
    encode_each_bucket(&mut influx(), times);
}

fn stream_gauge_influx(times: usize) {
    stream(&mut influx(), changes::set, times);
}

fn stream_gauge_statsd(times: usize) {
    let mut encoder = Statsd::new(Dialect::Influx, Types::Gauges);
    stream(&mut encoder, changes::set, times);
}

fn stream_counter_native(times: usize) {
    let mut encoder = Statsd::new(Dialect::Influx, Types::Native);
    stream(&mut encoder, changes::added, times);
}

/// A change is one operation.
fn stream(encoder: &mut dyn Encoder, change: fn(u64) -> Change, times: usize) {
    const RUN: usize = 1_000;
    let mut learned = Learned::new(encoder, change, RUN as u64);
    for _ in 0..times / RUN {
        black_box(learned.encode());
    }
}

fn text() -> Exposition {
    Exposition::new(Format::Text, Timestamps::Server)
}

fn influx() -> Influx {
    Influx::new(Names::Prometheus, Timestamps::Client)
}

/// A series with three labels is one operation.
fn encode_each_counter(encoder: &mut dyn Encoder, times: usize) {
    encode(encoder, &counters(SERIES), times / SERIES);
}

/// A line of a bucket is one operation; a thousand histograms have twelve each.
fn encode_each_bucket(encoder: &mut dyn Encoder, times: usize) {
    let registry = Registry::new();
    let builder = Histogram::builder("latency").label_names(["n"]);
    let builder = builder.buckets([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let family = builder.register(&registry).expect("a valid metric");
    for n in 0..1_000 {
        drop(family.labels((n,)).expect("one label").handle());
    }
    encode(encoder, &registry, times / 12_000);
}

fn encode(encoder: &mut dyn Encoder, registry: &Registry, times: usize) {
    let snapshot = registry.gather();
    let mut out = Vec::new();
    for _ in 0..times {
        out.clear();
        encoder.encode(&snapshot, &LabelSet::new(), &mut out);
        black_box(out.len());
    }
}
