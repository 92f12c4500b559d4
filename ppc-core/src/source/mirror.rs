//! What another registry holds, as it was read last, for a source of one's own.

mod family;
mod series;
mod value;

use std::collections::HashMap;

use family::{Family, Told};
pub use value::{Mirrored, MirroredBucket};

use crate::kind::Kind;
use crate::name::Names;
use crate::snapshot::Snapshot;

/// Families of another registry, as they were read last: what a [`Source`](crate::Source) of one's
/// own is made with.
///
/// Each reading says all families and all their series anew. A series that was there before is known
/// again by its labels, and a total that has fallen begins another life, so that differences are
/// right; what a reading no longer says is gone. Names may be any text: where a wire has no place
/// for it, `_` stands for each odd character.
///
/// What cannot be shown is left out and noted in the snapshot: see [`Snapshot::faults`].
///
/// # Examples
///
/// ```
/// use std::sync::Mutex;
///
/// use ppc_core::{Kind, Mirror, Mirrored, Snapshot, Source};
///
/// /// The lengths of some queues, which somebody else knows.
/// #[derive(Default)]
/// struct Queues(Mutex<Mirror>);
///
/// impl Source for Queues {
///     fn gather_into(&self, snapshot: &mut Snapshot) {
///         let lengths = [("in", 3.0), ("out", 0.0)];
///         let mut mirror = self.0.lock().unwrap();
///         let mut reading = mirror.read();
///         reading.family(Kind::Gauge, "queue.length", "How many wait.", "");
///         for (queue, length) in lengths {
///             reading.series(&[("queue", queue)], Mirrored::Number(length, None));
///         }
///         reading.finish();
///         mirror.gather_into(snapshot);
///     }
/// }
///
/// let snapshot = Queues::default().gather();
/// assert_eq!(snapshot.series_count(), 2);
/// let family = snapshot.families().next().unwrap().descriptor();
/// assert_eq!(family.names().family(), "queue_length");
/// assert_eq!(family.spelling().unwrap().names().family(), "queue.length");
/// ```
#[derive(Debug, Default)]
pub struct Mirror {
    /// In the order in which they were told first.
    families: Vec<Family>,
    by_name: HashMap<Box<str>, usize>,
    /// Every name on the wire, with the family that has it.
    names: HashMap<Box<str>, usize>,
    /// How many readings there were.
    readings: u64,
    faults: Vec<String>,
}

/// A reading under way; what was not told is gone when it is finished.
#[derive(Debug)]
#[must_use = "a reading that is not finished keeps what is gone"]
pub struct MirrorReading<'m> {
    mirror: &'m mut Mirror,
    /// The family at hand; none where it was refused.
    family: Option<usize>,
}

/// How many faults are said of one reading.
const MOST_FAULTS: usize = 8;

impl Mirror {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a reading.
    pub fn read(&mut self) -> MirrorReading<'_> {
        self.readings += 1;
        self.faults.clear();
        MirrorReading {
            mirror: self,
            family: None,
        }
    }

    /// Adds everything that was read last.
    pub fn gather_into(&self, snapshot: &mut Snapshot) {
        let before = snapshot.family_count();
        for family in &self.families {
            family.gather(before, snapshot);
        }
        for fault in &self.faults {
            snapshot.note_fault(fault);
        }
    }

    /// Says why nothing can be read this time. What was read last is not gone for that: its totals go
    /// on when it can be read again, and nobody counts them twice.
    pub fn gather_fault(&self, fault: impl Into<String>, snapshot: &mut Snapshot) {
        if !self.families.is_empty() {
            snapshot.break_off();
        }
        snapshot.note_fault(fault);
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }
}

impl MirrorReading<'_> {
    /// The next family: the series that follow are of this one. `name` is that of its samples: a
    /// counter's may end in `_total` or not, an info's in `_info`; no name ends in `_bucket`, `_count`
    /// or `_sum` for being that of a histogram or summary.
    pub fn family(&mut self, kind: Kind, name: &str, help: &str, unit: &str) {
        let told = Told {
            kind,
            name,
            help,
            unit,
        };
        self.family = self.mirror.begin(&told);
    }

    /// A series of the family at hand.
    pub fn series(&mut self, labels: &[(&str, &str)], value: Mirrored<'_>) {
        let Some(index) = self.family else { return };
        let readings = self.mirror.readings;
        if let Err(fault) = self.mirror.families[index].tell(labels, value, readings) {
            self.mirror.fault(fault);
        }
    }

    /// Says that something could not be read.
    pub fn fault(&mut self, fault: impl Into<String>) {
        self.mirror.fault(fault.into());
    }

    /// Ends the reading: what was not told in it is gone.
    pub fn finish(self) {
        let mirror = self.mirror;
        let readings = mirror.readings;
        let before = mirror.families.len();
        mirror.families.retain_mut(|family| family.end(readings));
        if mirror.families.len() < before {
            mirror.find_names();
        }
    }
}

impl Mirror {
    fn begin(&mut self, told: &Told<'_>) -> Option<usize> {
        if let Some(index) = self.by_name.get(told.name).copied() {
            let family = &mut self.families[index];
            if family.is(told) {
                family.begin(self.readings);
                return Some(index);
            }
            if family.is_told(self.readings) {
                let name = told.name;
                self.fault(format!("`{name}` is there twice, and not the same"));
                return None;
            }
            if family.kind() == told.kind {
                // The series are the same, whatever is said of them: their totals go on.
                family.tell_anew(told);
                family.begin(self.readings);
                return Some(index);
            }
            self.families.remove(index);
            self.find_names();
        }
        let names = Names::mirrored(told.kind, told.name);
        let taken: Vec<&str> = names.taken().collect();
        if let Some(other) = taken.iter().find_map(|name| self.names.get(*name)) {
            let (name, other) = (told.name, self.families[*other].name());
            self.fault(format!("`{name}` and `{other}` have a name in common"));
            return None;
        }
        let index = self.families.len();
        for name in taken {
            self.names.insert(name.into(), index);
        }
        self.by_name.insert(told.name.into(), index);
        self.families.push(Family::new(told, self.readings));
        Some(index)
    }

    fn find_names(&mut self) {
        self.by_name.clear();
        self.names.clear();
        for (index, family) in self.families.iter().enumerate() {
            self.by_name.insert(family.name().into(), index);
            let names = Names::mirrored(family.kind(), family.name());
            for name in names.taken() {
                self.names.insert(name.into(), index);
            }
        }
    }
}
