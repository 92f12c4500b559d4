//! Spans of `tracing` as a histogram, and its events as a counter.

use std::collections::HashSet;
use std::fmt;
use std::time::Instant;

use ppc_core::{BucketBounds, Counter, DEFAULT_BUCKETS, Family, Histogram, Registry, registry};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use crate::error::{Error, ErrorKind};

/// A layer of `tracing-subscriber` that times spans and counts events.
///
/// - `span_duration_seconds{span, target}`: how long each span of a chosen name was there, from when
///   it was made until it was closed. That is the time that somebody waited for it: a future's span is
///   closed when the future is done, whether it ran meanwhile or not.
/// - `log_events_total{level}`: how many events there were, `error`, `warn`, `info`, `debug`, `trace`.
///
/// An event that a filter takes away is not counted. What this library says itself (target `ppc`) is
/// neither timed nor counted.
///
/// # Examples
///
/// ```
/// use ppc_core::{Registry, Source};
/// use ppc_transports::TracingLayer;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let registry = Registry::new();
/// let layer = TracingLayer::builder().spans(["import"]).registry(&registry).build()?;
/// let subscriber = tracing_subscriber::registry().with(layer);
/// tracing::subscriber::with_default(subscriber, || {
///     let _import = tracing::info_span!("import").entered();
///     tracing::warn!("a row is empty");
/// });
/// let snapshot = registry.gather();
/// let names = snapshot.families().map(|family| family.descriptor().names().family().to_owned());
/// assert_eq!(names.collect::<Vec<_>>(), ["log_events", "span_duration_seconds"]);
/// # Ok::<(), ppc_transports::Error>(())
/// ```
#[must_use = "a layer sees nothing until a subscriber has it"]
pub struct TracingLayer {
    spans: Chosen,
    durations: Family<Histogram>,
    events: Events,
}

/// Settings of a [`TracingLayer`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until there is a layer"]
pub struct TracingLayerBuilder {
    spans: Chosen,
    targets: bool,
    buckets: Vec<f64>,
    registry: Registry,
}

#[derive(Clone, Debug)]
enum Chosen {
    All,
    Names(HashSet<String>),
}

enum Events {
    /// In the order of [`LEVELS`].
    ByLevel([Counter; 5]),
    ByTarget(Family<Counter>),
}

const LEVELS: [(Level, &str); 5] = [
    (Level::ERROR, "error"),
    (Level::WARN, "warn"),
    (Level::INFO, "info"),
    (Level::DEBUG, "debug"),
    (Level::TRACE, "trace"),
];

impl TracingLayer {
    /// A layer that counts events, and times no span until some are chosen.
    pub fn builder() -> TracingLayerBuilder {
        TracingLayerBuilder {
            spans: Chosen::Names(HashSet::new()),
            targets: false,
            buckets: DEFAULT_BUCKETS.to_vec(),
            registry: registry().clone(),
        }
    }
}

impl TracingLayerBuilder {
    /// Times spans of these names, beside those that were named before.
    pub fn spans(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names = names.into_iter().map(Into::into);
        match &mut self.spans {
            Chosen::All => {}
            Chosen::Names(chosen) => chosen.extend(names),
        }
        self
    }

    /// Times every span; by default none.
    pub fn all_spans(mut self) -> Self {
        self.spans = Chosen::All;
        self
    }

    /// Gives events the label `target` too: a series for each module that logs. By default there is
    /// the level alone.
    pub fn event_targets(mut self) -> Self {
        self.targets = true;
        self
    }

    /// The buckets of the durations, in seconds; [`DEFAULT_BUCKETS`] by default.
    pub fn buckets(mut self, bounds: impl BucketBounds) -> Self {
        self.buckets = bounds.bounds();
        self
    }

    /// Where the metrics are registered; [`registry`](ppc_core::registry) by default.
    pub fn registry(mut self, registry: &Registry) -> Self {
        self.registry = registry.clone();
        self
    }

    /// Makes the layer, and registers its metrics.
    ///
    /// # Errors
    ///
    /// Where buckets are no such, or the registry has one of the names for something else.
    pub fn build(self) -> Result<TracingLayer, Error> {
        self.register().map_err(|error| {
            ErrorKind::Setting {
                what: "layer of `tracing`".into(),
                reason: error.to_string(),
            }
            .into()
        })
    }

    fn register(self) -> Result<TracingLayer, ppc_core::Error> {
        let events = Counter::builder("log_events").help("Events that were logged.");
        let events = if self.targets {
            let events = events.label_names(["level", "target"]);
            Events::ByTarget(events.register(&self.registry)?)
        } else {
            let events = events.label_names(["level"]).register(&self.registry)?;
            let level = |index: usize| events.labels((LEVELS[index].1,));
            Events::ByLevel([level(0)?, level(1)?, level(2)?, level(3)?, level(4)?])
        };
        let durations = Histogram::builder("span_duration")
            .unit("seconds")
            .help("How long a span was there, from its start to its end.")
            .buckets(self.buckets)
            .label_names(["span", "target"])
            .register(&self.registry)?;
        Ok(TracingLayer {
            spans: self.spans,
            durations,
            events,
        })
    }
}

impl TracingLayer {
    fn times(&self, metadata: &Metadata<'_>) -> bool {
        let is_chosen = match &self.spans {
            Chosen::All => true,
            Chosen::Names(names) => names.contains(metadata.name()),
        };
        is_chosen && !is_ours(metadata)
    }
}

/// What we say ourselves, which would be said again and again.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target == "ppc" || target.starts_with("ppc::")
}

/// When a span was made.
struct Made(Instant);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for TracingLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if self.times(attributes.metadata())
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().replace(Made(Instant::now()));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if is_ours(metadata) {
            return;
        }
        let mut levels = LEVELS.iter();
        let Some(index) = levels.position(|(level, _)| level == metadata.level()) else {
            return;
        };
        match &self.events {
            Events::ByLevel(counters) => counters[index].inc(),
            Events::ByTarget(events) => {
                if let Ok(counter) = events.labels((LEVELS[index].1, metadata.target())) {
                    counter.inc();
                }
            }
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else {
            return;
        };
        // Another layer of ours may have noted the time of a span that this one did not choose.
        if !self.times(span.metadata()) {
            return;
        }
        let Some(time) = span.extensions().get().map(|Made(made)| made.elapsed()) else {
            return;
        };
        let metadata = span.metadata();
        if let Ok(durations) = self.durations.labels((metadata.name(), metadata.target())) {
            durations.observe(time);
        }
    }
}

impl fmt::Debug for TracingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracingLayer")
            .field("spans", &self.spans)
            .finish_non_exhaustive()
    }
}
