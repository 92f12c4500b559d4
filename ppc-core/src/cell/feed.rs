//! The change feed: who is told of every recording, for streams.
//!
//! A series that is watched has a number that names no words, so each recording takes the way
//! that a new thread's takes, and asks here. One that is not watched records with the same
//! instructions as if there were no feed.

#![expect(unsafe_code, reason = "a list that is freed after a grace")]

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::ids::FamilyTag;
use super::section::{Grace, Section};

/// Is told of every recording of what it watches, on the thread that records.
///
/// Of counts and gauges it is told before the recording, so that a gather never shows what nobody
/// was told of yet; of states and facts after it.
pub trait Feed: Send + Sync {
    /// A series, by its [`id`](crate::SeriesSnapshot::id), changed. Must not record, and not wait
    /// for one who gathers.
    fn changed(&self, series: u64, change: Change);
}

/// What a recording did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Added to a counter or gauge.
    Added(Real),
    /// Set a gauge.
    Set(Real),
    /// Observed by a histogram or summary.
    Observed(Real),
    /// Changed the states of a state set: a bit for each that holds now.
    States(u64),
    /// Replaced an info's facts: what it says now is to be gathered.
    Replaced,
    /// Removed it, under a lock: whoever is told must not wait at all. It may come back, from zero.
    Removed,
}

/// A float by its bits: a change whose values are all integers goes in registers, and otherwise
/// through memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Real(pub u64);

impl Real {
    /// The float.
    #[inline]
    pub fn get(self) -> f64 {
        f64::from_bits(self.0)
    }
}

impl From<f64> for Real {
    #[inline]
    fn from(real: f64) -> Self {
        Self(real.to_bits())
    }
}

/// The families that a feed is told of: a bit each.
pub(crate) struct Interest(Box<[AtomicU64]>);

impl Interest {
    pub(crate) fn new() -> Self {
        let (last, _) = FamilyTag::of(u64::MAX).place();
        Self((0..=last).map(|_| AtomicU64::new(0)).collect())
    }

    pub(crate) fn add(&self, family: FamilyTag) {
        let (word, bit) = family.place();
        self.0[word].fetch_or(bit, SeqCst);
    }

    #[inline]
    fn has(&self, family: FamilyTag) -> bool {
        let (word, bit) = family.place();
        self.0
            .get(word)
            .is_some_and(|word| word.load(Relaxed) & bit != 0)
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interest").finish_non_exhaustive()
    }
}

type Feeds = Vec<(Arc<Interest>, Arc<dyn Feed>)>;

/// Those who are told; null where nobody is.
static FEEDS: AtomicPtr<Feeds> = AtomicPtr::new(ptr::null_mut());

/// How often the processor is given up for those who read a list.
const PATIENCE: usize = 1000;

/// Lists that were replaced, and may be read still.
static RETIRED: Mutex<Vec<Retired>> = Mutex::new(Vec::new());

/// A list that was replaced; freed once its grace is over.
struct Retired(NonNull<Feeds>, Grace);

// SAFETY: whoever has it only frees it.
unsafe impl Send for Retired {}

impl Retired {
    /// Whether nobody reads it any more; it is freed then.
    fn is_over(&mut self) -> bool {
        let is_over = self.1.is_over();
        if is_over {
            // SAFETY: from `Box::into_raw`; who might have loaded it has ended its section, and
            // after this it is asked for no more.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
        is_over
    }
}

/// Frees lists that nobody reads any more.
fn settle() {
    lock(&RETIRED).retain_mut(|retired| !retired.is_over());
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Held by who replaces the list.
static CHANGING: Mutex<()> = Mutex::new(());

/// Tells everybody who is interested of a change.
#[cold]
pub(super) fn tell(series: u64, change: Change) {
    let _section = Section::enter();
    // SAFETY: null or from `Box::into_raw`, and freed after the grace of this section.
    if let Some(feeds) = unsafe { FEEDS.load(SeqCst).as_ref() } {
        let family = FamilyTag::of(series);
        for (_, feed) in feeds.iter().filter(|(interest, _)| interest.has(family)) {
            feed.changed(series, change);
        }
    }
}

/// A feed that is told; until this is dropped.
pub(crate) struct Subscription(Arc<dyn Feed>);

impl Subscription {
    pub(crate) fn new(interest: &Arc<Interest>, feed: Arc<dyn Feed>) -> Self {
        replace(|feeds| feeds.push((Arc::clone(interest), Arc::clone(&feed))));
        Self(feed)
    }
}

impl Drop for Subscription {
    /// Waits for those who tell it something now, as a rule: when this returns nobody does any more.
    /// Not for long: one of them may wait for room in another feed.
    fn drop(&mut self) {
        replace(|feeds| {
            let place = feeds
                .iter()
                .position(|(_, feed)| Arc::ptr_eq(feed, &self.0));
            place.map(|place| feeds.swap_remove(place));
        });
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

fn replace(change: impl FnOnce(&mut Feeds)) {
    let _changing = lock(&CHANGING);
    let old = FEEDS.load(SeqCst);
    // SAFETY: as in `tell`; and only who holds the lock frees it.
    let mut feeds = unsafe { old.as_ref() }.cloned().unwrap_or_default();
    change(&mut feeds);
    let new = if feeds.is_empty() {
        ptr::null_mut()
    } else {
        Box::into_raw(Box::new(feeds))
    };
    FEEDS.store(new, SeqCst);
    settle();
    if let Some(old) = NonNull::new(old) {
        let mut retired = Retired(old, Grace::begin());
        for _ in 0..PATIENCE {
            if retired.is_over() {
                return;
            }
            thread::yield_now();
        }
        lock(&RETIRED).push(retired);
    }
}
