//! `fastmetrics`: families of typed label sets. A gather is its text: it has no other.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};

use fastmetrics::derive::LabelSet;
use fastmetrics::format::text::{self, TextProfile};
use fastmetrics::metrics::counter::Counter;
use fastmetrics::metrics::family::Family;
use fastmetrics::metrics::gauge::Gauge;
use fastmetrics::metrics::histogram::Histogram;
use fastmetrics::registry::Registry;

use super::{Events, Library};
use crate::labels::{Cache, Method, Outcome, Triple, bounds, calls, triples, values};
use crate::rounds::{Operation, over, repeat};

pub(super) struct Fastmetrics;

#[derive(Clone, PartialEq, Eq, Hash, LabelSet)]
struct Call {
    method: Method,
    outcome: Outcome,
    cache: Cache,
}

#[derive(Clone, PartialEq, Eq, Hash, LabelSet)]
struct Texts {
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

impl Library for Fastmetrics {
    fn name(&self) -> &'static str {
        "fastmetrics"
    }

    fn counter(&self) -> Operation {
        let counter: Counter = Counter::default();
        repeat(move || counter.inc())
    }

    fn held(&self) -> Operation {
        let family = Family::<Texts, Counter>::default();
        let counter = family.with_or_new(&Texts::from(&triples(1)[0]), Counter::clone);
        repeat(move || counter.inc())
    }

    fn gauge(&self) -> Operation {
        let gauge = Gauge::new(0.0);
        repeat(move || gauge.set(black_box(5.5)))
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
            family.with_or_new(&call, Counter::inc);
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        let family = Family::default();
        let mut registry = Registry::default();
        registry
            .register("events", "With labels of any text", family.clone())
            .expect("a valid metric");
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
        self.family.with_or_new(&triple.into(), Counter::inc);
    }

    fn gather(&self) -> usize {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        text.clear();
        text::encode(&mut *text, &self.registry, TextProfile::default())
            .expect("memory takes everything");
        text.len()
    }
}
