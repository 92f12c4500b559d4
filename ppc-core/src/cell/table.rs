//! From label values to series: the only concurrent map.
//!
//! Open addressing over slots that each hold a series and 16 bits of its hash. A look-up takes
//! no lock: it runs in a [`Section`], loads the slots, and compares label values. Those who link
//! and unlink hold a lock among themselves; what they unlink, and slots they outgrow, are freed
//! once no look-up can still see them.
//!
//! At any time there is at most one series of a label set: in the slots, or in limbo between
//! being unlinked and being freed, from where a new use brings it back.

#![expect(unsafe_code, reason = "pointers that are freed after a grace")]

use std::fmt;
use std::hash::BuildHasher;
use std::ptr::NonNull;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicUsize};

use foldhash::fast::RandomState;

use super::ids::{FamilyTag, next_id};
use super::inherit;
use super::kept::{Found, Kept};
use super::limbo::{Going, Limbo, Reason};
use super::numbers::Totals;
use super::process;
use super::section::{Grace, Section};
use super::series::{HIDDEN, Series};
use super::slots::{FEWEST, Slots, gap, low};
use super::value::Cell;
use crate::label::Texts;
use crate::lock::{Held, hold};
use crate::removal::Removals;

/// The series of a family, by label values.
pub(crate) struct Table<C: Cell> {
    slots: AtomicPtr<Slots<C>>,
    hasher: RandomState,
    family: FamilyTag,
    writer: Mutex<Writer<C>>,
    /// How many series are linked.
    len: AtomicUsize,
    /// How many of them are hidden, or were when that was last settled.
    hidden: AtomicUsize,
}

/// What those who link and unlink know.
struct Writer<C: Cell> {
    /// Slots that are not empty: linked series, and gaps where one was.
    filled: usize,
    outgrown: Vec<(Grace, Outgrown<C>)>,
    limbo: Limbo<C>,
    /// That of the process which the limbo is of.
    generation: u32,
    /// That of the process in which every series was looked at.
    settled: u32,
}

/// Slots that the table has left; freed when this is dropped.
struct Outgrown<C>(NonNull<Slots<C>>);

// SAFETY: nobody has them but look-ups on other threads, which load.
unsafe impl<C> Send for Outgrown<C> {}

impl<C> Drop for Outgrown<C> {
    fn drop(&mut self) {
        // SAFETY: from `Box::into_raw`; the table has left them, and it drops this after the
        // grace, or when it goes itself and nobody looks up any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl<C: Cell> Table<C> {
    /// What stands in the numbers of its series.
    pub(crate) fn family(&self) -> FamilyTag {
        self.family
    }

    pub(crate) fn new() -> Self {
        inherit::prepare();
        Self {
            slots: AtomicPtr::new(Box::into_raw(Box::new(Slots::new(FEWEST)))),
            hasher: RandomState::default(),
            writer: Mutex::new(Writer {
                filled: 0,
                outgrown: Vec::new(),
                limbo: Limbo::new(),
                generation: process::generation(),
                settled: process::generation(),
            }),
            family: FamilyTag::next(),
            len: AtomicUsize::new(0),
            hidden: AtomicUsize::new(0),
        }
    }

    /// How many series are shown.
    pub(crate) fn shown(&self) -> usize {
        let hidden = self.hidden.load(Relaxed);
        self.len.load(Relaxed).saturating_sub(hidden)
    }

    #[inline]
    pub(crate) fn hash(&self, texts: &(impl Texts + ?Sized)) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        texts.hash(&mut hasher);
        std::hash::Hasher::finish(&hasher)
    }

    /// The series of these labels. Their hash is taken before the section begins, so that both
    /// can be under way at once.
    #[inline]
    pub(crate) fn find<'s>(
        &'s self,
        section: &'s Section,
        hash: u64,
        texts: &(impl Texts + ?Sized),
    ) -> Option<Found<'s, C>> {
        let mut index = low(hash);
        let series = self.slots(section).candidate(hash, &mut index)?;
        // SAFETY: it was linked within this section, so its grace ends after it; and the table,
        // which keeps it meanwhile, is borrowed.
        let found = unsafe { Found::new(series) };
        if found.has_values(texts) {
            Some(found)
        } else {
            self.find_behind(section, hash, index, texts)
        }
    }

    /// Goes on behind a series that has the same bits of a hash, once in 65,536 times. Not in the
    /// same loop: the compiler would prepare each comparison for the next.
    #[cold]
    #[inline(never)]
    fn find_behind<'s>(
        &'s self,
        section: &'s Section,
        hash: u64,
        mut index: usize,
        texts: &(impl Texts + ?Sized),
    ) -> Option<Found<'s, C>> {
        loop {
            let series = self.slots(section).candidate(hash, &mut index)?;
            // SAFETY: as in `find`.
            let found = unsafe { Found::new(series) };
            if found.has_values(texts) {
                return Some(found);
            }
        }
    }

    /// The same, kept.
    pub(crate) fn get(&self, texts: &(impl Texts + ?Sized)) -> Option<Kept<C>> {
        let hash = self.hash(texts);
        self.find(&Section::enter(), hash, texts).map(Found::keep)
    }

    /// The slots as of now, valid within the section.
    #[inline]
    fn slots<'s>(&'s self, _: &'s Section) -> &'s Slots<C> {
        // SAFETY: from `Box::into_raw`; slots that are replaced are freed after the grace.
        unsafe { &*self.slots.load(SeqCst) }
    }

    /// The series of these labels; a new one where there is none, unless there are `limit`
    /// already.
    #[cold]
    pub(crate) fn get_or_insert(
        &self,
        texts: &(impl Texts + ?Sized),
        limit: Option<usize>,
        cell: impl FnOnce() -> C,
    ) -> Option<Kept<C>> {
        let mut writer = self.lock();
        if let Some(series) = self.get(texts) {
            return Some(series); // another thread was first
        }
        if limit.is_some_and(|limit| self.shown() >= limit) {
            return None;
        }
        self.settle_removed(&mut writer);
        let series = match writer.limbo.take(self.hash(texts), texts) {
            Some((series, base)) => {
                writer.limbo.rebase(&series, base);
                series
            }
            None => Kept::new(texts, cell(), self.family),
        };
        self.link(&mut writer, series.clone());
        Some(series)
    }

    /// Unlinks a series; true where it was shown. One that is kept by somebody is hidden.
    pub(crate) fn remove(&self, texts: &(impl Texts + ?Sized), removals: &Removals) -> bool {
        let Some(series) = self.get(texts) else {
            if Removals::is_wanted() {
                self.note_absent(&self.lock(), texts, removals);
            }
            return false;
        };
        let found = series.found();
        found.renounce_inherited();
        let totals = Totals::sum_up_one(|| found.place.words().zip(found.cell.shape()));
        let mut writer = self.lock();
        // The sums are of this series alone.
        self.settle_removed(&mut writer);
        let reading = read(found, &totals);
        let mut count = 0;
        if is_shown(&writer, found, &reading) {
            found.cell.forget_recent();
            let going = vec![(series, reading)];
            count = self.unlink(&mut writer, going, Reason::Removed, |found, life| {
                removals.note(&found.values(), || life);
            });
        }
        if count == 0 {
            self.note_absent(&writer, texts, removals);
        }
        count > 0
    }

    /// Notes the removal of labels that have no series here, as others may have it. Lives are
    /// numbered under the lock, so that one that begins afterwards has a higher number.
    fn note_absent(&self, writer: &Writer<C>, texts: &(impl Texts + ?Sized), removals: &Removals) {
        removals.note(texts, || match self.get(texts) {
            // Hidden, or new by now: this life is none of those removed.
            Some(series) => writer.limbo.life(&series) - 1,
            None => next_id(self.family),
        });
    }

    /// Unlinks every series, as [`remove`](Self::remove) does one.
    pub(crate) fn clear(&self, removals: &Removals) {
        let totals = Totals::sum_up();
        let mut writer = self.lock();
        self.settle_for(&mut writer, &totals);
        let mut all = Vec::with_capacity(self.shown());
        // Under the lock, before any of them goes: see `removal`.
        removals.note_all(next_id(self.family));
        self.for_each(&Section::enter(), |found| {
            let reading = read(found, &totals);
            if is_shown(&writer, found, &reading) {
                all.push((found.keep(), reading));
                found.cell.forget_recent();
            } else {
                // The life that is still to begin is none of those removed.
                writer.limbo.renumber(found.id());
            }
        });
        self.unlink(&mut writer, all, Reason::Removed, |_, _| ());
    }

    /// Unlinks series that were found idle.
    pub(crate) fn expire(&self, idle: Vec<Going<C>>) {
        if !idle.is_empty() {
            for (series, _) in &idle {
                series.found().cell.forget_recent();
            }
            self.unlink(&mut self.lock(), idle, Reason::Idle, |_, _| ());
        }
    }

    /// Frees what was unlinked before and is seen by nobody any more.
    pub(crate) fn settle(&self, totals: &Totals) {
        self.settle_for(&mut self.lock(), totals);
    }

    /// Visits every series that is linked, also those that are hidden.
    pub(crate) fn for_each(&self, section: &Section, mut visit: impl FnMut(Found<'_, C>)) {
        for slot in self.slots(section).all() {
            if let Some(series) = Slots::series(slot.load(SeqCst)) {
                // SAFETY: as in `find`.
                visit(unsafe { Found::new(series) });
            }
        }
    }

    /// Takes what a series had counted when it was hidden away from a reading; the number of its
    /// life where something is left to be shown. A hidden series that counted since is shown
    /// again.
    #[cold]
    pub(crate) fn unhide(&self, found: Found<'_, C>, reading: &mut [u64]) -> Option<u64> {
        let writer = self.lock();
        let Some((base, life)) = writer.limbo.base(found.id()) else {
            return (!found.has(HIDDEN)).then(|| found.id());
        };
        if found.has(HIDDEN) {
            if !C::IS_COUNTED || *base == *reading {
                return None;
            }
            found.unmark(HIDDEN);
        }
        C::subtract(reading, base);
        Some(life)
    }

    fn lock(&self) -> Held<'_, Writer<C>> {
        let mut writer = hold(&self.writer);
        let generation = process::generation();
        if writer.generation != generation {
            writer.generation = generation;
            writer.limbo.inherit();
        }
        writer
    }

    /// Links a series that is not linked.
    fn link(&self, writer: &mut Writer<C>, series: Kept<C>) {
        if writer.filled >= self.slots_for_writing().room() {
            self.rebuild(writer);
        }
        let hash = self.hash(&series.found().values());
        writer.filled += usize::from(self.slots_for_writing().store(hash, series));
        self.len.fetch_add(1, Relaxed);
    }

    /// The slots, for those who hold the lock.
    fn slots_for_writing(&self) -> &Slots<C> {
        // SAFETY: from `Box::into_raw`; only who holds the lock replaces them.
        unsafe { &*self.slots.load(Relaxed) }
    }

    /// Frees what nobody sees or keeps any more, and shows again what was recorded meanwhile.
    fn settle_for(&self, writer: &mut Writer<C>, totals: &Totals) {
        if writer.settled != process::generation() {
            writer.settled = process::generation();
            self.for_each(&Section::enter(), |found| found.renounce_inherited());
        }
        writer.outgrown.retain_mut(|(grace, _)| !grace.is_over());
        let left = writer.limbo.take_left();
        self.unlink(writer, left, Reason::Idle, |_, _| ());
        let was_recorded = |(series, base): &Going<C>| {
            let found = series.found();
            if C::IS_COUNTED {
                *read(found, totals) != **base
            } else {
                !found.place.is_asleep() // as it was when it was found idle
            }
        };
        let (recorded, idle): (Vec<_>, Vec<_>) =
            writer.limbo.take_idle().into_iter().partition(was_recorded);
        let more = writer.limbo.take_recorded(was_recorded);
        for (series, base) in recorded.into_iter().chain(more) {
            if C::IS_COUNTED {
                writer.limbo.rebase(&series, base);
            } else {
                writer.limbo.begin_life(&series, Box::default()); // what was set since stays
            }
            self.link(writer, series);
        }
        for going in idle {
            self.let_go(writer, going);
        }
        self.settle_removed(writer);
        self.hidden.store(writer.limbo.hidden(), Relaxed);
    }

    /// The same of what was removed, for which no sums are needed.
    fn settle_removed(&self, writer: &mut Writer<C>) {
        for going in writer.limbo.take_removed() {
            self.let_go(writer, going);
        }
    }

    /// Frees a series whose grace is over, unless somebody keeps it.
    fn let_go(&self, writer: &mut Writer<C>, (series, base): Going<C>) {
        if series.is_only() {
            writer.limbo.forget(series.found().id());
        } else {
            writer.limbo.hide(&series, base, Reason::Removed);
            self.link(writer, series);
        }
    }

    /// Makes room: more slots, or the same without gaps.
    fn rebuild(&self, writer: &mut Writer<C>) {
        let linked = self.len.load(Relaxed);
        let new = Slots::for_series(linked);
        for (_, series) in self.linked() {
            // SAFETY: as in `find`; and what the old slot kept is kept by the new one: old slots
            // are freed without letting go.
            let (found, kept) = unsafe { (Found::new(series), Kept::from_raw(series)) };
            new.store(self.hash(&found.values()), kept);
        }
        let old = self.slots.swap(Box::into_raw(Box::new(new)), SeqCst);
        writer.filled = linked;
        if let Some(old) = NonNull::new(old) {
            writer.outgrown.push((Grace::begin(), Outgrown(old)));
        }
        writer.outgrown.retain_mut(|(grace, _)| !grace.is_over());
    }

    /// Every slot with a series. Only for those who hold the lock.
    fn linked(&self) -> impl Iterator<Item = (&AtomicPtr<Series<C>>, NonNull<Series<C>>)> {
        let series = |slot: &AtomicPtr<_>| Slots::series(slot.load(Relaxed));
        let slots = self.slots_for_writing().all();
        slots
            .iter()
            .filter_map(move |slot| Some((slot, series(slot)?)))
    }

    /// How many of the series were unlinked or hidden, each noted before with the number of its
    /// life; the others are gone already, or were recorded again.
    fn unlink(
        &self,
        writer: &mut Writer<C>,
        going: Vec<Going<C>>,
        because: Reason,
        note: impl Fn(Found<'_, C>, u64),
    ) -> usize {
        let (mut unlinked, mut count) = (Vec::new(), 0);
        for (series, base) in going {
            let found = series.found();
            let was_set = because == Reason::Idle && !C::IS_COUNTED && !found.place.is_asleep();
            let hash = self.hash(&found.values());
            let Some(slot) = self.slot_of(hash, &series).filter(|_| !was_set) else {
                continue;
            };
            count += 1;
            note(found, writer.limbo.life(&series));
            found.tell_removed();
            // Kept by the slot and by `series`; whoever else keeps it may record.
            if found.place.kept.load(Relaxed) > 2 {
                writer.limbo.hide(&series, base, because);
            } else if let Some(linked) = Slots::series(slot.swap(gap(), SeqCst)) {
                self.len.fetch_sub(1, Relaxed);
                // SAFETY: the slot kept it, and does no more.
                drop(unsafe { Kept::from_raw(linked) });
                unlinked.push((hash, (series, base)));
            }
        }
        writer.limbo.receive(unlinked, because);
        self.hidden.store(writer.limbo.hidden(), Relaxed);
        count
    }

    /// The slot of a series with this hash, where it is linked. Only for those who hold the lock.
    fn slot_of(&self, hash: u64, series: &Kept<C>) -> Option<&AtomicPtr<Series<C>>> {
        let found = series.found();
        self.slots_for_writing()
            .probe(hash)
            .take_while(|slot| !slot.load(Relaxed).is_null())
            .find(|slot| {
                Slots::series(slot.load(Relaxed)).is_some_and(|other| found.is(other.as_ptr()))
            })
    }
}

/// Whether a series is there to be removed; one that was, and was recorded since, is shown though
/// nobody has noticed yet.
fn is_shown<C: Cell>(writer: &Writer<C>, found: Found<'_, C>, reading: &[u64]) -> bool {
    let base = writer.limbo.base(found.id());
    let counted = |(base, _): (&[u64], _)| C::IS_COUNTED && base != reading;
    !found.has(HIDDEN) || base.is_some_and(counted)
}

/// What a series has counted.
fn read<C: Cell>(found: Found<'_, C>, totals: &Totals) -> Box<[u64]> {
    let mut words = Vec::new();
    found.read(totals, &mut words);
    words.into()
}

impl<C: Cell> Drop for Table<C> {
    fn drop(&mut self) {
        for (_, series) in self.linked() {
            // SAFETY: the slot kept it, and nobody looks up any more.
            drop(unsafe { Kept::from_raw(series) });
        }
        if let Some(slots) = NonNull::new(*self.slots.get_mut()) {
            drop(Outgrown(slots));
        }
    }
}

impl<C: Cell> fmt::Debug for Table<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("shown", &self.shown())
            .finish_non_exhaustive()
    }
}
