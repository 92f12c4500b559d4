//! `prometheus-client`: families of typed label sets. A gather is its text: it has no other.

use std::hint::black_box;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{Events, Library};
use crate::labels::{Cache, Method, Outcome, Triple, bounds, calls, triples, values};
use crate::rounds::{Operation, over, repeat};

pub(super) struct PrometheusClient;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Call {
    method: Method,
    outcome: Outcome,
    cache: Cache,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
pub(crate) struct Texts {
    account: String,
    host: String,
    event_type: String,
}

impl From<&Triple> for Texts {
    fn from([account, host, event_type]: &Triple) -> Self {
        Self {
            account: account.clone(),
            host: host.clone(),
            event_type: event_type.clone(),
        }
    }
}

impl Library for PrometheusClient {
    fn name(&self) -> &'static str {
        "prometheus-client"
    }

    fn counter(&self) -> Operation {
        let counter: Counter = Counter::default();
        repeat(move || {
            counter.inc();
        })
    }

    fn held(&self) -> Operation {
        let family = Family::<Texts, Counter>::default();
        let counter = family.get_or_create_owned(&Texts::from(&triples(1)[0]));
        repeat(move || {
            counter.inc();
        })
    }

    fn gauge(&self) -> Operation {
        let gauge = Gauge::<f64, AtomicU64>::default();
        repeat(move || {
            gauge.set(black_box(5.5));
        })
    }

    fn histogram(&self) -> Operation {
        let histogram = Histogram::new(bounds());
        over(values(), move |&value| histogram.observe(value))
    }

    fn enums(&self) -> Operation {
        let family = Family::<Call, Counter>::default();
        over(calls(), move |&(method, outcome, cache)| {
            let call = Call {
                method,
                outcome,
                cache,
            };
            family.get_or_create(&call).inc();
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        let family = Family::default();
        let mut registry = Registry::default();
        registry.register("events", "With labels of any text.", family.clone());
        Arc::new(Registered {
            family,
            registry,
            text: Mutex::default(),
        })
    }
}

struct Registered {
    family: Family<Texts, Counter>,
    registry: Registry,
    text: Mutex<String>,
}

impl Events for Registered {
    fn inc(&self, triple: &Triple) {
        self.family.get_or_create(&triple.into()).inc();
    }

    fn gather(&self) -> usize {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clear();
        text::encode(&mut *text, &self.registry).expect("memory takes everything");
        text.len()
    }
}
