//! A total in one word: whole as long as all amounts are, a float from the first fraction on.
//!
//! The highest bit tells which. A counter's total has no sign, so a float has that bit to spare;
//! and a whole total turns into a float long before it reaches the bit.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::amount::Number;

const REAL: u64 = 1 << 63;

/// Amounts up to this stay whole, and so do totals up to its 65,536-fold: the sum of two hundred
/// threads' words still fits.
const WHOLE_MAX: u64 = 1 << 40;
const WHOLE_BITS: u32 = 56;

/// Whether none of these words is a float.
pub(super) fn is_whole(words: &[u64]) -> bool {
    words.iter().fold(0, |all, word| all | word) & REAL == 0
}

/// The float that a word is, where it is one.
#[inline]
pub(super) fn real(word: u64) -> Option<f64> {
    (word & REAL != 0).then(|| f64::from_bits(word & !REAL))
}

/// A sum of floats that are not negative, with what its additions have rounded off: so it depends
/// neither on their order nor on how much of a total is whole. Otherwise a total could fall by a
/// rounding when a word turns from whole to float, and a server would take that for a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Real {
    sum: f64,
    rest: f64,
}

impl Real {
    /// Adds an amount (Neumaier's summation).
    #[inline]
    pub(super) fn add(&mut self, amount: f64) {
        let next = self.sum + amount;
        let (great, small) = if self.sum >= amount {
            (self.sum, amount)
        } else {
            (amount, self.sum)
        };
        let off = (great - next) + small;
        // Nothing is rounded off of infinity.
        self.rest = if next.is_finite() {
            self.rest + off
        } else {
            0.0
        };
        self.sum = next;
    }

    #[inline(never)]
    pub(super) fn and(mut self, other: Self) -> Self {
        self.add(other.sum);
        self.rest += other.rest;
        self
    }

    #[inline(never)]
    fn plus_whole(mut self, whole: u64) -> f64 {
        // In two halves, neither of which is rounded.
        let low = whole & 0xFFFF_FFFF;
        self.add((whole - low) as f64);
        self.add(low as f64);
        self.sum + self.rest
    }
}

/// Both parts of a total that is spread over several words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Total {
    pub(super) whole: u64,
    pub(super) real: Real,
}

impl Total {
    #[inline]
    pub(super) fn add(&mut self, word: u64) {
        match real(word) {
            None => self.whole = self.whole.wrapping_add(word),
            Some(amount) => self.real.add(amount),
        }
    }

    #[inline]
    pub(super) fn value(self) -> f64 {
        if self.real.sum == 0.0 {
            self.whole as f64
        } else {
            self.real.plus_whole(self.whole)
        }
    }
}

/// The word after one more natural amount, where the total stays whole.
#[inline]
fn plus_natural(word: u64, amount: Number) -> Option<u64> {
    let n = amount.as_natural().filter(|n| *n <= WHOLE_MAX)?;
    // No overflow: even the bits of a float that is not NaN are far enough from the end.
    let next = word + n;
    (next >> WHOLE_BITS == 0).then_some(next)
}

/// The word after one more amount, which is not negative and not NaN.
fn plus(word: u64, amount: Number) -> u64 {
    if let Some(next) = plus_natural(word, amount) {
        return next;
    }
    let real = amount.as_f64();
    if real <= WHOLE_MAX as f64 && real.fract() == 0.0 {
        // In range by the condition above.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked"
        )]
        let n = real as u64;
        if let Some(next) = plus_natural(word, Number::natural(n)) {
            return next;
        }
    }
    let mut total = Total::default();
    total.add(word);
    REAL | (total.value() + real).to_bits()
}

/// Adds to a word that this thread alone writes.
#[inline]
pub(super) fn add_own(word: &AtomicU64, amount: Number) {
    match plus_natural(word.load(Relaxed), amount) {
        Some(next) => word.store(next, Relaxed),
        None => add_own_fraction(word, amount),
    }
}

#[inline(never)]
fn add_own_fraction(word: &AtomicU64, amount: Number) {
    word.store(plus(word.load(Relaxed), amount), Relaxed);
}

/// Adds to a word that anyone writes; returns what it is now.
#[inline]
pub(super) fn add_shared(word: &AtomicU64, amount: Number) -> u64 {
    let now = word.load(Relaxed);
    match plus_natural(now, amount) {
        Some(next) if word.compare_exchange(now, next, Release, Relaxed).is_ok() => next,
        _ => add_shared_slowly(word, amount),
    }
}

/// With a fraction, or against others.
#[inline(never)]
fn add_shared_slowly(word: &AtomicU64, amount: Number) -> u64 {
    let mut now = word.load(Relaxed);
    loop {
        let next = plus(now, amount);
        match word.compare_exchange_weak(now, next, Release, Relaxed) {
            Ok(_) => return next,
            Err(other) => now = other,
        }
    }
}

/// Adds to a float that this thread alone writes.
#[inline]
pub(super) fn add_own_real(word: &AtomicU64, amount: f64) {
    let next = f64::from_bits(word.load(Relaxed)) + amount;
    word.store(next.to_bits(), Release);
}

/// Adds to a float that anyone writes.
#[inline]
pub(super) fn add_shared_real(word: &AtomicU64, amount: f64) {
    let mut now = word.load(Relaxed);
    loop {
        let next = (f64::from_bits(now) + amount).to_bits();
        match word.compare_exchange_weak(now, next, Release, Relaxed) {
            Ok(_) => return,
            Err(other) => now = other,
        }
    }
}

/// The total of a word that anyone writes.
pub(super) fn total(word: &AtomicU64) -> Total {
    let mut total = Total::default();
    total.add(word.load(Acquire));
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(amounts: &[Number]) -> f64 {
        let (own, shared) = (AtomicU64::new(0), AtomicU64::new(0));
        for amount in amounts {
            add_own(&own, *amount);
            add_shared(&shared, *amount);
        }
        assert_eq!(total(&own), total(&shared));
        total(&own).value()
    }

    #[test]
    fn whole_amounts_stay_whole() {
        let (natural, real) = (Number::natural, Number::real);
        assert_eq!(sum(&[natural(1), real(2.0), natural(0)]), 3.0);
        assert_eq!(sum(&[natural(1), real(0.5), natural(2), real(4.0)]), 7.5);
        let word = AtomicU64::new(0);
        add_own(&word, real(3.0));
        assert_eq!(
            total(&word),
            Total {
                whole: 3,
                real: Real::default()
            }
        );
    }

    #[test]
    fn great_amounts_become_floats_in_time() {
        let (natural, real) = (Number::natural, Number::real);
        let great = 1_u64 << 60;
        assert_eq!(sum(&[natural(great), natural(great)]), 2.0 * great as f64);
        assert_eq!(sum(&[natural(u64::MAX), natural(1)]), u64::MAX as f64);
        assert_eq!(sum(&[real(f64::MAX), natural(1)]), f64::MAX);
        assert_eq!(sum(&[real(f64::INFINITY), natural(1)]), f64::INFINITY);
        let word = AtomicU64::new((1 << WHOLE_BITS) - 1);
        add_own(&word, natural(1));
        assert_eq!(total(&word).whole, 0);
        assert_eq!(total(&word).value(), (1_u64 << WHOLE_BITS) as f64);
    }

    #[test]
    fn a_total_is_the_same_whatever_is_whole_of_it() {
        let add = |words: &[f64], whole: u64| {
            let mut total = Total {
                whole,
                ..Total::default()
            };
            for word in words {
                total.add(REAL | word.to_bits());
            }
            total.value()
        };
        let (small, fraction) = (386_u32, 0.293_931_795_313_261_1);
        let before = add(&[fraction], 386 + 376_171);
        let after = add(&[f64::from(small), fraction], 376_171);
        assert_eq!(before.to_bits(), after.to_bits());
        assert_eq!(add(&[f64::INFINITY, 1.0, f64::INFINITY], 3), f64::INFINITY);
        assert_eq!(add(&[f64::MAX, f64::MAX], 3), f64::INFINITY);
    }
}
