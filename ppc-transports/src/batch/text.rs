//! Words that stand beside others in a line.

use std::borrow::Cow;

/// What a character is written as, behind a backslash.
const ESCAPES: [(char, char); 7] = [
    ('\\', '\\'),
    ('\n', 'n'),
    ('\r', 'r'),
    ('\t', 't'),
    (' ', 's'),
    (',', 'c'),
    (';', 'd'),
];

/// What stands for a word of no characters.
const EMPTY: char = 'e';

/// Appends a word, without any character that stands between words.
pub(crate) fn push_escaped(word: &str, out: &mut String) {
    if word.is_empty() {
        out.push('\\');
        out.push(EMPTY);
        return;
    }
    let mut rest = word;
    while let Some(at) = rest.find(|c| ESCAPES.iter().any(|(plain, _)| *plain == c)) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        let found = chars.next().unwrap_or_default();
        let escape = ESCAPES.iter().find(|(plain, _)| *plain == found);
        out.push('\\');
        out.push(escape.map_or(found, |(_, letter)| *letter));
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// The word as it is written.
pub(crate) fn escape(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    push_escaped(word, &mut out);
    out
}

/// The word as it was; nothing where it cannot have been written so.
pub(crate) fn unescape(written: &str) -> Option<Cow<'_, str>> {
    if !written.contains('\\') {
        return (!written.is_empty()).then_some(Cow::Borrowed(written));
    }
    let mut out = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            EMPTY if written.len() == 2 => {}
            letter => out.push(ESCAPES.iter().find(|(_, known)| *known == letter)?.0),
        }
    }
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_without_signs_stay_as_they_are() {
        assert_eq!(escape("GET"), "GET");
        assert_eq!(escape("a b\tc,d"), "a\\sb\\tc\\cd");
        assert_eq!(escape(""), "\\e");
        assert_eq!(escape("\\e"), "\\\\e");
    }

    #[test]
    fn what_cannot_have_been_written_is_nothing() {
        for written in ["", "\\", "a\\", "\\x", "a\\e"] {
            assert_eq!(unescape(written), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn every_word_comes_back(word in "[ -~\\n\\t\\r\\\\,;ü]{0,12}") {
            let written = escape(&word);
            prop_assert!(!written.contains([' ', '\n', '\r', '\t', ',', ';']) && !written.is_empty());
            prop_assert_eq!(&*unescape(&written).unwrap(), &*word);
        }
    }
}
