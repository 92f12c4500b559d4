//! What `cargo xtask bench-check` counts the instructions of.
//!
//! Without arguments it lists its operations; with a name and a number it does one that often.

mod harness;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use harness::{counters, triples};
use ppc::{Histogram, LabelSet, LabelValue, Registry, Snapshot, Timestamps, metric};
use ppc_transports::{Encoder, Exposition, Format};

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

const OPERATIONS: [Operation; 9] = [
    ("inc-static", inc_static),
    ("inc-held", inc_held),
    ("set", set),
    ("observe-12-buckets", observe),
    ("look-up-3-enums", look_up_enums),
    ("look-up-3-texts-of-1000", look_up_texts),
    ("gather-a-series-of-10000", gather),
    ("encode-a-counter-of-10000", encode_counters),
    ("encode-a-bucket-of-12000", encode_buckets),
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

/// A series is one operation.
fn gather(times: usize) {
    const SERIES: usize = 10_000;
    let registry = counters(SERIES);
    let mut snapshot = Snapshot::new();
    for _ in 0..times / SERIES {
        snapshot.start(Duration::ZERO);
        registry.gather_into(&mut snapshot);
        black_box(snapshot.series_count());
    }
}

/// A series with three labels is one operation.
fn encode_counters(times: usize) {
    const SERIES: usize = 10_000;
    encode(&counters(SERIES), times / SERIES);
}

/// A line of a bucket is one operation; a thousand histograms have twelve each.
fn encode_buckets(times: usize) {
    let registry = Registry::new();
    let builder = Histogram::builder("latency").label_names(["n"]);
    let builder = builder.buckets([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let family = builder.register(&registry).expect("a valid metric");
    for n in 0..1_000 {
        drop(family.labels((n,)).expect("one label").handle());
    }
    encode(&registry, times / 12_000);
}

fn encode(registry: &Registry, times: usize) {
    let snapshot = registry.gather();
    let mut exposition = Exposition::new(Format::Text, Timestamps::Server);
    let mut out = Vec::new();
    for _ in 0..times {
        out.clear();
        exposition.encode(&snapshot, &LabelSet::new(), &mut out);
        black_box(out.len());
    }
}
