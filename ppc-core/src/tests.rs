//! Tests of the crate as a whole: from recording to the snapshot.

mod allocations;
mod defaults;
mod endings;
mod exemplars;
mod feed;
#[cfg(all(unix, not(miri)))]
mod forks;
mod helpers;
mod kinds;
mod labels;
mod lifetimes;
mod mirror;
mod model;
mod quantiles;
mod races;
mod registry;
mod settings;
mod sources;
mod threads;

use crate::{Registry, Snapshot, Value};

/// Every sample of a snapshot, as `name{label="value"} number`.
fn samples(snapshot: &Snapshot) -> Vec<String> {
    let mut samples = Vec::new();
    for family in snapshot.families() {
        let names: Vec<&str> = family.descriptor().names().samples().collect();
        for series in family.series() {
            let labels = |more: Option<(&str, &str)>| {
                let all = series
                    .labels()
                    .chain(more)
                    .map(|(name, value)| format!("{name}={value:?}"));
                let all: Vec<String> = all.collect();
                if all.is_empty() {
                    String::new()
                } else {
                    format!("{{{}}}", all.join(","))
                }
            };
            match series.value() {
                Value::Counter(value) | Value::Gauge(value) => {
                    samples.push(format!("{}{} {value}", names[0], labels(None)));
                }
                Value::Histogram(histogram) => {
                    for (le, count) in histogram.buckets() {
                        samples.push(format!("{}{} {count}", names[0], labels(Some(("le", le)))));
                    }
                    samples.push(format!(
                        "{}{} {}",
                        names[1],
                        labels(None),
                        histogram.count()
                    ));
                    samples.push(format!("{}{} {}", names[2], labels(None), histogram.sum()));
                }
                Value::Summary {
                    count,
                    sum,
                    quantiles,
                } => {
                    let name = family.descriptor().names().family();
                    for (quantile, value) in quantiles.pairs() {
                        let labels = labels(Some(("quantile", quantile)));
                        samples.push(format!("{name}{labels} {value}"));
                    }
                    samples.push(format!("{}{} {count}", names[0], labels(None)));
                    samples.push(format!("{}{} {sum}", names[1], labels(None)));
                }
                Value::Info(info) => {
                    let Some(pairs) = info.pairs() else { continue };
                    let pairs: Vec<String> = pairs.map(|(n, v)| format!("{n}={v:?}")).collect();
                    samples.push(format!(
                        "{}{}{{{}}} 1",
                        names[0],
                        labels(None),
                        pairs.join(",")
                    ));
                }
                Value::StateSet(states) => {
                    for (state, holds) in states.states() {
                        let label = (family.descriptor().names().family(), state);
                        samples.push(format!(
                            "{}{} {}",
                            names[0],
                            labels(Some(label)),
                            u8::from(holds)
                        ));
                    }
                }
            }
        }
    }
    samples.sort_unstable();
    samples
}

/// Compares what a registry holds, in any order.
#[track_caller]
fn check(registry: &Registry, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(samples(&registry.gather()), expected);
}
