//! A family of another registry: its series by what they have in common.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::Arc;

use super::series::{Row, Rows, Who};
use super::value::{Mirrored, MirroredBucket};
use crate::descriptor::{Descriptor, Shape, Spelling};
use crate::kind::Kind;
use crate::snapshot::Snapshot;

/// What is said of a family.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) unit: &'a str,
}

/// A family. Its series need not have the same label names, buckets, quantiles or states there: those
/// that do are together.
#[derive(Debug)]
pub(super) struct Family {
    kind: Kind,
    name: Box<str>,
    help: Box<str>,
    unit: Box<str>,
    shapes: Vec<(Arc<Descriptor>, Rows)>,
    /// Where each of them is, by its hash; where two have the same one, the last of them.
    index: HashMap<u64, usize>,
    hasher: RandomState,
    /// Whether a name of a label was one that no wire takes.
    has_odd: bool,
    /// The reading that told it last.
    told: u64,
    /// The shape of the series before, which is as a rule that of the next as well.
    last: usize,
    /// Who the series at hand is, and its words.
    who: Who,
    words: Vec<u64>,
}

/// How long a label value can be; see `label::LabelValues`.
const LONGEST: usize = 1 << 24;

impl Family {
    pub(super) fn new(told: &Told<'_>, reading: u64) -> Self {
        Self {
            kind: told.kind,
            name: told.name.into(),
            help: told.help.into(),
            unit: told.unit.into(),
            shapes: Vec::new(),
            index: HashMap::new(),
            hasher: RandomState::new(),
            has_odd: false,
            told: reading,
            last: 0,
            who: Who::default(),
            words: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is(&self, told: &Told<'_>) -> bool {
        self.kind == told.kind && *self.help == *told.help && *self.unit == *told.unit
    }

    pub(super) fn is_told(&self, reading: u64) -> bool {
        self.told == reading
    }

    /// Takes another help or unit.
    pub(super) fn tell_anew(&mut self, told: &Told<'_>) {
        (self.help, self.unit) = (told.help.into(), told.unit.into());
        for (descriptor, _) in &mut self.shapes {
            *descriptor = Arc::new(descriptor.told_anew(told.help, told.unit));
        }
    }

    pub(super) fn begin(&mut self, reading: u64) {
        self.told = reading;
        self.last = 0;
    }

    /// Notes a series; the fault where there can be none such.
    pub(super) fn tell(
        &mut self,
        labels: &[(&str, &str)],
        value: Mirrored<'_>,
        reading: u64,
    ) -> Result<(), String> {
        let name = &*self.name;
        if labels.iter().any(|(_, value)| value.len() >= LONGEST) {
            return Err(format!("a label value of `{name}` is too long"));
        }
        words_of(self.kind, value, &mut self.words)
            .map_err(|fault| format!("`{name}`: {fault}"))?;
        self.who.set(labels.iter().map(|(_, value)| *value));
        let shape = self.shape(labels, value)?;
        let rows = &mut self.shapes[shape].1;
        let exemplars = |row: &mut Row| {
            row.exemplars.clear();
            match value {
                Mirrored::Number(_, exemplar) => row.note(0, exemplar),
                Mirrored::Histogram { buckets, .. } => {
                    let places = buckets.iter().enumerate();
                    places.for_each(|(place, bucket)| row.note(place, bucket.exemplar));
                }
                _ => {}
            }
        };
        if rows.tell(self.kind, &self.who, &self.words, reading, exemplars) {
            Ok(())
        } else {
            Err(format!("a series of `{}` is there twice", self.name))
        }
    }

    /// Lets go of what this reading did not tell; whether the family stays.
    pub(super) fn end(&mut self, reading: u64) -> bool {
        let before = self.shapes.len();
        self.shapes.retain_mut(|(_, rows)| rows.end(reading));
        if self.shapes.len() < before {
            let shapes = self.shapes.iter().enumerate();
            let hashes =
                shapes.map(|(at, (descriptor, _))| (hash_of(descriptor, &self.hasher), at));
            self.index = hashes.collect();
        }
        self.told == reading
    }

    /// Adds all series, unless a family among the first ones has one of the names.
    pub(super) fn gather(&self, among: usize, snapshot: &mut Snapshot) {
        let descriptors = self.shapes.iter().map(|(descriptor, _)| &**descriptor);
        let choice = snapshot.choose(descriptors);
        let mut is_free = None;
        for ((descriptor, rows), chosen) in self.shapes.iter().zip(&choice) {
            if !chosen {
                continue;
            }
            if !*is_free.get_or_insert_with(|| !snapshot.has_name_of(descriptor, among)) {
                break;
            }
            rows.gather(snapshot.family(descriptor));
        }
        snapshot.use_again(choice);
    }

    /// The shape of this series; a new one where there is none yet.
    fn shape(&mut self, labels: &[(&str, &str)], value: Mirrored<'_>) -> Result<usize, String> {
        let fits = |(descriptor, _): &(Arc<Descriptor>, Rows)| fits(descriptor, labels, value);
        if !self.shapes.get(self.last).is_some_and(fits) {
            let hash = hash(labels, value, &self.hasher);
            let known = match self.index.get(&hash) {
                Some(at) if self.shapes.get(*at).is_some_and(fits) => Some(*at),
                Some(_) => self.shapes.iter().position(fits),
                None => None,
            };
            self.last = if let Some(known) = known {
                known
            } else {
                let descriptor = self.descriptor(labels, value)?;
                self.check_spelling(&descriptor)?;
                self.shapes.push((Arc::new(descriptor), Rows::default()));
                self.index.insert(hash, self.shapes.len() - 1);
                self.shapes.len() - 1
            };
        }
        Ok(self.last)
    }

    /// Refuses labels that differ from those of other series only in characters that are replaced:
    /// two series would be one.
    fn check_spelling(&mut self, descriptor: &Descriptor) -> Result<(), String> {
        self.has_odd |= !descriptor.label_names().eq(spelled(descriptor));
        let is_twin = |other: &Descriptor| {
            let len = descriptor.label_names().len();
            other.label_names().len() == len
                && descriptor
                    .label_names()
                    .all(|name| other.label_names().any(|other| other == name))
                && !spelled(descriptor).all(|name| spelled(other).any(|other| other == name))
        };
        let mut others = self.shapes.iter().map(|(other, _)| other);
        if self.has_odd && others.any(|other| is_twin(other)) {
            let name = &self.name;
            let reason = "labels differ only in characters that are replaced";
            return Err(format!("two series of `{name}`: their {reason}"));
        }
        Ok(())
    }

    fn descriptor(
        &self,
        labels: &[(&str, &str)],
        value: Mirrored<'_>,
    ) -> Result<Descriptor, String> {
        let label_names: Vec<&str> = labels.iter().map(|(name, _)| *name).collect();
        let (mut bounds, mut pairs, mut states) = (Vec::new(), Vec::new(), Vec::new());
        match value {
            Mirrored::Histogram { buckets, .. } => {
                let finite = finite(buckets).iter();
                bounds.extend(finite.map(|bucket| (bucket.le, bucket.bound)));
            }
            Mirrored::Summary { quantiles, .. } => {
                let of = quantiles
                    .iter()
                    .map(|(text, quantile, _)| (*text, *quantile));
                pairs.extend(of);
            }
            Mirrored::States(all) => states.extend(all.iter().map(|(state, _)| *state)),
            _ => {}
        }
        Descriptor::mirrored(Shape {
            kind: self.kind,
            name: &self.name,
            help: &self.help,
            unit: &self.unit,
            label_names: &label_names,
            buckets: &bounds,
            quantiles: &pairs,
            states: &states,
        })
        .map_err(|error| error.to_string())
    }
}

/// The names of its labels as they are in their registry.
fn spelled(descriptor: &Descriptor) -> impl Iterator<Item = &str> {
    let names = descriptor.spelling().map(Spelling::label_names);
    names.into_iter().flatten()
}

/// The buckets but for the last, which is that of `+Inf`.
fn finite<'a, 'b>(buckets: &'b [MirroredBucket<'a>]) -> &'b [MirroredBucket<'a>] {
    &buckets[..buckets.len().saturating_sub(1)]
}

fn fits(descriptor: &Descriptor, labels: &[(&str, &str)], value: Mirrored<'_>) -> bool {
    let Some(spelling) = descriptor.spelling() else {
        return false;
    };
    let names = labels.iter().map(|(name, _)| *name);
    spelling.label_names().eq(names)
        && match value {
            Mirrored::Histogram { buckets, .. } => {
                let known = descriptor.buckets();
                let bounds = finite(buckets).iter().map(|bucket| &bucket.bound);
                let les = buckets.iter().map(|bucket| bucket.le);
                known.bounds().iter().eq(bounds) && known.le().eq(les)
            }
            Mirrored::Summary { quantiles, .. } => {
                let texts = quantiles.iter().map(|(text, _, _)| *text);
                descriptor.quantile_labels().eq(texts)
            }
            Mirrored::States(states) => {
                let states = states.iter().map(|(state, _)| *state);
                descriptor.states().eq(states)
            }
            Mirrored::Number(..) | Mirrored::Info => true,
        }
}

/// The hash of the shape that this descriptor [`fits`].
fn hash_of(descriptor: &Descriptor, hasher: &RandomState) -> u64 {
    let names = descriptor.spelling().map(Spelling::label_names);
    let own: Vec<&str> = match descriptor.kind() {
        Kind::Histogram => descriptor.buckets().le().collect(),
        Kind::Summary => descriptor.quantile_labels().collect(),
        Kind::StateSet => descriptor.states().collect(),
        _ => Vec::new(),
    };
    hash_texts(names.into_iter().flatten(), own.into_iter(), hasher)
}

fn hash(labels: &[(&str, &str)], value: Mirrored<'_>, hasher: &RandomState) -> u64 {
    let names = labels.iter().map(|(name, _)| *name);
    match value {
        Mirrored::Histogram { buckets, .. } => {
            hash_texts(names, buckets.iter().map(|bucket| bucket.le), hasher)
        }
        Mirrored::Summary { quantiles, .. } => {
            hash_texts(names, quantiles.iter().map(|(text, _, _)| *text), hasher)
        }
        Mirrored::States(states) => {
            hash_texts(names, states.iter().map(|(state, _)| *state), hasher)
        }
        Mirrored::Number(..) | Mirrored::Info => hash_texts(names, [].into_iter(), hasher),
    }
}

fn hash_texts<'a>(
    names: impl Iterator<Item = &'a str>,
    own: impl Iterator<Item = &'a str>,
    hasher: &RandomState,
) -> u64 {
    let mut state = hasher.build_hasher();
    names.for_each(|name| name.hash(&mut state));
    // Between the two.
    state.write_u8(0);
    own.for_each(|text| text.hash(&mut state));
    state.finish()
}

/// The words of a value, as a snapshot has them.
fn words_of(kind: Kind, value: Mirrored<'_>, words: &mut Vec<u64>) -> Result<(), &'static str> {
    words.clear();
    match (kind, value) {
        (Kind::Counter, Mirrored::Number(value, _)) if value < 0.0 || value.is_nan() => {
            return Err("a counter is a number that is not negative");
        }
        (Kind::Counter | Kind::Gauge | Kind::Unknown, Mirrored::Number(value, _)) => {
            words.push(value.to_bits());
        }
        (Kind::Histogram, Mirrored::Histogram { buckets, sum }) => {
            let last = buckets.last();
            if last.is_none_or(|bucket| bucket.bound != f64::INFINITY || bucket.le != "+Inf") {
                return Err("the last bucket of a histogram is that of `+Inf`");
            }
            words.push(sum.to_bits());
            words.extend(buckets.iter().map(|bucket| bucket.count));
        }
        (
            Kind::Summary,
            Mirrored::Summary {
                quantiles,
                count,
                sum,
            },
        ) => {
            words.extend([sum.to_bits(), count]);
            words.extend(quantiles.iter().map(|(_, _, value)| value.to_bits()));
        }
        (Kind::Info, Mirrored::Info) => {}
        (Kind::StateSet, Mirrored::States(states)) => {
            let holding = states.iter().take(64).enumerate();
            let bits = holding.map(|(index, (_, holds))| u64::from(*holds) << index);
            words.push(bits.sum());
        }
        _ => return Err("its value is of another kind than the family"),
    }
    Ok(())
}
