//! The label values of a look-up, as texts: compared and hashed where they are, copied nowhere.

use std::hash::Hasher;

use super::values::LabelValues;

/// Texts in the declared order of the labels: a tuple nested as the slots of a typed look-up are,
/// or a slice.
///
/// Each way to give texts is compared with the same stored ones, so all have one hash: that of
/// the bytes of each text in turn.
pub trait Texts {
    /// How many there are.
    fn count(&self) -> usize;

    /// Feeds each text to a hasher.
    fn hash(&self, hasher: &mut impl Hasher);

    /// Visits each text in turn, for as long as the answer is yes; whether it always was.
    fn all(&self, is: &mut impl FnMut(&str) -> bool) -> bool;
}

impl Texts for () {
    #[inline]
    fn count(&self) -> usize {
        0
    }

    #[inline]
    fn hash(&self, _: &mut impl Hasher) {}

    #[inline]
    fn all(&self, _: &mut impl FnMut(&str) -> bool) -> bool {
        true
    }
}

impl<T: Texts> Texts for (&str, T) {
    #[inline]
    fn count(&self) -> usize {
        1 + self.1.count()
    }

    #[inline]
    fn hash(&self, hasher: &mut impl Hasher) {
        hasher.write(self.0.as_bytes());
        self.1.hash(hasher);
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "else the state of `is` goes through memory"
    )]
    fn all(&self, is: &mut impl FnMut(&str) -> bool) -> bool {
        is(self.0) && self.1.all(is)
    }
}

impl Texts for [&str] {
    fn count(&self) -> usize {
        self.len()
    }

    fn hash(&self, hasher: &mut impl Hasher) {
        for text in self {
            hasher.write(text.as_bytes());
        }
    }

    fn all(&self, is: &mut impl FnMut(&str) -> bool) -> bool {
        self.iter().all(|text| is(text))
    }
}

/// The values of a series themselves, for a table that grows.
impl Texts for LabelValues<'_> {
    fn count(&self) -> usize {
        self.len()
    }

    fn hash(&self, hasher: &mut impl Hasher) {
        for text in self.iter() {
            hasher.write(text.as_bytes());
        }
    }

    fn all(&self, is: &mut impl FnMut(&str) -> bool) -> bool {
        self.iter().all(is)
    }
}
