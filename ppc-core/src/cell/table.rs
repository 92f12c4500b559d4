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

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::numbers::Totals;
use super::section::{Grace, Section};
use super::series::{BASED, Found, HIDDEN, Kept, Series};
use super::value::Cell;
use crate::label::Texts;

/// The series of a family, by label values.
pub(crate) struct Table<C: Cell> {
    slots: AtomicPtr<Slots<C>>,
    hasher: RandomState,
    writer: Mutex<Writer<C>>,
    /// How many series are linked.
    len: AtomicUsize,
}

struct Slots<C> {
    mask: usize,
    slots: Box<[AtomicPtr<Series<C>>]>,
}

/// What those who link and unlink know.
struct Writer<C: Cell> {
    /// Slots that are not empty: linked series, and gaps where one was.
    filled: usize,
    limbo: Vec<Unlinked<C>>,
    outgrown: Vec<(Grace, Outgrown<C>)>,
    /// Series that were hidden, because somebody keeps them.
    hidden: Vec<Kept<C>>,
    /// What series of [`BASED`] had counted when they were hidden, by id.
    bases: HashMap<u64, Box<[u64]>>,
}

/// A series, and what it had counted when it was found to go.
pub(crate) type Going<C> = (Kept<C>, Box<[u64]>);

/// Series that were unlinked at one time.
struct Unlinked<C: Cell> {
    grace: Grace,
    series: Vec<Going<C>>,
    because: Reason,
}

/// Why a series goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// Somebody said so.
    Removed,
    /// Nobody recorded it for a while; who does so now brings it back.
    Idle,
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

/// Where the hash begins in a slot. An address has no bits there on these targets; on others
/// (Android tags its pointers) every slot is compared.
const TAG_SHIFT: u32 = 48;
const TAGGED: bool = cfg!(all(target_pointer_width = "64", not(target_os = "android")));

/// The smallest number of slots.
const FEWEST: usize = 16;

/// Up to so many slots most are left empty: then a look-up finds its series in the first slot as
/// a rule, and the processor foretells that it does. It is a quarter of the time.
const SPARSE: usize = 4096;

/// How many of these slots may be filled.
fn most_filled(slots: usize) -> usize {
    let fifths = if slots <= SPARSE { 2 } else { 4 };
    slots / 5 * fifths
}

#[inline]
fn tag(hash: u64) -> usize {
    if TAGGED {
        low(hash >> TAG_SHIFT << TAG_SHIFT)
    } else {
        0
    }
}

/// As much of a hash as the target's addresses have.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "any bits do")]
fn low(hash: u64) -> usize {
    hash as usize
}

/// A gap: an address where no series is.
fn gap<C>() -> *mut Series<C> {
    std::ptr::without_provenance_mut(1)
}

impl<C> Slots<C> {
    /// Empty slots, as many as a power of two.
    fn new(len: usize) -> Self {
        assert!(len.is_power_of_two());
        let slots = (0..len).map(|_| AtomicPtr::default()).collect();
        Self {
            mask: len - 1,
            slots,
        }
    }

    /// The next series from `index` on that may be the one of a hash, which it is but once in
    /// 65,536 times; `index` is then that of the slot behind it.
    #[inline]
    fn candidate(&self, hash: u64, index: &mut usize) -> Option<NonNull<Series<C>>> {
        loop {
            // SeqCst here and where the slots are loaded: see `section`.
            let word = self.slot(*index).load(SeqCst);
            *index = index.wrapping_add(1);
            if TAGGED && (word.addr() ^ tag(hash)) >> TAG_SHIFT != 0 {
                if word.is_null() {
                    return None;
                }
            } else if let Some(series) = Self::series(word) {
                return Some(series);
            } else if word.is_null() {
                return None;
            }
        }
    }

    /// A slot, of any index.
    #[inline]
    fn slot(&self, index: usize) -> &AtomicPtr<Series<C>> {
        // SAFETY: `new` makes as many slots as a power of two, and the mask one less.
        unsafe { self.slots.get_unchecked(index & self.mask) }
    }

    /// The slots to look at for a hash, one after the other.
    fn probe(&self, hash: u64) -> impl Iterator<Item = &AtomicPtr<Series<C>>> {
        (0..).map(move |step| self.slot(low(hash).wrapping_add(step)))
    }

    /// The series that a slot's word points to, where it does.
    #[inline]
    fn series(word: *mut Series<C>) -> Option<NonNull<Series<C>>> {
        let address = |address| {
            if TAGGED {
                address & !(usize::MAX << TAG_SHIFT)
            } else {
                address
            }
        };
        NonNull::new(word.map_addr(address)).filter(|series| series.as_ptr() != gap())
    }
}

impl<C: Cell> Table<C> {
    pub(crate) fn new() -> Self {
        Self {
            slots: AtomicPtr::new(Box::into_raw(Box::new(Slots::new(FEWEST)))),
            hasher: RandomState::default(),
            writer: Mutex::new(Writer {
                filled: 0,
                limbo: Vec::new(),
                outgrown: Vec::new(),
                hidden: Vec::new(),
                bases: HashMap::new(),
            }),
            len: AtomicUsize::new(0),
        }
    }

    /// How many series are linked, hidden ones among them.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Relaxed)
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
        if limit.is_some_and(|limit| self.len() >= limit) {
            return None;
        }
        let series = match writer.take_from_limbo(texts) {
            Some((series, base)) => {
                series.found().cell.reset();
                writer.rebase(&series, base);
                series
            }
            None => Kept::new(texts, cell()),
        };
        self.link(&mut writer, series.clone());
        Some(series)
    }

    /// Unlinks a series; true where it was shown. One that is kept by somebody is hidden.
    pub(crate) fn remove(&self, texts: &(impl Texts + ?Sized)) -> bool {
        let Some(series) = self.get(texts) else {
            return false;
        };
        let found = series.found();
        let totals = Totals::sum_up_one(found.place.words().zip(found.cell.shape()));
        let mut writer = self.lock();
        writer.settle(self, &totals);
        if found.has(HIDDEN) {
            return false;
        }
        let reading = read(found, &totals);
        found.cell.forget_recent();
        self.unlink(&mut writer, vec![(series, reading)], Reason::Removed) > 0
    }

    /// Unlinks every series, as [`remove`](Self::remove) does one.
    pub(crate) fn clear(&self) {
        let totals = Totals::sum_up();
        let mut writer = self.lock();
        writer.settle(self, &totals);
        let mut all = Vec::with_capacity(self.len());
        self.for_each(&Section::enter(), |found| {
            if !found.has(HIDDEN) {
                all.push((found.keep(), read(found, &totals)));
                found.cell.forget_recent();
            }
        });
        self.unlink(&mut writer, all, Reason::Removed);
    }

    /// Unlinks series that were found idle.
    pub(crate) fn expire(&self, idle: Vec<Going<C>>) {
        if !idle.is_empty() {
            for (series, _) in &idle {
                series.found().cell.forget_recent();
            }
            self.unlink(&mut self.lock(), idle, Reason::Idle);
        }
    }

    /// Frees what was unlinked before and is seen by nobody any more.
    pub(crate) fn settle(&self, totals: &Totals) {
        self.lock().settle(self, totals);
    }

    /// Visits every series that is linked, also those that are hidden.
    pub(crate) fn for_each(&self, section: &Section, mut visit: impl FnMut(Found<'_, C>)) {
        for slot in &self.slots(section).slots {
            if let Some(series) = Slots::series(slot.load(SeqCst)) {
                // SAFETY: as in `find`.
                visit(unsafe { Found::new(series) });
            }
        }
    }

    /// Takes what a series had counted when it was hidden away from a reading; true where
    /// something is left to be shown. A hidden series that counted since is shown again.
    #[cold]
    pub(crate) fn unhide(&self, found: Found<'_, C>, reading: &mut [u64]) -> bool {
        let writer = self.lock();
        let Some(base) = writer.bases.get(&found.id()) else {
            return !found.has(HIDDEN);
        };
        if found.has(HIDDEN) {
            if **base == *reading {
                return false;
            }
            found.unmark(HIDDEN);
        }
        C::subtract(reading, base);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Writer<C>> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Links a series that is not linked.
    fn link(&self, writer: &mut Writer<C>, series: Kept<C>) {
        if writer.filled >= most_filled(self.slots_for_writing().slots.len()) {
            self.rebuild(writer);
        }
        let hash = self.hash(&series.found().values());
        writer.filled += usize::from(store(self.slots_for_writing(), hash, series));
        self.len.fetch_add(1, Relaxed);
    }

    /// The slots, for those who hold the lock.
    fn slots_for_writing(&self) -> &Slots<C> {
        // SAFETY: from `Box::into_raw`; only who holds the lock replaces them.
        unsafe { &*self.slots.load(Relaxed) }
    }

    /// Makes room: more slots, or the same without gaps.
    fn rebuild(&self, writer: &mut Writer<C>) {
        let (linked, mut size) = (self.len(), FEWEST);
        while linked >= most_filled(size) / 4 * if size <= SPARSE { 4 } else { 3 } {
            size *= 2;
        }
        let new = Slots::new(size);
        for (_, series) in self.linked() {
            // SAFETY: as in `find`; and what the old slot kept is kept by the new one: old slots
            // are freed without letting go.
            let (found, kept) = unsafe { (Found::new(series), Kept::from_raw(series)) };
            store(&new, self.hash(&found.values()), kept);
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
        let slots = &self.slots_for_writing().slots;
        slots
            .iter()
            .filter_map(move |slot| Some((slot, series(slot)?)))
    }

    /// How many of the series were unlinked or hidden; the others are gone already.
    fn unlink(&self, writer: &mut Writer<C>, going: Vec<Going<C>>, because: Reason) -> usize {
        let (mut unlinked, mut count) = (Vec::new(), 0);
        for (series, base) in going {
            let Some(slot) = self.slot_of(&series) else {
                continue;
            };
            count += 1;
            // Kept by the slot and by `series`; whoever else keeps it may record.
            if series.found().place.kept.load(Relaxed) > 2 {
                writer.hide(&series, base);
            } else if let Some(linked) = Slots::series(slot.swap(gap(), SeqCst)) {
                self.len.fetch_sub(1, Relaxed);
                // SAFETY: the slot kept it, and does no more.
                drop(unsafe { Kept::from_raw(linked) });
                unlinked.push((series, base));
            }
        }
        if !unlinked.is_empty() {
            writer.limbo.push(Unlinked {
                grace: Grace::begin(),
                series: unlinked,
                because,
            });
        }
        count
    }

    /// The slot of a series, where it is linked. Only for those who hold the lock.
    fn slot_of(&self, series: &Kept<C>) -> Option<&AtomicPtr<Series<C>>> {
        let found = series.found();
        self.slots_for_writing()
            .probe(self.hash(&found.values()))
            .take_while(|slot| !slot.load(Relaxed).is_null())
            .find(|slot| {
                Slots::series(slot.load(Relaxed)).is_some_and(|other| found.is(other.as_ptr()))
            })
    }
}

impl<C: Cell> Writer<C> {
    /// Frees what nobody sees or keeps any more, and shows again what was recorded meanwhile.
    fn settle(&mut self, table: &Table<C>, totals: &Totals) {
        self.outgrown.retain_mut(|(grace, _)| !grace.is_over());
        let mut left = Vec::new();
        for hidden in std::mem::take(&mut self.hidden) {
            let found = hidden.found();
            // Kept by the slot and by `hidden`.
            let is_left = found.place.kept.load(Relaxed) <= 2;
            match (found.has(HIDDEN), is_left) {
                (false, _) => {} // shown again
                (true, false) => self.hidden.push(hidden),
                (true, true) => {
                    let base = self.bases.get(&found.id()).cloned();
                    left.push((hidden, base.unwrap_or_default()));
                }
            }
        }
        if !left.is_empty() {
            table.unlink(self, left, Reason::Idle);
        }
        let over = |unlinked: &mut Unlinked<C>| unlinked.grace.is_over();
        let over: Vec<_> = self.limbo.extract_if(.., over).collect();
        for Unlinked {
            series, because, ..
        } in over
        {
            for (series, base) in series {
                self.let_go(table, totals, (series, base), because);
            }
        }
    }

    /// Frees a series whose grace is over, unless it turned out to be needed.
    fn let_go(
        &mut self,
        table: &Table<C>,
        totals: &Totals,
        (series, base): Going<C>,
        because: Reason,
    ) {
        let is_counted = series.found().cell.shape().is_some();
        if !series.is_only() {
            self.hide(&series, base);
            table.link(self, series);
        } else if because == Reason::Idle && is_counted && read(series.found(), totals) != base {
            self.rebase(&series, base);
            table.link(self, series);
        } else {
            self.bases.remove(&series.found().id());
        }
    }

    /// Shows a series no more until it is recorded again.
    fn hide(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        let found = series.found();
        self.rebase(series, base);
        found.mark(HIDDEN);
        if found.cell.shape().is_none() {
            // Who sets it next shows it, even to what it was before.
            found.place.fall_asleep();
        }
        self.hidden.push(series.clone());
    }

    /// Shows of a series only what is counted beyond `base`.
    fn rebase(&mut self, series: &Kept<C>, base: Box<[u64]>) {
        self.bases.insert(series.found().id(), base);
        series.found().mark(BASED);
    }

    fn take_from_limbo(&mut self, texts: &(impl Texts + ?Sized)) -> Option<Going<C>> {
        self.limbo.iter_mut().find_map(|unlinked| {
            let series = &mut unlinked.series;
            let place = series
                .iter()
                .position(|(series, _)| series.found().has_values(texts))?;
            Some(series.swap_remove(place))
        })
    }
}

/// Stores a series in the first slot that is free; true where it was empty, not a gap.
fn store<C: Cell>(slots: &Slots<C>, hash: u64, series: Kept<C>) -> bool {
    let free = slots.probe(hash).find_map(|slot| {
        let word = slot.load(Relaxed);
        Slots::series(word).is_none().then_some((slot, word))
    });
    let series = series.into_raw().as_ptr();
    if TAGGED && series.addr() & usize::MAX << TAG_SHIFT != 0 {
        // No address of these targets; to go on would be to follow another one.
        std::process::abort();
    }
    let Some((slot, word)) = free else {
        unreachable!("there are more slots than series")
    };
    // SeqCst includes Release: who finds it finds it complete.
    slot.store(series.map_addr(|address| address | tag(hash)), SeqCst);
    word.is_null()
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
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
