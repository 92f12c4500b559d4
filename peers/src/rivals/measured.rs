//! `measured`: families of label groups, dense for labels of fixed sets, and with the interner
//! that it suggests for labels of any text. A gather is its text: it has no other.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError};

use measured::metric::MetricFamilyEncoding as _;
use measured::metric::histogram::Thresholds;
use measured::metric::name::MetricName;
use measured::text::BufferedTextEncoder;
use measured::{Counter, CounterVec, FloatGauge, Histogram, LabelGroup};
use paracord::ParaCord;

use super::{Events, Library};
use crate::labels::{self, Cache, Method, Outcome, Triple, calls, triples, values};
use crate::rounds::{Operation, over, repeat};

pub(super) struct Measured;

#[derive(Clone, Copy, LabelGroup)]
#[label(set = Calls)]
struct Call {
    method: Method,
    outcome: Outcome,
    cache: Cache,
}

#[derive(Clone, Copy, LabelGroup)]
#[label(set = TextLabels)]
struct Texts<'a> {
    #[label(dynamic_with = ParaCord)]
    account: &'a str,
    #[label(dynamic_with = ParaCord)]
    host: &'a str,
    #[label(dynamic_with = ParaCord)]
    event_type: &'a str,
}

impl<'a> From<&'a Triple> for Texts<'a> {
    fn from([account, host, event_type]: &'a Triple) -> Self {
        Self {
            account,
            host,
            event_type,
        }
    }
}

impl Library for Measured {
    fn name(&self) -> &'static str {
        "measured"
    }

    fn counter(&self) -> Operation {
        let counter = Counter::new();
        repeat(move || counter.inc())
    }

    /// What it has for a handle: the texts' numbers and their hash.
    fn held(&self) -> Operation {
        let family = family();
        let id = family.with_labels(Texts::from(&triples(1)[0]));
        repeat(move || family.get_metric(id).inc())
    }

    fn gauge(&self) -> Operation {
        let gauge = FloatGauge::new();
        repeat(move || gauge.get_metric().set(black_box(5.5)))
    }

    fn histogram(&self) -> Operation {
        let thresholds = Thresholds::with_buckets(labels::bounds());
        let histogram = Histogram::<{ labels::BOUNDS }>::with_metadata(thresholds);
        over(values(), move |&value| histogram.observe(value))
    }

    fn enums(&self) -> Operation {
        let family = CounterVec::<Calls>::new();
        over(calls(), move |&(method, outcome, cache)| {
            family.inc(Call {
                method,
                outcome,
                cache,
            });
        })
    }

    fn events(&self, _: usize) -> Arc<dyn Events> {
        Arc::new(Family {
            counters: family(),
            text: Mutex::default(),
        })
    }
}

fn family() -> CounterVec<TextLabels> {
    CounterVec::with_label_set(TextLabels {
        account: ParaCord::default(),
        host: ParaCord::default(),
        event_type: ParaCord::default(),
    })
}

struct Family {
    counters: CounterVec<TextLabels>,
    text: Mutex<BufferedTextEncoder>,
}

impl Events for Family {
    fn inc(&self, triple: &Triple) {
        self.counters.inc(triple.into());
    }

    fn gather(&self) -> usize {
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        let name = MetricName::from_str("events");
        self.counters
            .collect_family_into(name, &mut *text)
            .expect("memory takes everything");
        text.finish().len()
    }
}
