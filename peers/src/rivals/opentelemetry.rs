//! `opentelemetry_sdk`, with bound instruments as handles and a reader that is asked by hand.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Meter, MeterProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{
    Instrument, InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Stream, Temporality,
};

use super::{Events, Library};
use crate::labels::{Call, Triple, bounds, calls, triples, values};
use crate::rounds::{Operation, over, repeat};

pub(super) struct OpenTelemetry;

impl Library for OpenTelemetry {
    fn name(&self) -> &'static str {
        "opentelemetry_sdk"
    }

    fn counter(&self) -> Operation {
        let setup = Setup::new(1);
        let counter = setup.meter().u64_counter("jobs").build().bind(&[]);
        repeat(move || {
            let _alive = &setup;
            counter.add(1);
        })
    }

    fn held(&self) -> Operation {
        let setup = Setup::new(1);
        let counter = setup.meter().u64_counter("events").build();
        let counter = counter.bind(&event(&triples(1)[0]));
        repeat(move || {
            let _alive = &setup;
            counter.add(1);
        })
    }

    fn gauge(&self) -> Operation {
        let setup = Setup::new(1);
        let gauge = setup.meter().f64_gauge("temperature").build().bind(&[]);
        repeat(move || {
            let _alive = &setup;
            gauge.record(black_box(5.5));
        })
    }

    fn histogram(&self) -> Operation {
        let setup = Setup::new(1);
        let meter = setup.meter();
        let histogram = meter.f64_histogram("latency");
        let histogram = histogram.with_boundaries(bounds().to_vec()).build();
        let histogram = histogram.bind(&[]);
        over(values(), move |&value| {
            let _alive = &setup;
            histogram.record(value);
        })
    }

    fn enums(&self) -> Operation {
        let setup = Setup::new(100);
        let counter = setup.meter().u64_counter("calls").build();
        over(calls(), move |&(method, outcome, cache): &Call| {
            let _alive = &setup;
            let labels = [
                KeyValue::new("method", method.text()),
                KeyValue::new("outcome", outcome.text()),
                KeyValue::new("cache", cache.text()),
            ];
            counter.add(1, &labels);
        })
    }

    fn events(&self, room: usize) -> Arc<dyn Events> {
        let setup = Setup::new(room);
        let counter = setup.meter().u64_counter("events").build();
        Arc::new(Instrumented {
            setup,
            counter,
            metrics: Mutex::default(),
        })
    }
}

fn event([account, host, event_type]: &Triple) -> [KeyValue; 3] {
    [
        KeyValue::new("account", account.clone()),
        KeyValue::new("host", host.clone()),
        KeyValue::new("event_type", event_type.clone()),
    ]
}

/// A provider, which must live as long as its instruments.
struct Setup {
    provider: SdkMeterProvider,
    reader: Reader,
}

impl Setup {
    /// Above this many series it would put all others into one.
    fn new(room: usize) -> Self {
        let reader = Reader::default();
        let limit = move |_: &Instrument| {
            let stream = Stream::builder().with_cardinality_limit(room);
            stream.build().ok()
        };
        let provider = SdkMeterProvider::builder()
            .with_reader(reader.clone())
            .with_view(limit)
            .build();
        Self { provider, reader }
    }

    fn meter(&self) -> Meter {
        self.provider.meter("peers")
    }
}

struct Instrumented {
    setup: Setup,
    counter: Counter<u64>,
    metrics: Mutex<ResourceMetrics>,
}

impl Events for Instrumented {
    fn inc(&self, triple: &Triple) {
        self.counter.add(1, &event(triple));
    }

    fn gather(&self) -> usize {
        let mut metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        self.setup
            .reader
            .collect(&mut metrics)
            .expect("the provider is alive");
        let scopes = metrics.scope_metrics();
        scopes.flat_map(ScopeMetrics::metrics).map(series).sum()
    }
}

fn series(metric: &Metric) -> usize {
    match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.data_points().count(),
        _ => 0,
    }
}

/// A reader that can be asked while the provider owns it.
#[derive(Clone, Debug, Default)]
struct Reader(Arc<ManualReader>);

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}
