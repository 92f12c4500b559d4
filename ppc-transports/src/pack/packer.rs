//! Lines into payloads of bounded size, never splitting a line.

use std::ops::Range;

use memchr::memmem;

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
    cut: Cut,
}

/// Where a payload may end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Cut {
    /// At the end of any line.
    #[default]
    Lines,
    /// Only where a family begins: at a line with `#` behind one without. For places that replace
    /// a family as a whole by what they get in one body. A family that is longer than the limit
    /// goes alone.
    Families,
}

impl Packer {
    /// A packer of payloads of at most `limit` bytes, which may end at any line.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            cut: Cut::default(),
        }
    }

    /// Where payloads may end: `Cut::Lines` by default.
    #[must_use]
    pub fn cut(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    /// How many bytes a payload has at most.
    pub fn limit(self) -> usize {
        self.limit
    }

    /// The same with another limit.
    #[must_use]
    pub fn with_limit(self, limit: usize) -> Self {
        Self { limit, ..self }
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

    /// The payload that begins at `start`, the beginning of a line; with `Cut::Families`, of a
    /// family.
    pub fn payload(self, lines: &[u8], start: usize) -> Option<Range<usize>> {
        let rest = lines.get(start..).filter(|rest| !rest.is_empty())?;
        // The newline behind the last line is not sent, so it may stand just past the limit.
        let most = rest.len().min(self.limit.saturating_add(1));
        let len = match self.cut {
            Cut::Lines => memchr::memrchr(b'\n', &rest[..most])
                .or_else(|| memchr::memchr(b'\n', rest))
                .unwrap_or(rest.len()),
            Cut::Families if most == rest.len() => without_newline(rest),
            Cut::Families => {
                // The first byte of the next family stands behind that newline.
                let window = &rest[..rest.len().min(most + 1)];
                let mut ends = memmem::rfind_iter(window, b"\n#");
                ends.find(|end| ends_family(rest, *end))
                    .or_else(|| memmem::find_iter(rest, b"\n#").find(|end| ends_family(rest, *end)))
                    .unwrap_or_else(|| without_newline(rest))
            }
        };
        Some(start..start + len)
    }
}

fn without_newline(lines: &[u8]) -> usize {
    lines.len() - usize::from(lines.ends_with(b"\n"))
}

/// Whether the line that ends here, before one with `#`, is the last of its family: the header of
/// a family is of several such lines.
fn ends_family(lines: &[u8], end: usize) -> bool {
    let start = memchr::memrchr(b'\n', &lines[..end]).map_or(0, |before| before + 1);
    lines[start] != b'#'
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

    const TWO: &str = "# HELP a x\n# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\nb{c=\"#\"} 2\n";

    #[test]
    fn payloads_end_where_families_begin() {
        let pack = |limit| {
            let payloads = Packer::new(limit)
                .cut(Cut::Families)
                .payloads(TWO.as_bytes());
            payloads.map(|range| &TWO[range]).collect::<Vec<_>>()
        };
        let (whole, split) = (TWO.len() - 1, TWO.find("\n# TYPE b").unwrap());
        for limit in [whole, whole + 1, usize::MAX] {
            assert_eq!(pack(limit), [&TWO[..whole]]);
        }
        // A family longer than the limit is whole as well.
        for limit in [0, 1, 12, split - 1, split, whole - 1] {
            assert_eq!(
                pack(limit),
                [&TWO[..split], &TWO[split + 1..whole]],
                "{limit}"
            );
        }
        let packer = Packer::new(8).cut(Cut::Families);
        assert_eq!(packer.with_limit(4).limit(), 4);
        assert!(packer.payload(b"a 1", 0) == Some(0..3) && packer.payload(b"", 0).is_none());
    }

    /// A family of so many lines.
    fn family((headers, samples): (usize, usize)) -> String {
        ["# TYPE g gauge\n".repeat(headers), "g 1\n".repeat(samples)].concat()
    }

    proptest! {
        #[test]
        fn no_family_is_lost_split_or_reordered(
            sizes in proptest::collection::vec((1_usize..4, 1_usize..9), 1..12),
            limit in 1_usize..300,
        ) {
            let families: Vec<String> = sizes.into_iter().map(family).collect();
            let text = families.concat();
            let packer = Packer::new(limit).cut(Cut::Families);
            let payloads: Vec<_> = packer.payloads(text.as_bytes()).collect();
            let mut rest = families.iter().map(String::len).peekable();
            for payload in payloads {
                let mut len = 0;
                while let Some(more) = rest.next_if(|more| len == 0 || len + more <= limit + 1) {
                    len += more;
                }
                prop_assert_eq!(payload.len() + 1, len, "whole families, as many as fit");
            }
            prop_assert_eq!(rest.next(), None);
        }

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
