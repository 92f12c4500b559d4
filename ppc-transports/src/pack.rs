//! Lines into payloads of bounded size, never splitting a line.

use std::ops::Range;

/// Cuts lines, each ended by its newline, into payloads of at most `limit` bytes: as many whole
/// lines as fit, with newlines between them and none at the end. A line that is longer than
/// that goes alone.
///
/// Payloads are ranges of the buffer that the encoder filled; nothing is copied.
///
/// # Examples
///
/// ```
/// use ppc_transports::Packer;
///
/// let lines = b"one 1\ntwo 2\nthree 3\n";
/// let payloads: Vec<&[u8]> = Packer::new(11).payloads(lines).map(|range| &lines[range]).collect();
/// assert_eq!(payloads, [&b"one 1\ntwo 2"[..], b"three 3"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Packer {
    limit: usize,
}

impl Packer {
    /// A packer of payloads of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { limit }
    }

    /// The same packer with another limit.
    #[must_use]
    pub fn with_limit(self, limit: usize) -> Self {
        Self { limit }
    }

    /// The payloads of `lines`, in order.
    pub fn payloads(self, lines: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let payload = self.payload(lines, start)?;
            start = payload.end + 1;
            Some(payload)
        })
    }

    /// The payload that begins at `start`, the beginning of a line.
    pub fn payload(self, lines: &[u8], start: usize) -> Option<Range<usize>> {
        let rest = lines.get(start..).filter(|rest| !rest.is_empty())?;
        // The newline behind the last line is not sent, so it may stand just past the limit.
        let window = &rest[..rest.len().min(self.limit.saturating_add(1))];
        let len = memchr::memrchr(b'\n', window)
            .or_else(|| memchr::memchr(b'\n', rest))
            .unwrap_or(rest.len());
        Some(start..start + len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pack(lines: &[&str], limit: usize) -> Vec<String> {
        let text = lines
            .iter()
            .flat_map(|line| [line, "\n"])
            .collect::<String>();
        let payloads = Packer::new(limit).payloads(text.as_bytes());
        payloads.map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn k08_lines_are_packed_as_the_original_packs_them() {
        let hundred = "x".repeat(100);
        let thousand = "x".repeat(1000);
        assert_eq!(pack(&[&*hundred; 10], 503).len(), 3);
        assert_eq!(pack(&[&*hundred; 10], 504).len(), 2);
        assert_eq!(pack(&[&*thousand; 10], 1).len(), 10);
        assert_eq!(pack(&["0", "123456789", "-"], 10), ["0", "123456789", "-"]);
        assert_eq!(pack(&["0", "1", "23456789-"], 10), ["0\n1", "23456789-"]);
        assert!(pack(&[], 10).is_empty());
    }

    proptest! {
        #[test]
        fn k08_no_line_is_lost_split_or_reordered(
            lines in proptest::collection::vec("[a-z]{1,30}", 0..40),
            limit in 1_usize..80,
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let payloads = pack(&lines, limit);
            for payload in &payloads {
                prop_assert!(payload.len() <= limit || !payload.contains('\n'));
            }
            for pair in payloads.windows(2) {
                let next = pair[1].split('\n').next().unwrap();
                prop_assert!(pair[0].len() + 1 + next.len() > limit, "not greedy");
            }
            prop_assert_eq!(payloads.join("\n"), lines.join("\n"));
        }
    }
}
