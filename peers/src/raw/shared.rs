//! Atomics that all threads share, with relaxed order: what most libraries build on.

use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::labels::{BOUNDS, Triple, bounds, values};
use crate::rounds::{Operation, over, repeat};

/// An atomic addition.
pub(crate) fn counter() -> Operation {
    let counter = AtomicU64::new(0);
    repeat(move || {
        counter.fetch_add(1, Relaxed);
    })
}

/// An atomic store.
pub(crate) fn gauge() -> Operation {
    let gauge = AtomicU64::new(0);
    repeat(move || gauge.store(black_box(5.5_f64).to_bits(), Relaxed))
}

/// A search over the bounds without a branch, an atomic addition to a bucket, and a
/// compare-exchange of the sum.
pub(crate) fn histogram() -> Operation {
    let bounds: [f64; BOUNDS] = bounds();
    let buckets: [AtomicU64; BOUNDS + 1] = std::array::from_fn(|_| AtomicU64::new(0));
    let sum = AtomicU64::new(0);
    over(values(), move |&value| {
        let bucket = bounds.partition_point(|bound| value > *bound);
        buckets[bucket].fetch_add(1, Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
        // Never fails: there always is a next value.
        let _ = sum.fetch_update(Relaxed, Relaxed, add);
    })
}

/// A hash table from three boxed texts to an atomic, which nobody inserts into any more.
pub(crate) struct Frozen {
    hasher: RandomState,
    table: HashTable<([Box<str>; 3], AtomicU64)>,
}

impl Frozen {
    pub(crate) fn new(triples: &[Triple]) -> Self {
        let hasher = RandomState::default();
        let mut table = HashTable::with_capacity(triples.len());
        for triple in triples {
            let hash = hash(&hasher, triple);
            let texts = triple.each_ref().map(|text| text.as_str().into());
            table.insert_unique(hash, (texts, AtomicU64::new(0)), |(texts, _)| {
                self::hash(&hasher, texts)
            });
        }
        Self { hasher, table }
    }

    fn increment(&self, triple: &Triple) {
        let is = |texts: &[Box<str>; 3]| texts.iter().zip(triple).all(|(a, b)| **a == **b);
        let hash = hash(&self.hasher, triple);
        if let Some((_, counter)) = self.table.find(hash, |(texts, _)| is(texts)) {
            counter.fetch_add(1, Relaxed);
        }
    }
}

/// A look-up and an atomic addition for each of the visits.
pub(crate) fn look_ups(triples: &[Triple], visits: Vec<Triple>) -> Operation {
    let table = Arc::new(Frozen::new(triples));
    over(visits, move |triple| table.increment(triple))
}

#[inline]
fn hash(hasher: &RandomState, texts: &[impl AsRef<str>; 3]) -> u64 {
    let mut hasher = hasher.build_hasher();
    for text in texts {
        hasher.write(text.as_ref().as_bytes()); // mixes in its length
    }
    hasher.finish()
}
