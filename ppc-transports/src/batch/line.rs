//! The lines of a chunk: what is said of one series.

use std::borrow::Cow;

use super::declared::Declared;
use super::text::unescape;

/// What becomes of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// The numbers are added to what there is.
    Add,
    /// The value replaces what there is.
    Set,
    /// The value is that of this writer; where there is none, no longer.
    Each,
    /// It is still there; where it is over, the value is set, if there is one.
    Touch,
    /// It is removed, whoever wrote it.
    Remove,
    /// All series of the family are.
    Clear,
}

const OPS: [(Op, char); 6] = [
    (Op::Add, '+'),
    (Op::Set, '='),
    (Op::Each, '@'),
    (Op::Touch, '~'),
    (Op::Remove, '-'),
    (Op::Clear, '!'),
];

impl Op {
    pub(crate) fn sign(self) -> char {
        let found = OPS.iter().find(|(op, _)| *op == self);
        found.map_or(' ', |(_, sign)| *sign)
    }
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) op: Op,
    /// Words with spaces between them; see [`Value`](crate::store).
    pub(crate) value: &'a str,
    /// Which series: its label values in the order of the declaration, then names and values of
    /// labels beyond it, with tabs between them.
    pub(crate) field: &'a str,
}

/// The lines of a text; what is none is left out.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter_map(|line| {
        let sign = line.chars().next()?;
        let (op, _) = OPS.iter().find(|(_, known)| *known == sign)?;
        let (value, field) = line[sign.len_utf8()..].split_once('\t')?;
        Some(Line {
            op: *op,
            value,
            field,
        })
    })
}

/// Names and values of the labels of a field.
pub(crate) fn labels<'a>(
    field: &'a str,
    declared: &'a Declared,
) -> Option<Vec<(Cow<'a, str>, Cow<'a, str>)>> {
    let mut words = field.split('\t').filter(|word| !word.is_empty());
    let mut all = Vec::new();
    for name in &declared.labels {
        all.push((Cow::Borrowed(&**name), unescape(words.next()?)?));
    }
    while let Some(name) = words.next() {
        all.push((unescape(name)?, unescape(words.next()?)?));
    }
    Some(all)
}
