//! The series of a family of another registry, known again by their label values.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cell::{FamilyTag, next_id};
use crate::exemplar::Exemplar;
use crate::kind::Kind;
use crate::label::LabelValues;
use crate::snapshot::{FamilySnapshot, Noted, SeriesList};

/// The label values of a series.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Who {
    text: String,
    ends: Vec<u32>,
}

impl Who {
    pub(super) fn set<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
        self.text.clear();
        self.ends.clear();
        for value in values {
            self.text.push_str(value);
            // At most 255 values of at most 16 MiB; more labels are refused with the shape.
            self.ends
                .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        }
    }
}

/// A series as it was told last.
#[derive(Debug)]
pub(super) struct Row {
    who: Arc<Who>,
    id: u64,
    /// Another one than `id` since a total has fallen.
    life: u64,
    words: Vec<u64>,
    pub(super) exemplars: Vec<(usize, Arc<Exemplar>)>,
    told: u64,
}

impl Row {
    /// Notes an exemplar, where there is one.
    pub(super) fn note(&mut self, place: usize, exemplar: Option<&Exemplar>) {
        let exemplar = exemplar.map(|exemplar| (place, Arc::new(exemplar.clone())));
        self.exemplars.extend(exemplar);
    }
}

/// Those with the same label names, buckets, quantiles and states.
#[derive(Debug, Default)]
pub(super) struct Rows {
    all: Vec<Row>,
    index: HashMap<Arc<Who>, usize>,
    /// Where the next series is expected: most are told in the same order each time.
    next: usize,
}

impl Rows {
    /// Notes the words of a series; false where this reading has told it before.
    pub(super) fn tell(
        &mut self,
        kind: Kind,
        who: &Who,
        words: &[u64],
        reading: u64,
        note: impl FnOnce(&mut Row),
    ) -> bool {
        let expected = self.all.get(self.next).is_some_and(|row| *row.who == *who);
        let known = if expected {
            Some(self.next)
        } else {
            self.index.get(who).copied()
        };
        let at = known.unwrap_or(self.all.len());
        self.next = at + 1;
        let row = match self.all.get_mut(at) {
            Some(row) if row.told == reading => return false,
            Some(row) => {
                if has_fallen(kind, &row.words, words) {
                    row.life = next_id(FamilyTag::default());
                }
                row.words.clear();
                row.words.extend_from_slice(words);
                row.told = reading;
                row
            }
            None => {
                let who = Arc::new(who.clone());
                self.index.insert(Arc::clone(&who), at);
                let id = next_id(FamilyTag::default());
                self.all.push(Row {
                    who,
                    id,
                    life: id,
                    words: words.to_vec(),
                    exemplars: Vec::new(),
                    told: reading,
                });
                &mut self.all[at]
            }
        };
        note(row);
        true
    }

    /// Lets go of what this reading did not tell; whether there is anything left.
    pub(super) fn end(&mut self, reading: u64) -> bool {
        let before = self.all.len();
        self.all.retain(|row| row.told == reading);
        if self.all.len() < before {
            self.index.clear();
            let rows = self.all.iter().enumerate();
            self.index
                .extend(rows.map(|(at, row)| (Arc::clone(&row.who), at)));
        }
        self.next = 0;
        !self.all.is_empty()
    }

    pub(super) fn gather(&self, snapshot: &mut FamilySnapshot) {
        let is_info = snapshot.descriptor().kind() == Kind::Info;
        snapshot.fill(|list: &mut List, readings| {
            let mut has_changed = list.all.len() > self.all.len();
            list.all.truncate(self.all.len());
            for (series, row) in self.all.iter().enumerate() {
                if list.all.get(series).is_none_or(|(id, _)| *id != row.id) {
                    list.all.truncate(series);
                    list.all.push((row.id, Arc::clone(&row.who)));
                    has_changed = true;
                }
                readings.words.extend_from_slice(&row.words);
                if is_info {
                    readings.pairs.push(Some([].into()));
                }
                if row.life != row.id {
                    readings.lives.push((series, row.life));
                }
                for (place, exemplar) in &row.exemplars {
                    readings.exemplars.push(Noted {
                        series,
                        place: *place,
                        exemplar: Arc::clone(exemplar),
                    });
                }
            }
            if has_changed {
                list.order = next_id(FamilyTag::default());
            }
            self.all.len()
        });
    }
}

/// Whether a total is less than before: it began again.
fn has_fallen(kind: Kind, before: &[u64], now: &[u64]) -> bool {
    let mut counts = before.iter().zip(now);
    match kind {
        Kind::Counter => counts.any(|(before, now)| f64::from_bits(*now) < f64::from_bits(*before)),
        // Behind the sum, which may fall.
        Kind::Histogram => counts.skip(1).any(|(before, now)| now < before),
        Kind::Summary => counts.nth(1).is_some_and(|(before, now)| now < before),
        _ => false,
    }
}

/// The series as a snapshot lists them.
#[derive(Debug, Default)]
struct List {
    all: Vec<(u64, Arc<Who>)>,
    order: u64,
}

impl SeriesList for List {
    fn order(&self) -> u64 {
        self.order
    }

    fn id(&self, index: usize) -> u64 {
        self.all[index].0
    }

    fn values(&self, index: usize) -> LabelValues<'_> {
        let who = &self.all[index].1;
        LabelValues::new(&who.text, &who.ends)
    }
}
