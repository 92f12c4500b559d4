//! Removals that somebody asked for, noted for those who have to repeat them elsewhere: a store
//! that other processes share deletes what one of them removes.
//!
//! Series that expire are not among them. Nothing is noted until somebody wants it, and then only
//! the last [`MOST`] of each family.
//!
//! A removal is noted under the lock of the family's table, before the series goes. So whoever
//! gathers, finds a series gone and then reads the log finds the removal in it; and a series that
//! comes back is in a life of a higher number than the one noted.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};

use crate::label::Texts;
use crate::lock::{Held, hold};

/// How many removals a family has noted at most; fewer under Miri, for which so many take minutes.
const MOST: usize = if cfg!(miri) { 64 } else { 4_096 };

static IS_WANTED: AtomicBool = AtomicBool::new(false);

/// How many removals were noted, of all families.
static NOTED: AtomicU64 = AtomicU64::new(0);

/// Has every removal of this process noted from now on, and returns the moment of the latest one that
/// was: those that follow have a higher one.
///
/// # Examples
///
/// ```standalone_crate
/// use ppc_core::removals::{Removed, want};
/// use ppc_core::{Gauge, Registry};
///
/// let registry = Registry::new();
/// let load = Gauge::builder("load").label_names(["host"]).register(&registry)?;
/// let told = || {
///     let (snapshot, mut told) = (registry.gather(), Vec::new());
///     for family in snapshot.families() {
///         family.removals_since(0, &mut |removal| match removal.what {
///             Removed::Series { values, .. } => told.push(values.join(",")),
///             what => told.push(format!("{what:?}")),
///         });
///     }
///     told
/// };
///
/// load.labels(("a",))?.set(1);
/// load.remove(("a",))?;
/// load.clear();
/// assert!(told().is_empty()); // nobody wanted to know
///
/// want();
/// load.remove(("b",))?; // another process may have it
/// assert_eq!(told(), ["b"]);
/// # Ok::<(), ppc_core::Error>(())
/// ```
pub fn want() -> u64 {
    IS_WANTED.store(true, Relaxed);
    NOTED.load(Relaxed)
}

/// A removal that somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal<'a> {
    /// Its number in the family, which rises from 1 without gaps.
    pub number: u64,
    /// It rises with each removal of the process; see [`want`].
    pub moment: u64,
    /// What was removed.
    pub what: Removed<'a>,
}

/// What was removed. A number of a life is one of
/// [`SeriesSnapshot::life`](crate::SeriesSnapshot::life).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed<'a> {
    /// One series; perhaps one that this process does not have, but others may.
    Series {
        /// The values of its labels, in declared order.
        values: &'a [Box<str>],
        /// The life that was removed; as are all lives of these labels with a lower number.
        life: u64,
    },
    /// Every series.
    All {
        /// All lives up to this number are removed.
        up_to_life: u64,
    },
    /// So many removals that are no longer known, up to and with the number.
    Missed(u64),
}

/// The removals of a family.
#[derive(Debug, Default)]
pub(crate) struct Removals(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    /// The number of the last entry; 0 where there was none.
    newest: u64,
    /// Each with its moment.
    entries: VecDeque<(u64, Arc<Entry>)>,
}

#[derive(Debug)]
enum Entry {
    Series { values: Box<[Box<str>]>, life: u64 },
    All { up_to_life: u64 },
}

impl Removals {
    /// Whether anything is to be noted.
    pub(crate) fn is_wanted() -> bool {
        IS_WANTED.load(Relaxed)
    }

    /// Notes that the series of these labels was removed.
    pub(crate) fn note(&self, texts: &(impl Texts + ?Sized), life: impl FnOnce() -> u64) {
        if Self::is_wanted() {
            let mut values = Vec::with_capacity(texts.count());
            texts.all(&mut |text| {
                values.push(text.into());
                true
            });
            self.push(Entry::Series {
                values: values.into(),
                life: life(),
            });
        }
    }

    /// Notes that every series was removed.
    pub(crate) fn note_all(&self, up_to_life: u64) {
        if Self::is_wanted() {
            self.push(Entry::All { up_to_life });
        }
    }

    #[cold]
    fn push(&self, entry: Entry) {
        let mut log = self.lock();
        if log.entries.len() == MOST {
            log.entries.pop_front();
        }
        log.newest += 1;
        let moment = NOTED.fetch_add(1, Relaxed) + 1;
        log.entries.push_back((moment, Arc::new(entry)));
    }

    /// Tells every removal after that of the number; returns the number of the last one.
    pub(crate) fn since(&self, number: u64, each: &mut dyn FnMut(Removal<'_>)) -> u64 {
        let (newest, entries) = {
            let log = self.lock();
            let new = log.newest.saturating_sub(number);
            let new = usize::try_from(new).unwrap_or(usize::MAX);
            let known = log.entries.len().saturating_sub(new);
            let entries: Vec<_> = log.entries.range(known..).cloned().collect();
            (log.newest, entries)
        };
        // Not under the lock: it is the caller's code.
        let before = newest - entries.len() as u64;
        let missed = before.saturating_sub(number);
        if missed > 0 {
            // None of them is later than the first that is known.
            let moment = entries.first().map_or(0, |(moment, _)| moment - 1);
            each(Removal {
                number: before,
                moment,
                what: Removed::Missed(missed),
            });
        }
        for (number, (moment, entry)) in (before + 1..).zip(&entries) {
            let what = match &**entry {
                Entry::Series { values, life } => Removed::Series {
                    values,
                    life: *life,
                },
                Entry::All { up_to_life } => Removed::All {
                    up_to_life: *up_to_life,
                },
            };
            let moment = *moment;
            each(Removal {
                number,
                moment,
                what,
            });
        }
        newest
    }

    fn lock(&self) -> Held<'_, Log> {
        hold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told after a number, and what is returned.
    fn told(removals: &Removals, number: u64) -> (Vec<(u64, String)>, u64) {
        let mut told = Vec::new();
        let newest = removals.since(number, &mut |removal| {
            let what = match removal.what {
                Removed::Series { values, life } => format!("{} {life}", values.join(",")),
                Removed::All { up_to_life } => format!("all {up_to_life}"),
                Removed::Missed(count) => format!("missed {count}"),
            };
            told.push((removal.number, what));
        });
        (told, newest)
    }

    #[test]
    fn removals_are_told_in_order_and_once() {
        let removals = Removals::default();
        assert_eq!(told(&removals, 0), (vec![], 0));
        removals.push(Entry::Series {
            values: ["a", "b"].map(Box::from).into(),
            life: 7,
        });
        removals.push(Entry::All { up_to_life: 9 });
        let both = vec![(1, "a,b 7".to_owned()), (2, "all 9".to_owned())];
        assert_eq!(told(&removals, 0), (both.clone(), 2));
        assert_eq!(told(&removals, 1), (both[1..].to_vec(), 2));
        assert_eq!(told(&removals, 2), (vec![], 2));
        // A reader that begins with what comes.
        assert_eq!(told(&removals, u64::MAX), (vec![], 2));
    }

    #[test]
    fn the_oldest_are_forgotten_and_missed() {
        let removals = Removals::default();
        let most = MOST as u64;
        (1..=most + 10).for_each(|up_to_life| removals.push(Entry::All { up_to_life }));
        let (all, newest) = told(&removals, 0);
        assert_eq!((all.len(), newest), (MOST + 1, most + 10));
        assert_eq!(all[0], (10, "missed 10".to_owned()));
        assert_eq!(all[1], (11, "all 11".to_owned()));
        let (some, _) = told(&removals, 7);
        assert_eq!(some[0], (10, "missed 3".to_owned()));
        let (rest, _) = told(&removals, 10);
        assert_eq!((rest.len(), &rest[0].1[..]), (MOST, "all 11"));
    }

    #[test]
    fn nothing_is_noted_while_nobody_wants_it() {
        let removals = Removals::default();
        removals.note(&["a"][..], || unreachable!("nobody wants the number"));
        removals.note_all(1);
        assert_eq!(told(&removals, 0), (vec![], 0));
    }
}
