//! Numbers of words: who has which, and the sums over all threads.
//!
//! One lock guards them, and recording never waits for it: a series that cannot have a number
//! now records with atomics and asks again later. A gather holds the lock from its sums to its
//! end, so no number changes hands between the two.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use super::block::{self, CHUNK, Chunk, NOWHERE};
use super::word::{Real, Total, is_whole, real};
use crate::lock::{Held, hold, hold_at_once};

/// What the words of a number hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One word, a [`Total`].
    Total,
    /// A sum and this many counts.
    Observations(u8),
}

impl Shape {
    fn len(self) -> u8 {
        match self {
            Self::Total => 1,
            // At most 255 in all, by `Shape::observations`.
            Self::Observations(counts) => counts + 1,
        }
    }

    /// Words for a histogram of so many counts, where they fit into a chunk.
    pub(super) fn observations(counts: usize) -> Option<Self> {
        let counts = u8::try_from(counts).ok().filter(|counts| *counts < u8::MAX);
        counts.map(Self::Observations)
    }
}

/// A chunk's use: all its words are of one shape's kind, so that sums need not ask word by word.
enum Use {
    Totals,
    /// Where each histogram begins, and its counts; those that are free are among them, as zeros.
    Observations(Vec<(u8, u8)>),
}

struct World {
    chunks: Vec<Use>,
    /// The chunk that is being given out, with the next word, for totals and for observations.
    open: [Option<(u8, usize)>; 2],
    /// Numbers that were given back, by length.
    free: BTreeMap<u8, Vec<u16>>,
    /// All of it, as of the last gather.
    sums: Sums,
}

/// What the words of every number add up to.
struct Sums {
    words: Vec<u64>,
    /// Fractions of totals; empty as long as there are none.
    real: Vec<Real>,
    reading: Vec<u64>,
}

static WORLD: Mutex<World> = Mutex::new(World {
    chunks: Vec::new(),
    open: [None; 2],
    free: BTreeMap::new(),
    sums: Sums::new(),
});

/// Numbers that are given back by threads that must not wait. Held for a push or a swap only.
static RETURNED: Mutex<Vec<(u16, u8)>> = Mutex::new(Vec::new());

/// Why there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A gather is under way, or a fork.
    Now,
    /// All are taken, or threads own no words.
    Ever,
}

/// A number for words of this shape, all zero.
pub(super) fn take(shape: Shape) -> Result<u16, Refused> {
    if !block::is_owned() {
        return Err(Refused::Ever);
    }
    let mut world = hold_at_once(&WORLD).ok_or(Refused::Now)?;
    world.take_back();
    world.take(shape).ok_or(Refused::Ever)
}

/// Gives a number back. Nobody records under it any more.
pub(super) fn give_back(number: u16, shape: Shape) {
    hold(&RETURNED).push((number, shape.len()));
}

/// The sums of a moment; no number changes hands while this is held.
pub struct Totals(Held<'static, World>);

impl fmt::Debug for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Totals").finish_non_exhaustive()
    }
}

impl Totals {
    /// Adds up now. Waits for another gather, never for who records.
    pub(crate) fn sum_up() -> Self {
        let mut world = hold(&WORLD);
        world.sum_up();
        Self(world)
    }

    /// Adds up the words of one number alone, which is asked for when no number changes hands.
    pub(super) fn sum_up_one(words: impl FnOnce() -> Option<(u16, Shape)>) -> Self {
        let mut world = hold(&WORLD);
        if let Some((number, shape)) = words() {
            world.sum_up_one(number, shape);
        }
        Self(world)
    }

    #[inline]
    pub(super) fn add_to(&self, total: &mut Total, number: u16) {
        let (sums, index) = (&self.0.sums, usize::from(number));
        let whole = sums.words.get(index).copied().unwrap_or(0);
        total.whole = total.whole.wrapping_add(whole);
        if let Some(real) = sums.real.get(index) {
            total.real = total.real.and(*real);
        }
    }

    /// The sum, as bits, and then the counts; nothing where the number names no words.
    #[inline]
    pub(super) fn observations(&self, number: u16, counts: usize) -> Option<&[u64]> {
        let start = usize::from(number);
        self.0.sums.words.get(start..=start + counts)
    }
}

impl World {
    fn take_back(&mut self) {
        let returned = std::mem::take(&mut *hold(&RETURNED));
        for (number, len) in returned {
            self.free.entry(len).or_default().push(number);
        }
    }

    fn take(&mut self, shape: Shape) -> Option<u16> {
        let len = shape.len();
        if let Some(number) = self.free.get_mut(&len).and_then(Vec::pop) {
            self.clear(number, len);
            return Some(number);
        }
        let kind = usize::from(shape != Shape::Total);
        let (chunk, place) = match self.open[kind] {
            Some((chunk, next)) if next + usize::from(len) <= CHUNK => (chunk, next),
            _ => (self.new_chunk(shape)?, 0),
        };
        self.open[kind] = Some((chunk, place + usize::from(len)));
        // Below `CHUNK` by the conditions above.
        let place = u8::try_from(place).ok()?;
        if let (Use::Observations(runs), Shape::Observations(counts)) =
            (&mut self.chunks[usize::from(chunk)], shape)
        {
            runs.push((place, counts));
        }
        Some(u16::from_be_bytes([chunk, place]))
    }

    fn new_chunk(&mut self, shape: Shape) -> Option<u8> {
        let chunk = u8::try_from(self.chunks.len()).ok()?;
        if chunk == NOWHERE {
            return None;
        }
        self.chunks.push(match shape {
            Shape::Total => Use::Totals,
            Shape::Observations(_) => Use::Observations(Vec::new()),
        });
        Some(chunk)
    }

    /// Makes a number's words zero in every block. Who gets the number sees it: the number is
    /// published after.
    fn clear(&mut self, number: u16, len: u8) {
        let [chunk, place] = number.to_be_bytes();
        let words = usize::from(place)..usize::from(place) + usize::from(len);
        for chunk in block::all().filter_map(|block| block.chunk(u16::from(chunk))) {
            for word in &chunk[words.clone()] {
                word.store(0, Relaxed);
            }
        }
        self.sums.clear(usize::from(number), usize::from(len));
    }

    /// Always in the same order of blocks: the sum of floats depends on it, and must not fall.
    fn sum_up(&mut self) {
        let Self { chunks, sums, .. } = self;
        sums.start(chunks.len() * CHUNK);
        for block in block::of_this_process() {
            for (index, used) in (0..=u8::MAX).zip(&*chunks) {
                if let Some(chunk) = block.chunk(u16::from(index)) {
                    sums.add(usize::from(index) * CHUNK, chunk, used);
                }
            }
        }
    }

    /// In the same order as all.
    fn sum_up_one(&mut self, number: u16, shape: Shape) {
        let Self { chunks, sums, .. } = self;
        let [index, place] = number.to_be_bytes();
        sums.words.resize(chunks.len() * CHUNK, 0);
        sums.clear(usize::from(number), usize::from(shape.len()));
        let one = match shape {
            Shape::Total => None,
            Shape::Observations(counts) => Some(Use::Observations(vec![(place, counts)])),
        };
        for chunk in block::of_this_process().filter_map(|block| block.chunk(u16::from(index))) {
            if let Some(used) = &one {
                sums.add(usize::from(index) * CHUNK, chunk, used);
            } else {
                let word = chunk[usize::from(place)].load(Relaxed);
                sums.add_total(usize::from(number), word);
            }
        }
    }
}

impl Sums {
    const fn new() -> Self {
        Self {
            words: Vec::new(),
            real: Vec::new(),
            reading: Vec::new(),
        }
    }

    fn start(&mut self, size: usize) {
        self.words.clear();
        self.words.resize(size, 0);
        self.real.clear();
    }

    fn add_total(&mut self, index: usize, word: u64) {
        match real(word) {
            None => self.words[index] = self.words[index].wrapping_add(word),
            Some(amount) => add_real(&mut self.real, index, amount),
        }
    }

    /// Adds the words of a chunk to those from `base` on.
    fn add(&mut self, base: usize, chunk: &Chunk, used: &Use) {
        match used {
            Use::Totals => {
                // Copied first: what is no atomic is added several words at once.
                let mut copy = [0; CHUNK];
                for (to, word) in copy.iter_mut().zip(&**chunk) {
                    *to = word.load(Relaxed);
                }
                if is_whole(&copy) {
                    let sums = &mut self.words[base..base + CHUNK];
                    for (sum, word) in sums.iter_mut().zip(&copy) {
                        *sum = sum.wrapping_add(*word);
                    }
                } else {
                    for (index, word) in copy.into_iter().enumerate() {
                        self.add_total(base + index, word);
                    }
                }
            }
            Use::Observations(runs) => {
                for &(place, counts) in runs {
                    let start = usize::from(place);
                    let end = start + usize::from(counts);
                    self.reading.clear();
                    read_observations(&chunk[start..=end], &mut self.reading);
                    let words = &mut self.words[base + start..=base + end];
                    add_observations(&self.reading, words);
                }
            }
        }
    }

    /// Forgets the words from `start` on.
    fn clear(&mut self, start: usize, len: usize) {
        let range = |size: usize| start.min(size)..(start + len).min(size);
        let words = range(self.words.len());
        self.words[words].fill(0);
        let real = range(self.real.len());
        self.real[real].fill(Real::default());
    }
}

#[cold]
fn add_real(real: &mut Vec<Real>, index: usize, amount: f64) {
    if real.len() <= index {
        real.resize(index + 1, Real::default());
    }
    real[index].add(amount);
}

/// How often a histogram is read again while it changes.
const TRIES: usize = 64;

/// Appends a sum and counts, read at one moment.
///
/// Who records adds to the sum first and then to a count, both with Release. So when no count
/// changed around the reading of the sum, the sum has all that was counted, and from each thread
/// at most the one observation more that it has not counted yet. Words that keep changing are
/// taken as they are after a while: the count is always that of the buckets.
pub(super) fn read_observations(from: &[AtomicU64], reading: &mut Vec<u64>) {
    let start = reading.len();
    for _ in 0..TRIES {
        reading.truncate(start);
        reading.push(0);
        reading.extend(from[1..].iter().map(|count| count.load(Acquire)));
        reading[start] = from[0].load(Acquire);
        let again = from[1..].iter().map(|count| count.load(Relaxed));
        if again.eq(reading[start + 1..].iter().copied()) {
            return;
        }
    }
}

/// Adds a reading to the sum and the counts so far.
pub(super) fn add_observations(reading: &[u64], to: &mut [u64]) {
    let ([sum, counts @ ..], [sum_to, counts_to @ ..]) = (reading, to) else {
        return;
    };
    *sum_to = (f64::from_bits(*sum_to) + f64::from_bits(*sum)).to_bits();
    for (count, to) in counts.iter().zip(counts_to) {
        *to = to.wrapping_add(*count);
    }
}
