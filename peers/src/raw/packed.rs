//! The fastest look-up we know by three short texts: a `hashbrown::HashTable` of the thread's own,
//! whose entries hold the texts packed into words beside the counter.
//!
//! A text of at most 16 bytes is two words, which are its first and last eight bytes and may
//! overlap, and its length. So a look-up reads six words, hashes them with `foldhash::fast`,
//! compares them in one entry without following a pointer, and adds 1. Longer texts it refuses: a
//! library must keep those too.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::labels::Triple;
use crate::rounds::Operation;

const LONGEST: usize = 16;

/// Three texts.
#[derive(Clone, Copy)]
struct Key {
    texts: [[u64; 2]; 3],
    lengths: u64,
}

/// The counters of a thread.
#[derive(Default)]
struct Table {
    hasher: RandomState,
    entries: HashTable<(Key, u64)>,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// A look-up and an addition for each of the visits. A thread's first pass inserts.
pub(crate) fn look_ups(visits: Vec<Triple>) -> Operation {
    Box::new(move |repetitions| {
        TABLE.with_borrow_mut(|table| {
            for _ in 0..repetitions {
                for triple in &visits {
                    table.increment(black_box(triple));
                }
            }
        });
    })
}

impl Table {
    #[inline]
    fn increment(&mut self, triple: &Triple) {
        let key = Key::new(triple);
        let hash = key.hash(&self.hasher);
        match self.entries.find_mut(hash, |(other, _)| key.is(other)) {
            Some((_, count)) => *count += 1,
            None => self.insert(hash, key),
        }
    }

    #[cold]
    fn insert(&mut self, hash: u64, key: Key) {
        let hasher = &self.hasher;
        self.entries
            .insert_unique(hash, (key, 1), |(key, _)| key.hash(hasher));
    }
}

impl Key {
    #[inline]
    fn new([account, host, event_type]: &Triple) -> Self {
        let lengths = account.len() | host.len() << 8 | event_type.len() << 16;
        Self {
            texts: [words(account), words(host), words(event_type)],
            lengths: lengths as u64,
        }
    }

    #[inline]
    fn hash(&self, hasher: &RandomState) -> u64 {
        let mut hasher = hasher.build_hasher();
        for [first, last] in self.texts {
            hasher.write_u64(first);
            hasher.write_u64(last);
        }
        hasher.write_u64(self.lengths);
        hasher.finish()
    }

    /// One comparison at the end, not one a text.
    #[inline]
    fn is(&self, other: &Self) -> bool {
        let mut different = self.lengths ^ other.lengths;
        for n in 0..3 {
            different |= self.texts[n][0] ^ other.texts[n][0];
            different |= self.texts[n][1] ^ other.texts[n][1];
        }
        different == 0
    }
}

/// All bytes of a text, as numbers that differ where texts of this length differ.
#[inline]
fn words(text: &str) -> [u64; 2] {
    let bytes = text.as_bytes();
    if bytes.len() > LONGEST {
        too_long(text);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        [u64::from_ne_bytes(*first), u64::from_ne_bytes(*last)]
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        [*first, *last].map(|bytes| u64::from(u32::from_ne_bytes(bytes)))
    } else if let [first, .., last] | [first @ last] = bytes {
        let middle = bytes[bytes.len() / 2];
        [u64::from(*first) << 8 | u64::from(middle), u64::from(*last)]
    } else {
        [0, 0]
    }
}

#[cold]
fn too_long(text: &str) -> ! {
    panic!("`{text}` has more than {LONGEST} bytes")
}
