//! What came on top of what a shared store was told, in chunks that it applies once.

mod chunk;
mod family;
mod fields;
mod settings;
mod told;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use ppc_core::{Descriptor, LabelSet, Snapshot};

use self::chunk::Frozen;
use self::family::{Family, Round, Telling};
use self::fields::Fields;
pub(crate) use self::settings::BatchSettings;
use super::{Encoder, Omitted};
use crate::batch::{Declared, Head};

/// Writes what came on top of what was told before, for a store that many processes write.
///
/// What was encoded is kept as it is, and is written again, under the same number, until it is
/// [`delivered`](Encoder::delivered): the store refuses a number that it has seen, so that nothing
/// counts twice, however often an answer is lost. What is counted of the same family meanwhile waits
/// where it is counted, until then or to the end.
#[derive(Debug)]
pub(crate) struct Batches {
    settings: BatchSettings,
    /// No other has this name.
    writer: String,
    number: u64,
    /// Of the encoding at hand.
    round: u64,
    is_last: bool,
    families: HashMap<Box<str>, Family>,
    /// What is not known to be applied, in the order of the numbers of each family.
    frozen: HashMap<Box<str>, VecDeque<Frozen>>,
    /// Bytes in there.
    kept: usize,
    /// Where each chunk of the encoding at hand stands.
    written: Vec<(Range<usize>, Box<str>, u64)>,
    inherits: bool,
    /// The moment of the last removal that is none of its.
    removals_after: u64,
}

/// Bytes that may be undelivered, of all families, before nothing further is encoded until the end.
const MUCH: usize = 8 << 20;

/// The same at the end.
const MOST: usize = 4 * MUCH;

impl Batches {
    /// An encoder that has told nothing yet.
    pub(crate) fn new(settings: BatchSettings, writer: String) -> Self {
        Self {
            removals_after: settings.removals_after,
            settings,
            writer,
            number: 0,
            round: 0,
            is_last: false,
            families: HashMap::new(),
            frozen: HashMap::new(),
            kept: 0,
            written: Vec::new(),
            inherits: false,
        }
    }

    /// Whether what other registries show at first was counted by another process, of which this is a
    /// fork, and is told by that one. Ours begin from zero in a fork.
    #[must_use]
    pub(crate) fn inherits(self, inherits: bool) -> Self {
        Self { inherits, ..self }
    }

    /// The encodings that follow are of another client, which goes on where the last one ended.
    pub(crate) fn begin_again(&mut self, settings: BatchSettings) {
        self.settings = settings;
        self.is_last = false;
    }

    /// Keeps what is told of a family until it is delivered.
    fn freeze(&mut self, descriptor: &Descriptor, bodies: Vec<(&Declared, String)>) {
        let name = descriptor.names().family();
        for (declared, body) in bodies {
            self.number += 1;
            let declared = declared.to_text();
            let head = Head {
                number: self.number,
                after: 0,
                is_last: self.is_last,
                ttl: self.settings.ttl,
                lease: self.settings.lease,
                writer: (&*self.writer).into(),
                instance: (&*self.settings.instance).into(),
                family: name.into(),
                declared: &declared,
                help: descriptor.help().into(),
                unit: descriptor.unit().into(),
            };
            let one = Frozen::new(self.number, self.is_last, &head, &body);
            self.kept += one.len();
            self.frozen.entry(name.into()).or_default().push_back(one);
        }
    }

    /// Writes what was not delivered of a family, in the order of its numbers.
    fn write_frozen(&mut self, name: &str, out: &mut Vec<u8>, omitted: &mut Omitted) {
        let Some(frozen) = self.frozen.get_mut(name) else {
            return;
        };
        let kept = &mut self.kept;
        // With a number the store forgets all before it.
        let forgotten = frozen.iter().rposition(Frozen::is_forgotten);
        for one in frozen.drain(..forgotten.map_or(0, |last| last + 1)) {
            *kept -= one.len();
            omitted.outdated += one.series();
        }
        let mut after = 0;
        for one in frozen.iter() {
            let start = out.len();
            one.write(after, out);
            after = one.number;
            self.written.push((start..out.len(), name.into(), after));
        }
        if frozen.is_empty() {
            self.frozen.remove(name);
        }
    }

    /// Whether so much is undelivered that what is counted has to wait.
    fn is_full(&self) -> bool {
        self.kept > if self.is_last { MOST } else { MUCH }
    }
}

impl Encoder for Batches {
    fn encode(&mut self, snapshot: &Snapshot, labels: &LabelSet, out: &mut Vec<u8>) -> Omitted {
        self.round += 1;
        self.written.clear();
        let mut omitted = Omitted::default();
        let settings = self.settings.clone();
        let round = Round {
            number: self.round,
            now: snapshot.timestamp(),
            settings: &settings,
            is_last: self.is_last,
            is_full: self.is_full(),
            removals_after: self.removals_after,
            is_inherited: self.inherits && self.round == 1,
        };
        let mut families = snapshot.families().peekable();
        while let Some(first) = families.next() {
            let descriptor = first.descriptor();
            let name = descriptor.names().family();
            // Of another registry's family there may be several parts, one behind the other, which may
            // differ in their buckets or states.
            let mut parts = vec![(Declared::of(descriptor), first)];
            while let Some(next) =
                families.next_if(|next| next.descriptor().names().family() == name)
            {
                parts.push((Declared::of(next.descriptor()), next));
            }
            let mut family = self.families.remove(name).unwrap_or_default();
            let waits = self.frozen.contains_key(name) && !self.is_last;
            family.is_foreign = descriptor.spelling().is_some();
            let round = Round {
                is_full: round.is_full || waits,
                is_inherited: round.is_inherited && family.is_foreign,
                ..round
            };
            let mut telling = Telling::new(&mut family, &parts[0].0, round);
            for (declared, one) in &parts {
                let fields = Fields::new(one.descriptor(), declared, labels);
                telling.begin_part(declared);
                telling.remove(one, &fields);
                for series in one.series() {
                    telling.tell(&series, &fields);
                }
            }
            let bodies = telling.end(snapshot.is_complete(), &mut omitted);
            if !bodies.is_empty() {
                self.freeze(descriptor, bodies);
            }
            self.families.insert(name.into(), family);
            self.write_frozen(name, out, &mut omitted);
        }
        // Of those that are not there any more. What was declared here may be shown by the next client
        // again, as it went on.
        if snapshot.is_complete() {
            self.families
                .retain(|_, family| family.round == round.number || !family.is_foreign);
        }
        let is_there = |name: &str| {
            let family = self.families.get(name);
            family.is_some_and(|family| family.round == round.number)
        };
        let gone = self.frozen.keys().filter(|name| !is_there(name));
        let gone: Vec<Box<str>> = gone.cloned().collect();
        for name in gone {
            self.write_frozen(&name, out, &mut omitted);
        }
        omitted
    }

    fn begin_last(&mut self) {
        self.is_last = true;
    }

    fn delivered(&mut self, lines: Range<usize>) {
        let end = lines.end.saturating_add(1);
        for (range, name, number) in &self.written {
            if range.start < lines.start || range.end > end {
                continue;
            }
            if let Some(frozen) = self.frozen.get_mut(name) {
                let kept = &mut self.kept;
                frozen.retain(|one| {
                    let is_delivered = one.number == *number;
                    *kept -= if is_delivered { one.len() } else { 0 };
                    !is_delivered
                });
            }
        }
        self.frozen.retain(|_, frozen| !frozen.is_empty());
    }
}

#[cfg(test)]
mod tests;
