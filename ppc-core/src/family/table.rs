//! From label values to series: the only concurrent map.
//!
//! Sharded, so that threads that look up different series rarely meet. No user code runs under a
//! lock: keys are complete before, and cells do nothing but arithmetic.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::OccupiedEntry;

use crate::cell::Cell;
use crate::descriptor::Descriptor;
use crate::label::Key;
use crate::series::{Series, SeriesLabels};

const SHARDS: usize = 16;

type Shard<C> = HashTable<Arc<Series<C>>>;

/// The series of a family, by label values.
pub(crate) struct Table<C> {
    hasher: RandomState,
    shards: [RwLock<Shard<C>>; SHARDS],
}

impl<C: Cell> Table<C> {
    pub(crate) fn new() -> Self {
        let shards = std::array::from_fn(|_| RwLock::new(HashTable::new()));
        Self {
            hasher: RandomState::default(),
            shards,
        }
    }

    /// Runs `record` on the series of this key, which is made where there is none.
    #[inline]
    pub(crate) fn with<R>(
        &self,
        key: &Key,
        descriptor: &Arc<Descriptor>,
        record: impl FnOnce(&Series<C>) -> R,
    ) -> R {
        let hash = key.hash(&self.hasher);
        {
            let shard = self.read(hash);
            if let Some(series) = shard.find(hash, |series| key.is(series.values())) {
                return record(series);
            }
        }
        record(&self.insert(hash, key, descriptor))
    }

    pub(crate) fn get_or_insert(&self, key: &Key, descriptor: &Arc<Descriptor>) -> Arc<Series<C>> {
        let hash = key.hash(&self.hasher);
        let known = self
            .read(hash)
            .find(hash, |series| key.is(series.values()))
            .cloned();
        known.unwrap_or_else(|| self.insert(hash, key, descriptor))
    }

    #[cold]
    fn insert(&self, hash: u64, key: &Key, descriptor: &Arc<Descriptor>) -> Arc<Series<C>> {
        let new = Arc::new(Series::new(descriptor, key.to_values()));
        let mut shard = self.write(hash);
        if let Some(other) = shard.find(hash, |series| key.is(series.values())) {
            return Arc::clone(other); // another thread was first
        }
        let hasher = &self.hasher;
        shard.insert_unique(hash, Arc::clone(&new), |series| {
            series.values().hash(hasher)
        });
        new
    }

    pub(crate) fn remove(&self, key: &Key) -> bool {
        let hash = key.hash(&self.hasher);
        let mut shard = self.write(hash);
        let found = shard.find_entry(hash, |series| key.is(series.values()));
        found.map(OccupiedEntry::remove).is_ok()
    }

    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            let old = std::mem::take(&mut *shard.write().unwrap_or_else(PoisonError::into_inner));
            drop(old); // after the lock
        }
    }

    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Arc<Series<C>>)) {
        for shard in &self.shards {
            shard
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .for_each(&mut visit);
        }
    }

    fn read(&self, hash: u64) -> RwLockReadGuard<'_, Shard<C>> {
        self.shards[shard_index(hash)]
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, hash: u64) -> RwLockWriteGuard<'_, Shard<C>> {
        self.shards[shard_index(hash)]
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// From bits that the tables themselves look at last.
fn shard_index(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

impl<C> fmt::Debug for Table<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}
