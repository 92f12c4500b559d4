//! The exemplars of a family's series, beside them: a series without any is no larger for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::exemplar::Exemplar;
use crate::lock::{hold_at_once, soon};
use crate::snapshot::Noted;

/// By the id of the series. Nothing is allocated before there are any.
#[derive(Debug, Default)]
pub(super) struct Exemplars(Mutex<HashMap<u64, Entry>>);

/// What is noted of one series.
#[derive(Debug, Default)]
struct Entry {
    /// The one of a counter; of a histogram, those of its buckets up to the last that has one.
    places: Vec<Option<Arc<Exemplar>>>,
    /// Noted since the last gather, which may have been too early to see the series.
    is_new: bool,
    /// The series was in the gather that is under way.
    is_listed: bool,
}

impl Exemplars {
    /// Notes an exemplar in place of the one before, unless the table is locked: it is a sample,
    /// and recording waits for nobody.
    pub(super) fn note(&self, series: u64, place: usize, exemplar: Exemplar) {
        let mut exemplar = Some(Arc::new(exemplar));
        if let Some(mut table) = hold_at_once(&self.0) {
            let entry = table.entry(series).or_default();
            if entry.places.len() <= place {
                entry.places.resize(place + 1, None);
            }
            std::mem::swap(&mut entry.places[place], &mut exemplar);
            entry.is_new = true;
        }
        // The one before is freed after the lock.
    }

    /// Forgets those of a series.
    pub(super) fn forget(&self, series: u64) {
        if let Some(mut table) = soon(|| hold_at_once(&self.0)) {
            table.remove(&series);
        }
    }

    /// Forgets all.
    pub(super) fn clear(&self) {
        if let Some(mut table) = soon(|| hold_at_once(&self.0)) {
            table.clear();
        }
    }

    /// Appends those of the series listed, and forgets those of series that are gone.
    pub(super) fn gather(&self, listed: impl Iterator<Item = u64>, noted: &mut Vec<Noted>) {
        let Some(mut table) = soon(|| hold_at_once(&self.0)) else {
            return;
        };
        if table.is_empty() {
            return;
        }
        for (index, id) in listed.enumerate() {
            let Some(entry) = table.get_mut(&id) else {
                continue;
            };
            entry.is_listed = true;
            let places = entry.places.iter().enumerate();
            noted.extend(places.filter_map(|(place, exemplar)| {
                Some(Noted {
                    series: index,
                    place,
                    exemplar: Arc::clone(exemplar.as_ref()?),
                })
            }));
        }
        table.retain(|_, entry| {
            let is_kept = entry.is_listed || entry.is_new;
            (entry.is_listed, entry.is_new) = (false, false);
            is_kept
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn note(exemplars: &Exemplars, series: u64, place: usize, value: f64) {
        let exemplar = Exemplar::new([("a", "b")], value, Duration::ZERO).unwrap();
        exemplars.note(series, place, exemplar);
    }

    /// Series by index, place and value.
    fn gather(exemplars: &Exemplars, listed: &[u64]) -> Vec<(usize, usize, f64)> {
        let mut noted = Vec::new();
        exemplars.gather(listed.iter().copied(), &mut noted);
        let noted = noted.iter();
        noted
            .map(|noted| (noted.series, noted.place, noted.exemplar.value()))
            .collect()
    }

    #[test]
    fn the_latest_of_each_place_is_told() {
        let exemplars = Exemplars::default();
        assert_eq!(gather(&exemplars, &[1, 2, 3]), []);
        note(&exemplars, 2, 0, 1.0);
        note(&exemplars, 3, 4, 2.0);
        note(&exemplars, 3, 1, 3.0);
        note(&exemplars, 3, 4, 4.0);
        let expected = [(0, 1, 3.0), (0, 4, 4.0), (2, 0, 1.0)];
        assert_eq!(gather(&exemplars, &[3, 1, 2]), expected);
        assert_eq!(gather(&exemplars, &[3, 1, 2]), expected);
    }

    #[test]
    fn those_of_series_that_are_gone_are_forgotten() {
        let exemplars = Exemplars::default();
        note(&exemplars, 1, 0, 1.0);
        note(&exemplars, 2, 0, 2.0);
        // One may be noted of a series that the gather came too early for.
        assert_eq!(gather(&exemplars, &[1]), [(0, 0, 1.0)]);
        assert_eq!(gather(&exemplars, &[1, 2]).len(), 2);
        assert_eq!(gather(&exemplars, &[1]).len(), 1);
        assert_eq!(gather(&exemplars, &[1, 2]).len(), 1);
        exemplars.forget(1);
        assert_eq!(gather(&exemplars, &[1, 2]), []);
        note(&exemplars, 1, 0, 1.0);
        exemplars.clear();
        assert!(exemplars.0.lock().unwrap().is_empty());
    }

    #[test]
    fn the_one_before_stays_where_the_table_is_locked() {
        let exemplars = Exemplars::default();
        note(&exemplars, 1, 0, 1.0);
        let held = exemplars.0.lock().unwrap();
        note(&exemplars, 1, 0, 2.0);
        drop(held);
        assert_eq!(gather(&exemplars, &[1]), [(0, 0, 1.0)]);
    }
}
