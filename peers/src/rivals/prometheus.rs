//! `prometheus`, of `TiKV`, with `prometheus-static-metric` for labels of fixed sets.

use std::hint::black_box;
use std::sync::Arc;

use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, Opts, Registry};
use prometheus_static_metric::make_static_metric;

use super::{Events, Library};
use crate::labels::{Cache, Method, Outcome, Triple, bounds, calls, triples, values};
use crate::rounds::{Operation, over, repeat};

pub(super) struct Prometheus;

make_static_metric! {
    label_enum StaticMethod { get, put, post, delete }
    label_enum StaticOutcome { ok, failed, cancelled }
    label_enum StaticCache { hit, miss }
    struct Calls: IntCounter {
        "method" => StaticMethod,
        "outcome" => StaticOutcome,
        "cache" => StaticCache,
    }
}

impl From<Method> for StaticMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::get,
            Method::Put => Self::put,
            Method::Post => Self::post,
            Method::Delete => Self::delete,
        }
    }
}

impl From<Outcome> for StaticOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok => Self::ok,
            Outcome::Failed => Self::failed,
            Outcome::Cancelled => Self::cancelled,
        }
    }
}

impl From<Cache> for StaticCache {
    fn from(cache: Cache) -> Self {
        match cache {
            Cache::Hit => Self::hit,
            Cache::Miss => Self::miss,
        }
    }
}

impl Library for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn counter(&self) -> Operation {
        let counter = IntCounter::new("jobs", "Without labels.").expect("a valid metric");
        repeat(move || counter.inc())
    }

    fn held(&self) -> Operation {
        let counter = events().with_label_values(&triples(1)[0]);
        repeat(move || counter.inc())
    }

    fn gauge(&self) -> Operation {
        let gauge = Gauge::new("temperature", "Without labels.").expect("a valid metric");
        repeat(move || gauge.set(black_box(5.5)))
    }

    fn histogram(&self) -> Operation {
        let options = HistogramOpts::new("latency", "With twelve buckets.");
        let histogram = Histogram::with_opts(options.buckets(bounds().to_vec()));
        let histogram = histogram.expect("a valid metric");
        over(values(), move |&value| histogram.observe(value))
    }

    fn enums(&self) -> Operation {
        let family = counters("calls", &["method", "outcome", "cache"]);
        let family = Calls::from(&family);
        over(calls(), move |&(method, outcome, cache)| {
            let counters = family.get(method.into()).get(outcome.into());
            counters.get(cache.into()).inc();
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        let family = events();
        let registry = Registry::new();
        registry
            .register(Box::new(family.clone()))
            .expect("the first metric");
        Arc::new(Registered { family, registry })
    }
}

fn events() -> IntCounterVec {
    counters("events", &["account", "host", "event_type"])
}

fn counters(name: &str, labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, "With labels."), labels).expect("a valid metric")
}

struct Registered {
    family: IntCounterVec,
    registry: Registry,
}

impl Events for Registered {
    fn inc(&self, triple: &Triple) {
        self.family.with_label_values(triple).inc();
    }

    fn gather(&self) -> usize {
        let families = self.registry.gather();
        families
            .iter()
            .map(|family| family.get_metric().len())
            .sum()
    }
}
