//! Changes of one series, for an encoder that has learned it.

use ppc_core::feed::Change;
use ppc_core::{Counter, FamilySnapshot, Gauge, LabelSet, Registry, Snapshot};
use ppc_transports::Encoder;
use ppc_transports::stream::{Event, Lines, StreamEncoder, When};

/// Sets a gauge to a number.
pub(crate) fn set(number: u64) -> Change {
    Change::Set((number as f64).into())
}

/// Adds a number to a counter.
pub(crate) fn added(number: u64) -> Change {
    Change::Added((number as f64).into())
}

/// Changes, and who can encode them.
pub(crate) struct Learned<'a> {
    encoder: &'a mut dyn StreamEncoder,
    events: Vec<Event>,
    lines: Lines,
}

impl<'a> Learned<'a> {
    /// Learns the series that these changes are of, one for each number up to `count`.
    pub(crate) fn new(
        encoder: &'a mut dyn Encoder,
        change: impl Fn(u64) -> Change,
        count: u64,
    ) -> Self {
        let registry = Registry::new();
        match change(0) {
            Change::Set(_) => drop(Gauge::builder("level").register(&registry)),
            _ => drop(Counter::builder("level").register(&registry)),
        }
        let snapshot = registry.gather();
        let families = snapshot.families();
        let mut series = families.flat_map(FamilySnapshot::series);
        let series = series.next().expect("it was registered").id();
        let event = |number| Event {
            series,
            change: change(number),
        };
        let mut lines = Lines::default();
        let encoder = encoder.changes().expect("it writes lines");
        let when = When::Start {
            before: &Snapshot::new(),
            is_whole: false,
        };
        encoder.learn((&snapshot, &LabelSet::new()), &Vec::new(), when, &mut lines);
        Self {
            encoder,
            events: (0..count).map(event).collect(),
            lines,
        }
    }

    /// Encodes all of them; how many bytes they are.
    pub(crate) fn encode(&mut self) -> usize {
        self.lines.bytes.clear();
        self.encoder.start();
        let taken = self.encoder.encode_changes(&self.events, &mut self.lines);
        assert_eq!(taken, self.events.len());
        self.lines.bytes.len()
    }
}
