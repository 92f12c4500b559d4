//! `metrics`, with the recorder of `metrics-exporter-prometheus`. A gather is its text: it has no
//! other.
//!
//! Look-ups are its macros, which are told the recorder once for each loop.

use std::hint::black_box;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::{Counter, counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use super::{Events, Library};
use crate::labels::{Call, Triple, bounds, calls, triples, values};
use crate::rounds::{Operation, repeat};

pub(super) struct Metrics;

impl Library for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn counter(&self) -> Operation {
        let recorder = recorder();
        let counter = with_local_recorder(&recorder, || counter!("jobs"));
        repeat(move || counter.increment(1))
    }

    fn held(&self) -> Operation {
        let recorder = recorder();
        let counter = with_local_recorder(&recorder, || event(&triples(1)[0]));
        repeat(move || counter.increment(1))
    }

    fn gauge(&self) -> Operation {
        let recorder = recorder();
        let gauge = with_local_recorder(&recorder, || gauge!("temperature"));
        repeat(move || gauge.set(black_box(5.5)))
    }

    /// With the upkeep that brings the observations into the buckets: without it they are only
    /// appended, and memory grows.
    fn histogram(&self) -> Operation {
        let recorder = recorder();
        let histogram = with_local_recorder(&recorder, || histogram!("latency"));
        let values = values();
        Box::new(move |repetitions| {
            for _ in 0..repetitions {
                for value in &values {
                    histogram.record(*black_box(value));
                }
            }
            recorder.handle().run_upkeep();
        })
    }

    fn enums(&self) -> Operation {
        let recorder = recorder();
        let calls = calls();
        Box::new(move |repetitions| {
            with_local_recorder(&recorder, || {
                for _ in 0..repetitions {
                    for call in &calls {
                        call_of(*black_box(call)).increment(1);
                    }
                }
            });
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        Arc::new(Recorded {
            recorder: recorder(),
            text: Mutex::default(),
        })
    }
}

fn recorder() -> PrometheusRecorder {
    let builder = PrometheusBuilder::new().set_buckets(&bounds());
    builder.expect("at least one bucket").build_recorder()
}

fn call_of((method, outcome, cache): Call) -> Counter {
    counter!(
        "calls",
        "method" => method.text(), "outcome" => outcome.text(), "cache" => cache.text(),
    )
}

fn event([account, host, event_type]: &Triple) -> Counter {
    counter!(
        "events",
        "account" => account.clone(), "host" => host.clone(), "event_type" => event_type.clone(),
    )
}

struct Recorded {
    recorder: PrometheusRecorder,
    text: Mutex<Vec<u8>>,
}

impl Events for Recorded {
    fn inc(&self, triple: &Triple) {
        self.inc_all(slice::from_ref(triple));
    }

    fn inc_all(&self, triples: &[Triple]) {
        with_local_recorder(&self.recorder, || {
            for triple in triples {
                event(triple).increment(1);
            }
        });
    }

    fn gather(&self) -> usize {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clear();
        let handle = self.recorder.handle();
        handle
            .render_to_write(&mut *text)
            .expect("memory takes everything");
        text.len()
    }
}
