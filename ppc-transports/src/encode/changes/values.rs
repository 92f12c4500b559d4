//! What a series says, as words, and what a change does to them.
//!
//! A counter has its sum and what its additions have rounded off; a gauge its level; a histogram
//! and a summary their sum, and behind it the counts as they are sent, each bucket's with those
//! below it; a state set its states, and whether they were said.

use ppc_core::feed::Change;
use ppc_core::{FamilySnapshot, Kind};

use crate::encode::lines::Number;
use crate::encode::number::EXACT;

/// Totals that differ by no more than this part are the same, added up in another order.
const ROUNDING: f64 = 1e-12;

/// What the series of a family have in common.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) name: Box<str>,
    /// How many words each series has.
    pub(super) width: usize,
    /// Of a histogram, without the last one.
    bounds: Box<[f64]>,
    pub(super) is_seconds: bool,
}

/// Which lines of a series a change changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touched {
    All,
    /// The buckets from this one on, the count and the sum.
    From(usize),
    /// The states in which these bits differ from those before.
    States(u64),
    None,
}

impl Shape {
    pub(super) fn of(family: &FamilySnapshot) -> Self {
        let descriptor = family.descriptor();
        let kind = descriptor.kind();
        let bounds: Box<[f64]> = match kind {
            Kind::Histogram => descriptor.buckets().bounds().into(),
            _ => Box::default(),
        };
        let width = match kind {
            Kind::Counter | Kind::Summary | Kind::StateSet => 2,
            Kind::Gauge | Kind::Unknown => 1,
            Kind::Histogram => bounds.len() + 2,
            Kind::Info => 0,
        };
        Self {
            kind,
            name: descriptor.names().family().into(),
            width,
            bounds,
            is_seconds: descriptor.unit() == "seconds",
        }
    }

    /// Whether a server that gets changes adds them up.
    pub(super) fn is_added_up(&self) -> bool {
        matches!(self.kind, Kind::Counter | Kind::Histogram | Kind::Summary)
    }

    /// The words of a gathered series in the form that they have here.
    pub(super) fn take(&self, gathered: &[u64], words: &mut Vec<u64>) {
        match self.kind {
            Kind::Counter => words.extend([gathered[0], 0]),
            Kind::StateSet => words.extend([gathered[0], 1]),
            Kind::Histogram => {
                words.push(gathered[0]);
                let mut all = 0_u64;
                words.extend(gathered[1..].iter().map(|count| {
                    all = all.wrapping_add(*count);
                    all
                }));
            }
            _ => words.extend_from_slice(&gathered[..self.width]),
        }
    }

    /// The number of a line, of as many as there are.
    pub(super) fn number(&self, words: &[u64], line: usize, of: usize) -> Number {
        match self.kind {
            Kind::Counter => Number::Total(total(words)),
            Kind::Gauge | Kind::Unknown => Number::Level(f64::from_bits(words[0])),
            Kind::StateSet => Number::Level(f64::from(words[0] >> line & 1 == 1)),
            _ if line + 1 == of => Number::Sum(f64::from_bits(words[0])),
            _ if line + 2 == of => Number::Count(words[words.len() - 1]),
            _ => Number::Count(words[1 + line]),
        }
    }
}

/// By how much two totals may differ and be the same: not at all, where they are whole.
fn rounding(total: f64) -> f64 {
    if total.fract() == 0.0 && total < EXACT {
        0.0
    } else {
        total * ROUNDING
    }
}

/// A counter's total.
#[inline]
pub(super) fn total(words: &[u64]) -> f64 {
    f64::from_bits(words[0]) + f64::from_bits(words[1])
}

/// Adds an amount to a counter (Neumaier's summation), as a gather does it: so what was added up
/// here is not more than what is gathered.
#[inline]
pub(super) fn add(words: &mut [u64], amount: f64) {
    let [sum, rest, ..] = words else { return };
    let before = f64::from_bits(*sum);
    let after = before + amount;
    let off = if before >= amount {
        (before - after) + amount
    } else {
        (amount - after) + before
    };
    *sum = after.to_bits();
    if off != 0.0 && after.is_finite() {
        *rest = (f64::from_bits(*rest) + off).to_bits();
    }
}

/// Has the words say what they do after a change, and says which lines that is.
#[inline]
pub(super) fn apply(shape: &Shape, words: &mut [u64], change: Change) -> Touched {
    let real = f64::from_bits;
    match (change, shape.kind) {
        (Change::Added(amount), Kind::Counter) => {
            add(words, amount.get());
            Touched::All
        }
        (Change::Added(amount), Kind::Gauge) => {
            words[0] = (real(words[0]) + amount.get()).to_bits();
            Touched::All
        }
        (Change::Set(level), Kind::Gauge) => {
            words[0] = level.0;
            Touched::All
        }
        (Change::Observed(value), Kind::Histogram) => {
            let value = value.get();
            let bucket = shape.bounds.partition_point(|bound| *bound < value);
            observe(words, bucket, value);
            Touched::From(bucket)
        }
        (Change::Observed(value), Kind::Summary) => {
            observe(words, 0, value.get());
            Touched::All
        }
        (Change::States(states), Kind::StateSet) => {
            let changed = match words[1] {
                0 => u64::MAX,
                _ => words[0] ^ states,
            };
            words.copy_from_slice(&[states, 1]);
            Touched::States(changed)
        }
        _ => Touched::None,
    }
}

fn observe(words: &mut [u64], bucket: usize, value: f64) {
    words[0] = (f64::from_bits(words[0]) + value).to_bits();
    for count in &mut words[1 + bucket..] {
        *count = count.wrapping_add(1);
    }
}

/// From what changes alone come to, which is what `words` say, to what there was before them;
/// nothing, where a level was set.
pub(super) fn go_back(shape: &Shape, words: &mut [u64], gathered: &[u64], was_set: bool) {
    let real = f64::from_bits;
    match shape.kind {
        Kind::Counter => {
            let (now, changes) = (real(gathered[0]), total(words));
            // A change that was told and is not in what was gathered yet.
            let before = if now - changes > rounding(now) {
                now - changes
            } else {
                0.0
            };
            words.copy_from_slice(&[before.to_bits(), 0]);
        }
        Kind::Gauge if was_set => words[0] = 0,
        Kind::Gauge => words[0] = (real(gathered[0]) - real(words[0])).to_bits(),
        Kind::Histogram | Kind::Summary => {
            let (sum, counts) = (real(words[0]), words.len() - 1);
            for (count, now) in words[1..].iter_mut().zip(&gathered[1..]) {
                *count = now.saturating_sub(*count);
            }
            let before = if words[counts] > 0 {
                real(gathered[0]) - sum
            } else {
                0.0
            };
            words[0] = before.to_bits();
        }
        _ => words.copy_from_slice(gathered),
    }
}

/// Raises totals to what was gathered; with `levels`, has levels and states say that as well.
/// Whether that changed anything.
pub(super) fn catch_up(shape: &Shape, words: &mut [u64], gathered: &[u64], levels: bool) -> bool {
    let is_behind = match shape.kind {
        Kind::Counter => {
            let (now, said) = (f64::from_bits(gathered[0]), total(words));
            now - said > rounding(now)
        }
        Kind::Histogram | Kind::Summary => words.last() < gathered.last(),
        _ => levels && *words != *gathered,
    };
    if is_behind {
        let [first, counts @ ..] = words else {
            return false;
        };
        *first = gathered[0];
        for (count, gathered) in counts.iter_mut().zip(&gathered[1..]) {
            // One that was told and is not in what was gathered yet does not fall again. The rest
            // of a counter's sum is set with it.
            *count = match shape.kind {
                Kind::Counter => *gathered,
                _ => (*count).max(*gathered),
            };
        }
    }
    is_behind
}

/// Has the words say what was gathered, but for what differs by rounding alone: a total that falls
/// by it would be a restart to a server.
pub(super) fn end_at(shape: &Shape, words: &mut [u64], gathered: &[u64]) {
    let (now, said) = match shape.kind {
        Kind::Counter => (f64::from_bits(gathered[0]), total(words)),
        Kind::Histogram | Kind::Summary if words[1..] == gathered[1..] => {
            (f64::from_bits(gathered[0]), f64::from_bits(words[0]))
        }
        _ => return words.copy_from_slice(gathered),
    };
    // Also where it is not a number.
    let is_same = (now - said).abs() <= rounding(said.abs());
    if !is_same {
        words.copy_from_slice(gathered);
    }
}
