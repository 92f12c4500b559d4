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

    /// Whether these texts are the values from the index-th on, which begins at `start`.
    fn are(&self, values: LabelValues<'_>, index: usize, start: usize) -> bool;

    /// Visits each text.
    fn for_each(&self, visit: &mut impl FnMut(&str));
}

impl Texts for () {
    #[inline]
    fn count(&self) -> usize {
        0
    }

    #[inline]
    fn hash(&self, _: &mut impl Hasher) {}

    #[inline]
    fn are(&self, values: LabelValues<'_>, index: usize, _: usize) -> bool {
        index == values.len()
    }

    #[inline]
    fn for_each(&self, _: &mut impl FnMut(&str)) {}
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
    #[expect(clippy::inline_always, reason = "else the values go through memory")]
    fn are(&self, values: LabelValues<'_>, index: usize, start: usize) -> bool {
        values.has(index, start, self.0) && self.1.are(values, index + 1, start + self.0.len())
    }

    #[inline]
    fn for_each(&self, visit: &mut impl FnMut(&str)) {
        visit(self.0);
        self.1.for_each(visit);
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

    fn are(&self, values: LabelValues<'_>, index: usize, mut start: usize) -> bool {
        self.len() + index == values.len()
            && self.iter().enumerate().all(|(n, text)| {
                let has = values.has(index + n, start, text);
                start += text.len();
                has
            })
    }

    fn for_each(&self, visit: &mut impl FnMut(&str)) {
        for text in self {
            visit(text);
        }
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

    fn are(&self, values: LabelValues<'_>, index: usize, _: usize) -> bool {
        index == 0 && *self == values
    }

    fn for_each(&self, visit: &mut impl FnMut(&str)) {
        self.iter().for_each(visit);
    }
}
