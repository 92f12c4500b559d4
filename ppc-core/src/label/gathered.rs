//! Label values given at run time, kept as texts until all are there.
//!
//! All text is taken before a table is asked, because taking it may run a user's code.

/// How many values, and how many bytes of them, are kept without heap memory.
const INLINE_VALUES: usize = 16;
const INLINE_BYTES: usize = 256;

/// The values given so far, by the index of their label.
pub(crate) struct Gathered {
    bytes: [u8; INLINE_BYTES],
    len: usize,
    inline: [Option<(u16, u16)>; INLINE_VALUES],
    /// Values that found no room above.
    spilled: Vec<(usize, Box<str>)>,
}

impl Gathered {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; INLINE_BYTES],
            len: 0,
            inline: [None; INLINE_VALUES],
            spilled: Vec::new(),
        }
    }

    /// Keeps a value; false where the label has one already.
    pub(crate) fn insert(&mut self, index: usize, text: &str) -> bool {
        if self.get(index).is_some() {
            return false;
        }
        let end = self.len + text.len();
        match self.inline.get_mut(index) {
            Some(place) if end <= INLINE_BYTES => {
                self.bytes[self.len..end].copy_from_slice(text.as_bytes());
                // Both are at most `INLINE_BYTES`.
                *place = Some((short(self.len), short(end)));
                self.len = end;
            }
            _ => self.spilled.push((index, text.into())),
        }
        true
    }

    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        if let Some(Some((start, end))) = self.inline.get(index) {
            let bytes = &self.bytes[usize::from(*start)..usize::from(*end)];
            // Never `None`: what was copied was text.
            return std::str::from_utf8(bytes).ok();
        }
        let spilled = self.spilled.iter().find(|(place, _)| *place == index);
        spilled.map(|(_, text)| &**text)
    }
}

fn short(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// Runs `with` on `count` texts, on the stack while there are few.
pub(crate) fn with_texts<'t, R, E>(
    count: usize,
    mut text: impl FnMut(usize) -> Result<&'t str, E>,
    with: impl FnOnce(&[&str]) -> R,
) -> Result<R, E> {
    if count <= INLINE_VALUES {
        let mut texts = [""; INLINE_VALUES];
        for (index, place) in texts[..count].iter_mut().enumerate() {
            *place = text(index)?;
        }
        Ok(with(&texts[..count]))
    } else {
        let texts: Result<Vec<&str>, E> = (0..count).map(text).collect();
        Ok(with(&texts?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_many_values_spill_and_stay_the_same() {
        let long = "x".repeat(500);
        let mut gathered = Gathered::new();
        for (index, text) in [(3, "a"), (0, &long), (1, ""), (40, "z")] {
            assert!(gathered.insert(index, text));
            assert!(!gathered.insert(index, "other"));
            assert_eq!(gathered.get(index), Some(text));
        }
        assert_eq!(gathered.get(2), None);
        let count = |n| {
            let all: Vec<String> = (0..n).map(|n| n.to_string()).collect();
            with_texts(
                n,
                |index| Ok::<_, ()>(&*all[index]),
                |texts| texts.join(","),
            )
        };
        assert_eq!(count(3), Ok("0,1,2".to_owned()));
        assert_eq!(count(17).unwrap().len(), 16 + 10 + 14);
    }
}
