//! The label values of one series: its identity within the family.
//!
//! Values stand one after the other in one text, with the end of each. Text and ends together
//! are the key, so (`ab`, `c`) and (`a`, `bc`) are two series, whatever they hash to.

/// The label values of a series, in the declared order of the family's label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LabelValues<'a> {
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
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &'a str> + Clone + use<'a> {
        let Self { text, ends } = *self;
        (0..ends.len()).map(move |index| &text[start(ends, index)..ends[index] as usize])
    }
}

#[inline]
fn start(ends: &[u32], index: usize) -> usize {
    index
        .checked_sub(1)
        .map_or(0, |before| ends[before] as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_set_is_the_key_not_the_joined_text() {
        let values = LabelValues::new("abc", &[2, 3]);
        assert_eq!(values.iter().collect::<Vec<_>>(), ["ab", "c"]);
        assert_ne!(values, LabelValues::new("abc", &[1, 3]));
        assert_ne!(values, LabelValues::new("abc", &[2, 3, 3]));
    }
}
