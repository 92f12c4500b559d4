//! The header `Accept`: RFC 9110, section 12.5.1.

use crate::encode::Escaping;

/// One of the media ranges that a client accepts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    media: &'a str,
    pub(super) version: Option<&'a str>,
    escaping: Option<&'a str>,
    /// In thousandths.
    pub(super) q: u16,
}

/// Those of a header, in its order; what is none is passed over.
pub(super) fn entries(accept: &str) -> impl Iterator<Item = Entry<'_>> {
    split(accept, b',').filter_map(|entry| {
        let mut parts = split(entry, b';').map(str::trim);
        let media = parts.next().filter(|media| media.contains('/'))?;
        let mut entry = Entry {
            media,
            version: None,
            escaping: None,
            q: 1000,
        };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let (name, value) = (name.trim(), unquoted(value.trim()));
            if name.eq_ignore_ascii_case("q") {
                // What is no number says nothing.
                entry.q = thousandths(value).unwrap_or(1000);
            } else if name.eq_ignore_ascii_case("version") {
                entry.version = Some(value).filter(|version| !version.is_empty());
            } else if name.eq_ignore_ascii_case("escaping") {
                entry.escaping = Some(value);
            }
        }
        Some(entry)
    })
}

impl Entry<'_> {
    pub(super) fn is(&self, media: &str) -> bool {
        self.media.eq_ignore_ascii_case(media)
    }

    /// The first number of a version of three.
    pub(super) fn major(&self) -> Option<u32> {
        let mut numbers = self.version?.split('.').map(str::parse::<u32>);
        let major = numbers.next()?.ok()?;
        numbers.all(|number| number.is_ok()).then_some(major)
    }

    pub(super) fn escaping(&self) -> Escaping {
        self.escaping
            .and_then(Escaping::of_word)
            .unwrap_or_default()
    }
}

/// Splits outside of quotes.
fn split(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (mut quoted, mut escaped) = (false, false);
        let end = text.bytes().position(|byte| {
            let is_end = byte == at && !quoted;
            quoted ^= byte == b'"' && !escaped;
            escaped = quoted && byte == b'\\' && !escaped;
            is_end
        });
        rest = end.map(|end| &text[end + 1..]);
        Some(end.map_or(text, |end| &text[..end]))
    })
}

fn unquoted(value: &str) -> &str {
    let inner = value
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'));
    inner.unwrap_or(value)
}

/// A `qvalue`: RFC 9110, section 12.4.2.
fn thousandths(q: &str) -> Option<u16> {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let fraction: u16 = match fraction {
        _ if !is_number => return None,
        "" => 0,
        digits => format!("{digits:0<3}").parse().ok()?,
    };
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_is_a_number_from_0_to_1() {
        let found = [
            "0", "0.", "0.5", "0.001", "0.75", "1", "1.000", "1.001", "2", "-1", "", ".5",
            "0.1234", "abc",
        ]
        .map(thousandths);
        let none = None;
        assert_eq!(
            found,
            [
                Some(0),
                Some(0),
                Some(500),
                Some(1),
                Some(750),
                Some(1000),
                Some(1000),
                none,
                none,
                none,
                none,
                none,
                none,
                none
            ]
        );
    }

    #[test]
    fn entries_are_split_outside_of_quotes() {
        let all: Vec<_> =
            entries(r#"a/b;x="1,2;\",\\";version="1.0.0";Q=0.5 , , junk, C/d ; Escaping=dots"#)
                .map(|entry| (entry.media, entry.version, entry.escaping, entry.q))
                .collect();
        assert_eq!(
            all,
            [
                ("a/b", Some("1.0.0"), None, 500),
                ("C/d", None, Some("dots"), 1000)
            ]
        );
        assert_eq!(entries("").count(), 0);
    }
}
