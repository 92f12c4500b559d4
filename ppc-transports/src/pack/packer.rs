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
    /// At the end of any line but one that sets a `StatsD` gauge to 0 for the negative number in the
    /// line behind it, `x:0|g` and `x:-5|g`: were they in two datagrams, one of them could be lost,
    /// or another's come between. Such a pair that is longer than the limit goes alone.
    Samples,
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

    /// Where payloads may end.
    pub fn ends(self) -> Cut {
        self.cut
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
        let lines = || {
            memchr::memrchr(b'\n', &rest[..most])
                .or_else(|| memchr::memchr(b'\n', rest))
                .unwrap_or(rest.len())
        };
        let len = match self.cut {
            Cut::Lines => lines(),
            Cut::Samples => end_of_sample(rest, lines()),
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

/// Where the samples end of which a line ends here: before a line that sets a gauge to 0 for the
/// next one, or behind both where there is nothing else.
fn end_of_sample(lines: &[u8], end: usize) -> usize {
    let start = memchr::memrchr(b'\n', &lines[..end]).map_or(0, |before| before + 1);
    let next = lines.get(end + 1..).unwrap_or_default();
    let next = &next[..memchr::memchr(b'\n', next).unwrap_or(next.len())];
    if !is_pair(&lines[start..end], next) {
        end
    } else if start > 0 {
        start - 1
    } else {
        end + 1 + next.len()
    }
}

/// Whether the first line sets the gauge of the second one to 0, and that one is negative.
fn is_pair(first: &[u8], second: &[u8]) -> bool {
    let Some(name) = memchr::memchr(b':', first) else {
        return false;
    };
    let (name, zero) = first.split_at(name + 1);
    let (Some(number), Some(rest)) = (second.strip_prefix(name), zero.strip_prefix(b"0")) else {
        return false;
    };
    let behind = memchr::memchr(b'|', number).unwrap_or(number.len());
    number.starts_with(b"-") && rest.starts_with(b"|g") && number[behind..] == *rest
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

    fn pack_samples(lines: &str, limit: usize) -> Vec<&str> {
        let packer = Packer::new(limit).cut(Cut::Samples);
        let payloads = packer.payloads(lines.as_bytes());
        payloads.map(|range| &lines[range]).collect()
    }

    #[test]
    fn f16_a_gauge_and_its_zero_are_in_one_payload() {
        let lines = "a:1|g\ng,x=1:0|g\ng,x=1:-5|g\nb:0|g\n";
        assert_eq!(pack_samples(lines, 1000), [lines.trim_end()]);
        let expected = ["a:1|g", "g,x=1:0|g\ng,x=1:-5|g", "b:0|g"];
        for limit in [0, 5, 16, 20, 24] {
            assert_eq!(pack_samples(lines, limit), expected, "{limit}");
        }
        assert_eq!(pack_samples("g:0|g\ng:-5|g", 5), ["g:0|g\ng:-5|g"]);
        for (first, second, is_one) in [
            ("g:0|g|#x:1", "g:-5|g|#x:1", true),
            ("g:0|g|#x:1", "g:-5|g|#x:2", false),
            ("g:0|g", "h:-5|g", false),
            ("g:0|g", "g:5|g", false),
            ("g:0|c", "g:-5|c", false),
            ("g:1|g", "g:-5|g", false),
            ("g", "g:-5|g", false),
        ] {
            let lines = format!("{first}\n{second}\n");
            let count = pack_samples(&lines, first.len()).len();
            assert_eq!(count == 1, is_one, "{lines}");
        }
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
        fn f16_no_pair_is_lost_split_or_reordered(
            values in proptest::collection::vec((0_usize..9, -20_i32..20), 1..40),
            limit in 1_usize..80,
        ) {
            let samples: Vec<String> = values
                .into_iter()
                .map(|(name, value)| {
                    let name = "n".repeat(name + 1);
                    let zero = format!("{name}:0|g\n");
                    format!("{}{name}:{value}|g\n", if value < 0 { &zero } else { "" })
                })
                .collect();
            let lines = samples.concat();
            let mut rest = samples.iter().map(String::len).peekable();
            let payloads = pack_samples(&lines, limit);
            for payload in &payloads {
                let mut len = 0;
                while let Some(more) = rest.next_if(|more| len == 0 || len + more <= limit + 1) {
                    len += more;
                }
                prop_assert_eq!(payload.len() + 1, len, "whole samples, as many as fit");
            }
            prop_assert_eq!(payloads.join("\n") + "\n", lines);
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
