//! What libraries record through the facade `metrics`.

use std::sync::Arc;
use std::thread;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use ppc::{MetricsRecorder, Source as _};

use super::exposed;
use crate::support::{client_python, text_format};

/// A recorder, and what `record` left in it.
fn recorded(record: impl FnOnce()) -> MetricsRecorder {
    let recorder = MetricsRecorder::builder()
        .buckets([0.1, 1.0])
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, record);
    recorder
}

/// What a library might record.
pub(crate) fn library() -> MetricsRecorder {
    recorded(|| {
        describe_counter!("lib.requests", "Requests made.");
        counter!("lib.requests", "method" => "GET", "code" => "200").increment(2);
        counter!("lib.requests", "method" => "PUT").increment(1);
        // The same series, in another order.
        counter!("lib.requests", "code" => "200", "method" => "GET").increment(3);
        describe_histogram!("lib.latency", Unit::Seconds, "How long.");
        histogram!("lib.latency", "to" => "a \"b\"\n").record(0.25);
        describe_gauge!("lib.buffer", Unit::Bytes, "How full.");
        let buffer = gauge!("lib.buffer");
        buffer.set(10.0);
        buffer.increment(5.0);
        buffer.decrement(2.5);
    })
}

#[test]
fn everything_goes_out_like_our_own() {
    let expected = [
        ("lib_buffer_bytes", 12.5),
        (
            "lib_latency_seconds_bucket{le=\"+Inf\",to=\"a \\\"b\\\"\\n\"}",
            1.0,
        ),
        (
            "lib_latency_seconds_bucket{le=\"0.1\",to=\"a \\\"b\\\"\\n\"}",
            0.0,
        ),
        (
            "lib_latency_seconds_bucket{le=\"1.0\",to=\"a \\\"b\\\"\\n\"}",
            1.0,
        ),
        ("lib_latency_seconds_count{to=\"a \\\"b\\\"\\n\"}", 1.0),
        ("lib_latency_seconds_sum{to=\"a \\\"b\\\"\\n\"}", 0.25),
        ("lib_requests_total{code=\"200\",method=\"GET\"}", 5.0),
        ("lib_requests_total{method=\"PUT\"}", 1.0),
    ];
    let expected = expected
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    let text = exposed::text(library());
    assert_eq!(text_format::values(&text).unwrap(), expected);
    let families = client_python::parse_openmetrics(&exposed::openmetrics(library())).unwrap();
    assert_eq!(client_python::values(&families), expected);
    let families = families.iter();
    let families =
        families.map(|family| (&*family.name, &*family.kind, &*family.unit, &*family.help));
    let expected = [
        ("lib_requests", "counter", "", "Requests made."),
        ("lib_latency_seconds", "histogram", "seconds", "How long."),
        ("lib_buffer_bytes", "gauge", "bytes", "How full."),
    ];
    assert_eq!(families.collect::<Vec<_>>(), expected);
    let lines = exposed::influx(library());
    assert!(
        lines.contains(&"lib_requests,method=PUT total=1".to_owned()),
        "{lines:#?}"
    );
}

#[test]
fn a_name_may_be_of_several_kinds_and_described_late() {
    let recorder = recorded(|| {
        counter!("x").increment(1);
        histogram!("y").record(1.0);
        gauge!("y").set(2.0);
    });
    let names = || {
        let snapshot = recorder.gather();
        let names = snapshot
            .families()
            .map(|family| family.descriptor().names().family().to_owned());
        (
            names.collect::<Vec<_>>(),
            snapshot.faults().map(String::from).collect::<Vec<_>>(),
        )
    };
    let (shown, faults) = names();
    assert_eq!(shown, ["x", "y"]);
    assert_eq!(faults, ["`y` is there twice, and not the same"]);
    metrics::with_local_recorder(&recorder, || describe_gauge!("y", Unit::Seconds, "Time."));
    assert_eq!(
        names(),
        (vec!["x".into(), "y".into(), "y_seconds".into()], vec![])
    );
}

#[test]
fn totals_that_are_set_never_fall() {
    let recorder = recorded(|| {
        let total = counter!("total_set");
        total.absolute(10);
        total.absolute(7);
        counter!("total_set").absolute(12);
    });
    assert_eq!(
        text_format::values(&exposed::text(recorder)).unwrap()["total_set_total"],
        12.0
    );
}

#[test]
fn all_threads_are_counted_also_those_that_ended() {
    let recorder = Arc::new(recorded(|| {}));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let recorder = Arc::clone(&recorder);
            thread::spawn(move || {
                metrics::with_local_recorder(&*recorder, || {
                    for n in 0..10_000_u64 {
                        counter!("hits").increment(1);
                        // More keys than a thread keeps near.
                        counter!("many", "n" => (n % 1000).to_string()).increment(1);
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let values = text_format::values(&exposed::text(Arc::clone(&recorder))).unwrap();
    assert_eq!(values["hits_total"], 40_000.0);
    assert_eq!(values.len(), 1001);
    assert!(
        values
            .iter()
            .all(|(name, value)| name == "hits_total" || *value == 40.0)
    );
}

#[test]
fn recorders_are_kept_apart() {
    let (a, b) = (recorded(|| {}), recorded(|| {}));
    for recorder in [&a, &b, &a] {
        metrics::with_local_recorder(recorder, || counter!("apart").increment(1));
    }
    let value = |recorder: &MetricsRecorder| {
        text_format::values(&exposed::text(recorder.clone())).unwrap()["apart_total"]
    };
    assert_eq!((value(&a), value(&b)), (2.0, 1.0));
}

#[test]
fn buckets_are_those_that_were_set() {
    let recorder = MetricsRecorder::builder()
        .buckets([1.0])
        .buckets_of("sizes", [10, 20]);
    let recorder = recorder.build().unwrap();
    metrics::with_local_recorder(&recorder, || {
        histogram!("times").record(0.5);
        histogram!("sizes", "of" => "x").record(15);
        // No number counts nowhere.
        histogram!("times").record(f64::NAN);
    });
    let values = text_format::values(&exposed::text(recorder)).unwrap();
    assert_eq!(values["sizes_bucket{le=\"20.0\",of=\"x\"}"], 1.0);
    assert_eq!(values["times_count"], 1.0);
    let error = MetricsRecorder::builder()
        .buckets([2.0, 1.0])
        .build()
        .unwrap_err();
    assert!(
        error.is_setting() && error.to_string().contains("buckets"),
        "{error}"
    );
}
