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
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::ids::FamilyTag;
use super::section::{Grace, Section};
use crate::clock;
use crate::lock::{Held, hold};

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

/// Held by who replaces the list: those that were replaced, until nobody reads them any more.
static REPLACED: Mutex<Vec<Replaced>> = Mutex::new(Vec::new());

struct Replaced {
    /// Who may still read it.
    grace: Grace,
    _feeds: Left,
}

/// A list that was replaced.
struct Left(NonNull<Feeds>);

// SAFETY: what is in it may be dropped by any thread.
unsafe impl Send for Left {}

impl Drop for Left {
    fn drop(&mut self) {
        // SAFETY: from `Box::into_raw`, and dropped after the grace alone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Whoever ends waits no longer than this for one who tells something: another feed may have it
/// wait, for room.
const PATIENCE: Duration = Duration::from_millis(200);

/// Between two looks.
const PAUSE: Duration = Duration::from_micros(50);

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

/// After a fork, in the child: nobody is told. What tells the parent's feeds is left where it is.
pub(super) fn in_child() {
    FEEDS.store(ptr::null_mut(), SeqCst);
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
    /// Waits for those who tell it something now: when this returns nobody does any more, but who
    /// is held up by another feed, and has not recorded yet.
    fn drop(&mut self) {
        replace(|feeds| {
            let place = feeds
                .iter()
                .position(|(_, feed)| Arc::ptr_eq(feed, &self.0));
            place.map(|place| feeds.swap_remove(place));
        });
        let began = clock::now();
        while free(&mut replaced()) > 0 && began.elapsed() < PATIENCE {
            thread::sleep(PAUSE);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

fn replaced() -> Held<'static, Vec<Replaced>> {
    hold(&REPLACED)
}

/// Frees the lists that nobody reads any more; how many are left.
fn free(replaced: &mut Vec<Replaced>) -> usize {
    replaced.retain_mut(|list| !list.grace.is_over());
    replaced.len()
}

/// Waits for nobody.
fn replace(change: impl FnOnce(&mut Feeds)) {
    let mut replaced = replaced();
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
    if let Some(old) = NonNull::new(old) {
        replaced.push(Replaced {
            grace: Grace::begin(),
            _feeds: Left(old),
        });
    }
    free(&mut replaced);
}
