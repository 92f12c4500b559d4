//! What libraries record through the facade `metrics`: the recorder of `ppc` beside that of
//! `metrics-exporter-prometheus`. The limit is the macro without any recorder.

use std::hint::black_box;
use std::sync::Arc;

use metrics::{Recorder, counter, histogram, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use ppc::MetricsRecorder;

use super::compare::cells;
use crate::effort::Effort;
use crate::labels::{bounds, triples, values};
use crate::rounds::{Operation, Run, Work, interleave, repeat};
use crate::table::Table;

type Shared = Arc<dyn Recorder + Send + Sync>;

/// Each row by its name.
fn recorders() -> Vec<(&'static str, Shared)> {
    let ours = MetricsRecorder::builder()
        .buckets(bounds())
        .build()
        .expect("bounds that rise");
    let theirs = PrometheusBuilder::new().set_buckets(&bounds());
    let theirs = theirs.expect("at least one bucket").build_recorder();
    vec![
        ("raw: no recorder", Arc::new(metrics::NoopRecorder)),
        ("ppc", Arc::new(ours)),
        ("metrics-exporter-prometheus", Arc::new(theirs)),
    ]
}

pub(super) fn run(effort: &Effort) -> Vec<Table> {
    let mut tables = Vec::new();
    for threads in [1, 2] {
        for (what, operation) in OPERATIONS {
            let title = format!(
                "{what}, {threads} threads: ns, of {} interleaved rounds",
                effort.rounds
            );
            let mut table = Table::new(title, &["minimum", "median", "to raw"]);
            let recorders = recorders();
            let works: Vec<Work> = recorders
                .iter()
                .map(|(_, recorder)| operation(recorder).into())
                .collect();
            let summaries = interleave(&works, Run::once(threads), effort);
            for ((name, _), summary) in recorders.iter().zip(&summaries) {
                table.row(name, cells(summary, &summaries[0]));
            }
            tables.push(table);
        }
    }
    tables
}

type Make = fn(&Shared) -> Operation;

const OPERATIONS: [(&str, Make); 5] = [
    ("counter! without labels", |recorder| {
        under(recorder, || counter!("jobs").increment(1))
    }),
    ("counter! with two labels that are literals", |recorder| {
        under(recorder, || {
            counter!("calls", "method" => "get", "outcome" => "ok").increment(1)
        })
    }),
    ("counter! with a label of run time", |recorder| {
        let [account, ..] = triples(1).remove(0);
        under(recorder, move || {
            counter!("events", "account" => black_box(&account).clone()).increment(1)
        })
    }),
    ("a counter that is held", |recorder| {
        let counter = with_local_recorder(&**recorder, || counter!("held"));
        repeat(move || counter.increment(1))
    }),
    ("a histogram that is held, 12 buckets", |recorder| {
        let histogram = with_local_recorder(&**recorder, || histogram!("latency"));
        let value = values()[0];
        repeat(move || histogram.record(black_box(value)))
    }),
];

/// Repeats what the macros record, with this recorder.
fn under(recorder: &Shared, record: impl Fn() + Send + Sync + 'static) -> Operation {
    let recorder = Arc::clone(recorder);
    Box::new(move |repetitions| {
        with_local_recorder(&*recorder, || {
            for _ in 0..repetitions {
                record();
            }
        });
    })
}
