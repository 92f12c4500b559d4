//! The least memory we know for counters by three texts, all of which are known beforehand: each
//! text once, a series as three numbers of texts, and tables of indices of four bytes.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::labels::Triple;

/// Counters that can be found by their texts.
pub(crate) struct Interned {
    hasher: RandomState,
    texts: Texts,
    keys: Vec<[u32; 3]>,
    counts: Vec<u64>,
    series: HashTable<u32>,
}

/// Different texts, one after another.
struct Texts {
    bytes: String,
    /// Where each ends.
    ends: Vec<u32>,
    numbers: HashTable<u32>,
}

impl Interned {
    /// One counter a triple, without a byte that growth would need.
    pub(crate) fn new(triples: &[Triple]) -> Self {
        let count = triples.len();
        let (texts, bytes) = distinct(triples);
        let mut interned = Self {
            hasher: RandomState::default(),
            texts: Texts {
                bytes: String::with_capacity(bytes),
                ends: Vec::with_capacity(texts),
                numbers: HashTable::with_capacity(texts),
            },
            keys: Vec::with_capacity(count),
            counts: Vec::with_capacity(count),
            series: HashTable::with_capacity(count),
        };
        for triple in triples {
            interned.increment(triple);
        }
        interned
    }

    fn increment(&mut self, triple: &Triple) {
        let key = triple
            .each_ref()
            .map(|text| self.texts.number(text, &self.hasher));
        let hash = self.hasher.hash_one(key);
        let keys = &self.keys;
        let found = self.series.find(hash, |&n| keys[n as usize] == key);
        if let Some(&n) = found {
            self.counts[n as usize] += 1;
            return;
        }
        let n = index(self.keys.len());
        self.keys.push(key);
        self.counts.push(1);
        let (keys, hasher) = (&self.keys, &self.hasher);
        self.series
            .insert_unique(hash, n, |&n| hasher.hash_one(keys[n as usize]));
    }
}

impl Texts {
    fn number(&mut self, text: &str, hasher: &RandomState) -> u32 {
        let hash = hasher.hash_one(text);
        let (bytes, ends) = (&self.bytes, &self.ends);
        let found = self.numbers.find(hash, |&n| at(bytes, ends, n) == text);
        if let Some(&n) = found {
            return n;
        }
        let n = index(self.ends.len());
        self.bytes.push_str(text);
        self.ends.push(index(self.bytes.len()));
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.numbers
            .insert_unique(hash, n, |&n| hasher.hash_one(at(bytes, ends, n)));
        n
    }
}

/// How many different texts there are, and of how many bytes.
fn distinct(triples: &[Triple]) -> (usize, usize) {
    let mut texts: Vec<&String> = triples.iter().flatten().collect();
    texts.sort_unstable();
    texts.dedup();
    (texts.len(), texts.into_iter().map(String::len).sum())
}

fn at<'a>(bytes: &'a str, ends: &[u32], n: u32) -> &'a str {
    let n = n as usize;
    let start = n.checked_sub(1).map_or(0, |before| ends[before]);
    &bytes[start as usize..ends[n] as usize]
}

fn index(n: usize) -> u32 {
    u32::try_from(n).expect("fewer than four thousand million")
}
