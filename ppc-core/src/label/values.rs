//! The label values of one series: its identity within the family.
//!
//! Values stand one after the other in one text, with the end of each. Text and ends together
//! are the key, so (`ab`, `c`) and (`a`, `bc`) are two series, whatever they hash to.

/// The label values of a series, in the declared order of the family's label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelValues<'a> {
    text: &'a str,
    ends: &'a [u32],
}

/// The longest text taken as a label value; a longer one counts as empty. So the ends of 255
/// values fit into 32 bits.
pub(crate) const LONGEST: usize = 1 << 24;

impl<'a> LabelValues<'a> {
    /// The values that `ends` cuts out of `text`.
    #[inline]
    pub(crate) fn new(text: &'a str, ends: &'a [u32]) -> Self {
        Self { text, ends }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How long all values are together, in bytes.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The values, in declared order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a> {
        let Self { text, ends } = *self;
        (0..ends.len()).map(move |index| &text[start(ends, index)..ends[index] as usize])
    }

    /// Whether the index-th value is this text, given where it begins; false where there is none.
    #[inline]
    pub(crate) fn has(&self, index: usize, start: usize, text: &str) -> bool {
        let end = start + text.len();
        let ends_there = self
            .ends
            .get(index)
            .is_some_and(|known| *known as usize == end);
        ends_there
            && self
                .text
                .as_bytes()
                .get(start..end)
                .is_some_and(|value| equal(value, text.as_bytes()))
    }
}

#[inline]
fn start(ends: &[u32], index: usize) -> usize {
    index
        .checked_sub(1)
        .map_or(0, |before| ends[before] as usize)
}

/// Compares as `==` does; short texts, which labels are as a rule, without a call.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len != b.len() {
        return false;
    }
    if (8..=16).contains(&len) {
        let (first, last) = (word(a, 0) ^ word(b, 0), word(a, len - 8) ^ word(b, len - 8));
        first | last == 0
    } else if (4..8).contains(&len) {
        let (first, last) = (half(a, 0) ^ half(b, 0), half(a, len - 4) ^ half(b, len - 4));
        first | last == 0
    } else {
        a == b
    }
}

#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    // There are as many bytes at every caller.
    bytes[at..]
        .first_chunk()
        .map_or(0, |word| u64::from_ne_bytes(*word))
}

#[inline]
fn half(bytes: &[u8], at: usize) -> u32 {
    bytes[at..]
        .first_chunk()
        .map_or(0, |half| u32::from_ne_bytes(*half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_compared_whole() {
        let text: String = ('a'..='z').cycle().take(40).collect();
        for len in 0..40 {
            let a = &text.as_bytes()[..len];
            let same = a.to_vec();
            assert!(equal(a, &same));
            assert!(!equal(a, &text.as_bytes()[..=len]));
            for place in 0..len {
                let mut b = a.to_vec();
                b[place] ^= 1;
                assert!(!equal(a, &b), "{len} {place}");
            }
        }
    }

    #[test]
    fn the_label_set_is_the_key_not_the_joined_text() {
        let values = LabelValues::new("abc", &[2, 3]);
        assert_eq!(values.iter().collect::<Vec<_>>(), ["ab", "c"]);
        assert!(values.has(0, 0, "ab") && values.has(1, 2, "c"));
        assert!(!values.has(0, 0, "a") && !values.has(1, 2, "bc") && !values.has(2, 3, ""));
    }
}
