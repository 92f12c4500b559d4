//! `metrics` with `metrics-exporter-dogstatsd`, which adds up: it sends no line a change, but one a
//! series and interval; of a histogram every value, up to a limit.
//!
//! Its macros are told the recorder once for each loop.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_dogstatsd::{DogStatsDBuilder, DogStatsDRecorder};

use super::{LABELS, Sending};
use crate::rounds::Operation;

/// Between two of its sendings; three seconds by itself, which a bench would wait for.
const INTERVAL: Duration = Duration::from_millis(200);

pub(crate) struct Dogstatsd(Arc<DogStatsDRecorder>);

impl Dogstatsd {
    /// Sends for the rest of the process.
    pub(crate) fn start(to: &str) -> Self {
        let builder = DogStatsDBuilder::default().with_flush_interval(INTERVAL);
        let builder = builder.with_remote_address(to).expect("it is an address");
        let recorder = builder.with_telemetry(false).build();
        Self(Arc::new(recorder.expect("its settings are valid")))
    }

    fn operation(&self, record: impl Fn(u64) + Send + Sync + 'static) -> Operation {
        let recorder = Arc::clone(&self.0);
        Box::new(move |repetitions| {
            with_local_recorder(&*recorder, || (0..repetitions).for_each(&record));
        })
    }
}

impl Sending for Dogstatsd {
    fn count(&self) -> Operation {
        self.operation(|_| counter!("jobs").increment(1))
    }

    fn gauge(&self) -> Operation {
        self.operation(|n| gauge!("level").set(n as f64))
    }

    fn observe(&self) -> Operation {
        self.operation(|_| histogram!("latency").record(black_box(5.5)))
    }

    fn look_up(&self) -> Operation {
        self.operation(|_| {
            let [account, host, event_type] = black_box(LABELS);
            counter!("events", "account" => account, "host" => host, "event_type" => event_type)
                .increment(1);
        })
    }
}
