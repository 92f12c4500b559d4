//! What a gather returns: plain data with one timestamp, which encoders read.

mod value;

use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use crate::descriptor::{Descriptor, Filter};
use crate::exemplar::Exemplar;
use crate::kind::Kind;
use crate::label::{LabelValues, Pairs};
use crate::removal::Removal;

pub(crate) use value::Noted;
pub use value::{HistogramValue, InfoValue, QuantileValues, StateSetValue, Value};

/// Every series of a gather with its value, under one timestamp.
///
/// May be used again for the next gather, which then takes no memory for what it knows.
#[derive(Debug, Default)]
pub struct Snapshot {
    timestamp: Duration,
    families: Vec<FamilySnapshot>,
    used: usize,
    left_out: Vec<Arc<Descriptor>>,
    /// A source broke off while it was read.
    broken_off: bool,
    faults: Vec<String>,
    choice: Vec<bool>,
    /// Of the names of the first families, where somebody asked for them, and how many those are.
    hashes: HashSet<u64>,
    hashed: usize,
    hasher: RandomState,
    /// Of the views that are being read, from the outermost in.
    filters: Vec<Filter>,
}

impl Snapshot {
    /// An empty snapshot.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what is in it and sets the timestamp, as time since the Unix epoch.
    pub fn start(&mut self, timestamp: Duration) {
        self.timestamp = timestamp;
        for family in &mut self.families {
            family.clear();
        }
        self.used = 0;
        self.left_out.clear();
        self.hashes.clear();
        self.hashed = 0;
        self.broken_off = false;
        self.faults.clear();
    }

    /// Notes that a source broke off while it was read: what is not in the snapshot may be there
    /// all the same.
    pub fn break_off(&mut self) {
        self.broken_off = true;
    }

    /// Whether everything that there is was read; see [`break_off`](Self::break_off).
    pub fn is_complete(&self) -> bool {
        !self.broken_off
    }

    /// When the values were read, as time since the Unix epoch.
    pub fn timestamp(&self) -> Duration {
        self.timestamp
    }

    /// The families, in the order of their registration.
    pub fn families(&self) -> impl Iterator<Item = &FamilySnapshot> {
        self.families[..self.used].iter()
    }

    /// How many series there are in all families.
    pub fn series_count(&self) -> usize {
        self.families().map(|family| family.len).sum()
    }

    /// Families that have a name of another family, which was in the snapshot before them.
    pub fn left_out(&self) -> impl ExactSizeIterator<Item = &Descriptor> {
        self.left_out.iter().map(|descriptor| &**descriptor)
    }

    /// What a source could not show, each with its name and the reason: a series that is there twice,
    /// a text that could not be read.
    pub fn faults(&self) -> impl ExactSizeIterator<Item = &str> {
        self.faults.iter().map(|fault| &**fault)
    }

    /// Says what a source cannot show; whoever pushes or serves the snapshot logs it.
    pub fn note_fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// How many families there are so far.
    pub(crate) fn family_count(&self) -> usize {
        self.used
    }

    /// Lets only what `filter` lets through into the snapshot while `gather` runs.
    pub(crate) fn filtered(&mut self, filter: &Filter, gather: impl FnOnce(&mut Self)) {
        // Also where a user's source panics: the snapshot is used again.
        struct Pop<'a>(&'a mut Snapshot);
        impl Drop for Pop<'_> {
            fn drop(&mut self) {
                self.0.filters.pop();
            }
        }
        self.filters.push(filter.clone());
        let view = Pop(self);
        gather(&mut *view.0);
    }

    /// Which families the filters let through.
    pub(crate) fn choose<'d>(
        &mut self,
        descriptors: impl Iterator<Item = &'d Descriptor>,
    ) -> Vec<bool> {
        let mut choice = std::mem::take(&mut self.choice);
        choice.extend(descriptors.map(|descriptor| {
            let mut filters = self.filters.iter();
            filters.all(|filter| filter.lets_through(descriptor))
        }));
        choice
    }

    /// Keeps the memory of a choice for the next one.
    pub(crate) fn use_again(&mut self, mut choice: Vec<bool>) {
        choice.clear();
        self.choice = choice;
    }

    /// Whether one of the first families has one of the names; where it is another, this one is noted
    /// as left out.
    pub(crate) fn has_name_of(&mut self, descriptor: &Arc<Descriptor>, among: usize) -> bool {
        if !self.may_have_name_of(descriptor, among) {
            return false;
        }
        let taken = self.families().take(among).any(|family| {
            let other = family.descriptor().names();
            let mut names = descriptor.names().taken();
            names.any(|name| other.taken().any(|other| other == name))
        });
        let is_same = |family: &FamilySnapshot| Arc::ptr_eq(&family.descriptor, descriptor);
        if taken && !self.families().any(is_same) {
            self.left_out.push(Arc::clone(descriptor));
        }
        taken
    }

    /// The same by the hashes of the names, where families before `among` are compared, and perhaps
    /// others: comparing each family with each takes long where there are thousands.
    fn may_have_name_of(&mut self, descriptor: &Descriptor, among: usize) -> bool {
        for family in self.families.get(self.hashed..among).unwrap_or_default() {
            let names = family.descriptor.names().taken();
            self.hashes
                .extend(names.map(|name| self.hasher.hash_one(name)));
        }
        self.hashed = self.hashed.max(among);
        let mut names = descriptor.names().taken();
        names.any(|name| self.hashes.contains(&self.hasher.hash_one(name)))
    }

    /// The next place for a family; the one used for the same family last time, as a rule.
    pub(crate) fn family(&mut self, descriptor: &Arc<Descriptor>) -> &mut FamilySnapshot {
        if self.used == self.families.len() {
            self.families
                .push(FamilySnapshot::new(Arc::clone(descriptor)));
        }
        let family = &mut self.families[self.used];
        if !Arc::ptr_eq(&family.descriptor, descriptor) {
            family.descriptor = Arc::clone(descriptor);
        }
        self.used += 1;
        family
    }
}

/// One family's series in a snapshot.
#[derive(Debug)]
pub struct FamilySnapshot {
    descriptor: Arc<Descriptor>,
    /// Who they are, also of a gather before: most are the same each time.
    list: Box<dyn SeriesList>,
    len: usize,
    readings: Readings,
}

/// The values of a family's series, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    /// As many for each series as [`width`] says.
    pub(crate) words: Vec<u64>,
    /// For infos, which have no words.
    pub(crate) pairs: Vec<Option<Pairs>>,
    /// For the few that have any, in the order of the series and of the places in each.
    pub(crate) exemplars: Vec<Noted>,
    /// For the few that are in another life than their first, each by its index and rising.
    pub(crate) lives: Vec<(usize, u64)>,
}

/// Series in an order, kept for as long as they are in it.
pub(crate) trait SeriesList: Any + fmt::Debug + Send + Sync {
    /// A number that no other list has, and this one only for as long as its series are the same.
    fn order(&self) -> u64;
    fn id(&self, index: usize) -> u64;
    fn values(&self, index: usize) -> LabelValues<'_>;
}

/// How many words a series of a family has.
fn width(descriptor: &Descriptor) -> usize {
    match descriptor.kind() {
        Kind::Counter | Kind::Gauge | Kind::StateSet | Kind::Unknown => 1,
        Kind::Histogram => descriptor.buckets().bounds().len() + 2,
        Kind::Summary => descriptor.quantiles().len() + 2,
        Kind::Info => 0,
    }
}

impl SeriesList for () {
    fn order(&self) -> u64 {
        0
    }

    fn id(&self, _: usize) -> u64 {
        0
    }

    fn values(&self, _: usize) -> LabelValues<'_> {
        LabelValues::new("", &[])
    }
}

impl FamilySnapshot {
    fn new(descriptor: Arc<Descriptor>) -> Self {
        Self {
            descriptor,
            list: Box::new(()),
            len: 0,
            readings: Readings::default(),
        }
    }

    fn clear(&mut self) {
        self.len = 0;
        self.readings.words.clear();
        self.readings.pairs.clear();
        self.readings.exemplars.clear();
        self.readings.lives.clear();
    }

    /// Has the list filled, which may still hold the series of the gather before, and the
    /// readings, which are empty. `fill` returns how many series there are.
    pub(crate) fn fill<L: SeriesList + Default>(
        &mut self,
        fill: impl FnOnce(&mut L, &mut Readings) -> usize,
    ) {
        if !(&*self.list as &dyn Any).is::<L>() {
            self.list = Box::new(L::default());
        }
        if let Some(list) = (&mut *self.list as &mut dyn Any).downcast_mut() {
            self.len = fill(list, &mut self.readings);
        }
    }

    /// What was declared: names, help, kind, unit, labels.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// A number that says which series these are, and in which order: one that was there before means
    /// the same ones with the same labels.
    #[doc(hidden)]
    pub fn order(&self) -> u64 {
        self.list.order()
    }

    /// Tells what was removed by hand since the removal of this number, in order, and returns the
    /// number of the last one; 0 is before the first, and `u64::MAX` after all there are. It is of
    /// now, and not of the time of the gather.
    #[doc(hidden)]
    pub fn removals_since(&self, number: u64, each: &mut dyn FnMut(Removal<'_>)) -> u64 {
        self.descriptor.removals().since(number, each)
    }

    /// The series with their values.
    pub fn series(&self) -> impl ExactSizeIterator<Item = SeriesSnapshot<'_>> {
        let width = width(&self.descriptor);
        (0..self.len).map(move |index| SeriesSnapshot {
            family: self,
            index,
            words: &self.readings.words[index * width..(index + 1) * width],
        })
    }
}

/// One series with its value.
#[derive(Clone, Copy, Debug)]
pub struct SeriesSnapshot<'a> {
    family: &'a FamilySnapshot,
    index: usize,
    words: &'a [u64],
}

impl<'a> SeriesSnapshot<'a> {
    /// A number that no other series of this process has, and that rises with each new series.
    pub fn id(&self) -> u64 {
        self.family.list.id(self.index)
    }

    /// A number that no other series has, and this one no longer than until it is removed or
    /// expires: where it comes back from zero, the number is another one, and higher.
    pub fn life(&self) -> u64 {
        let lives = &*self.family.readings.lives;
        match lives.binary_search_by_key(&self.index, |(index, _)| *index) {
            Ok(at) => lives[at].1,
            Err(_) => self.id(),
        }
    }

    /// Names and values of its labels, in declared order.
    pub fn labels(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        let values = self.family.list.values(self.index);
        self.family.descriptor.label_names().zip(values.iter())
    }

    /// What it said when the snapshot was taken.
    pub fn value(&self) -> Value<'a> {
        self.value_of(self.words)
    }

    /// The value as plain words, for whoever keeps or compares values: as many for each series of
    /// a family.
    ///
    /// A counter and a gauge have the bits of their `f64`; a histogram the bits of its sum, then
    /// the count of each bucket, of that one alone; a summary the bits of its sum, its count, then
    /// the bits of each quantile; a state set a bit for each state; an info has none.
    pub fn words(&self) -> &'a [u64] {
        self.words
    }

    /// What [`words`](Self::words) such as this series has stand for: those of another snapshot,
    /// or the difference between two. Exemplars and the facts of an info are those of this one.
    ///
    /// # Panics
    ///
    /// When there are fewer of them than this series has.
    ///
    /// # Examples
    ///
    /// ```
    /// use ppc_core::{Histogram, Registry, Value};
    ///
    /// let registry = Registry::new();
    /// let latency = Histogram::builder("latency").buckets([1.0]).register(&registry)?;
    /// latency.observe(0.5);
    /// let snapshot = registry.gather();
    /// for series in snapshot.families().flat_map(|family| family.series()) {
    ///     let doubled = [2.0_f64.to_bits(), 2 * series.words()[1], 0];
    ///     let Value::Histogram(histogram) = series.value_of(&doubled) else { continue };
    ///     assert_eq!((histogram.count(), histogram.sum()), (2, 2.0));
    /// }
    /// # Ok::<(), ppc_core::Error>(())
    /// ```
    pub fn value_of<'w>(&self, words: &'w [u64]) -> Value<'w>
    where
        'a: 'w,
    {
        let descriptor: &'a Descriptor = &self.family.descriptor;
        let real = |index: usize| f64::from_bits(words[index]);
        match descriptor.kind() {
            Kind::Counter => Value::Counter(real(0)),
            Kind::Gauge | Kind::Unknown => Value::Gauge(real(0)),
            Kind::Histogram => {
                let buckets = descriptor.buckets();
                Value::Histogram(HistogramValue {
                    buckets,
                    counts: &words[1..],
                    sum: real(0),
                    exemplars: self.exemplars(),
                })
            }
            Kind::Summary => Value::Summary {
                count: words[1],
                sum: real(0),
                quantiles: QuantileValues {
                    descriptor,
                    words: &words[2..],
                },
            },
            Kind::Info => Value::Info(InfoValue {
                pairs: self
                    .family
                    .readings
                    .pairs
                    .get(self.index)
                    .and_then(Option::as_deref),
            }),
            Kind::StateSet => Value::StateSet(StateSetValue {
                descriptor,
                bits: words[0],
            }),
        }
    }
}

impl<'a> SeriesSnapshot<'a> {
    /// The latest exemplar of a counter, where there is one; nothing for every other kind. Those
    /// of a histogram belong to its buckets: [`HistogramValue::exemplars`].
    pub fn exemplar(&self) -> Option<&'a Exemplar> {
        if self.family.descriptor.kind() != Kind::Counter {
            return None;
        }
        self.exemplars().first().map(|noted| &*noted.exemplar)
    }

    fn exemplars(&self) -> &'a [Noted] {
        let all = &*self.family.readings.exemplars;
        let start = all.partition_point(|noted| noted.series < self.index);
        let len = all[start..].partition_point(|noted| noted.series == self.index);
        &all[start..start + len]
    }
}
