//! The label values of one series: its identity within the family.
//!
//! Values stand one after the other in one text, with the end of each. Text and ends together
//! are the key, so (`ab`, `c`) and (`a`, `bc`) are two series, whatever they hash to.

use std::fmt;
use std::hash::{BuildHasher, Hasher};

use super::value::{LabelValue, Scratch};

/// The label values of a series, in the declared order of the family's label names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelValues {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl LabelValues {
    pub(crate) fn hash(&self, state: &impl BuildHasher) -> u64 {
        hash(self.text.as_bytes(), state)
    }

    /// The values, in declared order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        (0..self.ends.len()).map(|index| {
            let start = index
                .checked_sub(1)
                .map_or(0, |before| self.ends[before] as usize);
            &self.text[start..self.ends[index] as usize]
        })
    }
}

const INLINE_BYTES: usize = 120;
const INLINE_ENDS: usize = 14;

/// A key under construction. All text is taken before any lock is taken, because taking it may
/// run a user's code.
pub struct Key {
    text: KeyText,
    scratch: Scratch,
}

/// On the stack while it is short, so that the look-up of a known series allocates nothing.
struct KeyText {
    bytes: [u8; INLINE_BYTES],
    ends: [u32; INLINE_ENDS],
    bytes_len: usize,
    ends_len: usize,
    /// Holds everything once the inline space was too small.
    spilled: Option<(Vec<u8>, Vec<u32>)>,
}

impl Key {
    pub(crate) fn new() -> Self {
        let text = KeyText {
            bytes: [0; INLINE_BYTES],
            ends: [0; INLINE_ENDS],
            bytes_len: 0,
            ends_len: 0,
            spilled: None,
        };
        Self {
            text,
            scratch: Scratch::default(),
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: &(impl LabelValue + ?Sized)) {
        self.text.push(value.text(&mut self.scratch));
    }

    #[inline]
    pub(crate) fn push_text(&mut self, text: &str) {
        self.text.push(text);
    }

    pub(crate) fn hash(&self, state: &impl BuildHasher) -> u64 {
        hash(self.text.bytes(), state)
    }

    #[inline]
    pub(crate) fn is(&self, values: &LabelValues) -> bool {
        self.text.bytes() == values.text.as_bytes() && self.text.ends() == &*values.ends
    }

    pub(crate) fn to_values(&self) -> LabelValues {
        // Only whole texts were pushed, so nothing is ever replaced here.
        let text = String::from_utf8_lossy(self.text.bytes())
            .into_owned()
            .into_boxed_str();
        LabelValues {
            text,
            ends: self.text.ends().into(),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_values().fmt(f)
    }
}

fn hash(bytes: &[u8], state: &impl BuildHasher) -> u64 {
    let mut hasher = state.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

impl KeyText {
    #[inline]
    fn push(&mut self, text: &str) {
        // 4 GiB of label text cannot be sent by any format; cut before the ends overflow.
        let room = u32::MAX as usize - self.bytes().len();
        let text = if text.len() <= room { text } else { "" };
        let end = self.bytes_len + text.len();
        if self.spilled.is_none() && end <= INLINE_BYTES && self.ends_len < INLINE_ENDS {
            self.bytes[self.bytes_len..end].copy_from_slice(text.as_bytes());
            self.ends[self.ends_len] = index(end);
            self.bytes_len = end;
            self.ends_len += 1;
        } else {
            self.push_spilled(text);
        }
    }

    #[cold]
    fn push_spilled(&mut self, text: &str) {
        let (bytes, ends) = self.spilled.get_or_insert_with(|| {
            (
                self.bytes[..self.bytes_len].to_vec(),
                self.ends[..self.ends_len].to_vec(),
            )
        });
        bytes.extend_from_slice(text.as_bytes());
        ends.push(index(bytes.len()));
    }

    fn bytes(&self) -> &[u8] {
        self.spilled
            .as_ref()
            .map_or(&self.bytes[..self.bytes_len], |(bytes, _)| bytes)
    }

    fn ends(&self) -> &[u32] {
        self.spilled
            .as_ref()
            .map_or(&self.ends[..self.ends_len], |(_, ends)| ends)
    }
}

/// Fits: no text is taken that would make the key longer.
fn index(end: usize) -> u32 {
    u32::try_from(end).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(values: &[&str]) -> Key {
        let mut key = Key::new();
        for value in values {
            key.push(value);
        }
        key
    }

    #[test]
    fn the_label_set_is_the_key_not_the_joined_text() {
        let values = key(&["ab", "c"]).to_values();
        assert!(key(&["ab", "c"]).is(&values));
        assert!(!key(&["a", "bc"]).is(&values));
        assert!(!key(&["ab", "c", ""]).is(&values));
        assert_eq!(values.iter().collect::<Vec<_>>(), ["ab", "c"]);
    }

    #[test]
    fn long_and_many_values_spill_and_stay_the_same_key() {
        let long = "x".repeat(500);
        let many: Vec<String> = (0..40).map(|n| n.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for values in [&["a", &long, "b"][..], &many] {
            let stored = key(values).to_values();
            assert!(key(values).is(&stored));
            assert_eq!(stored.iter().collect::<Vec<_>>(), values);
        }
    }
}
