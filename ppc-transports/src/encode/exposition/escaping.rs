//! How names are written that are more than letters, digits and `_`.

use std::fmt::Write;

/// How a name is written that a server may not be able to read: as Prometheus's escaping schemes do it.
///
/// Names that `metric!` and the builders take are legal everywhere; only [`Dots`](Self::Dots) changes
/// those that have a `_`. Names of other registries may be any text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Escaping {
    /// As it is, in quotes where it must: `{"http.requests"} 1`; in words `allow-utf-8`.
    AllowUtf8,
    /// `_` for each character that is not legal: `http_requests`; in words `underscores`.
    #[default]
    Underscores,
    /// `_dot_` for a dot, `__` for `_` and everything else: `http_dot_requests`; in words `dots`.
    Dots,
    /// `U__`, and for each character that is not legal its number: `U__http_2e_requests`; in words
    /// `values`.
    Values,
}

impl Escaping {
    const WORDS: [(&'static str, Self); 4] = [
        ("allow-utf-8", Self::AllowUtf8),
        ("underscores", Self::Underscores),
        ("dots", Self::Dots),
        ("values", Self::Values),
    ];

    /// What HTTP calls it, in the parameter `escaping` of a content type.
    pub fn word(self) -> &'static str {
        let mut words = Self::WORDS.iter();
        words
            .find(|(_, escaping)| *escaping == self)
            .map_or("", |(word, _)| word)
    }

    /// The one that HTTP calls so.
    pub fn of_word(word: &str) -> Option<Self> {
        let mut words = Self::WORDS.iter();
        words
            .find(|(known, _)| *known == word)
            .map(|(_, escaping)| *escaping)
    }

    /// Whether this name is written otherwise than it is.
    pub(super) fn changes(self, name: &str, of: Names) -> bool {
        !of.all_legal(name) || self == Self::Dots && name.contains('_')
    }

    /// The name as it is written, quotes included.
    pub(super) fn write(self, name: &str, of: Names) -> String {
        if !self.changes(name, of) {
            return name.to_owned();
        }
        let mut out = String::with_capacity(2 * name.len());
        match self {
            Self::AllowUtf8 => {
                out.push('"');
                for letter in name.chars() {
                    match letter {
                        '\\' => out.push_str("\\\\"),
                        '\n' => out.push_str("\\n"),
                        '"' => out.push_str("\\\""),
                        letter => out.push(letter),
                    }
                }
                out.push('"');
                return out;
            }
            Self::Values => out.push_str("U__"),
            Self::Underscores | Self::Dots => {}
        }
        for (index, letter) in name.chars().enumerate() {
            let is_legal = of.is_legal(index, letter);
            match self {
                Self::Dots if letter == '.' => out.push_str("_dot_"),
                Self::Dots if letter == '_' || !is_legal => out.push_str("__"),
                Self::Values if letter == '_' => out.push_str("__"),
                Self::Values if !is_legal => {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "_{:x}_", u32::from(letter));
                }
                _ if is_legal => out.push(letter),
                _ => out.push('_'),
            }
        }
        out
    }
}

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    Metric,
    Label,
}

impl Names {
    fn is_legal(self, index: usize, letter: char) -> bool {
        letter.is_ascii_alphabetic()
            || letter == '_'
            || letter.is_ascii_digit() && index > 0
            || letter == ':' && self == Self::Metric
    }

    fn all_legal(self, name: &str) -> bool {
        let mut letters = name.chars().enumerate();
        letters.all(|(index, letter)| self.is_legal(index, letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: [&str; 4]) {
        let written = Escaping::WORDS.map(|(_, escaping)| escaping.write(name, Names::Metric));
        assert_eq!(written, expected);
    }

    #[test]
    fn k19_names_are_escaped_as_prometheus_does_it() {
        check(
            "mysystem.prod.west.cpu.load",
            [
                "\"mysystem.prod.west.cpu.load\"",
                "mysystem_prod_west_cpu_load",
                "mysystem_dot_prod_dot_west_dot_cpu_dot_load",
                "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load",
            ],
        );
        check(
            "mysystem.prod.west.cpu.load_total",
            [
                "\"mysystem.prod.west.cpu.load_total\"",
                "mysystem_prod_west_cpu_load_total",
                "mysystem_dot_prod_dot_west_dot_cpu_dot_load__total",
                "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load__total",
            ],
        );
        check(
            "no:escaping_required",
            [
                "no:escaping_required",
                "no:escaping_required",
                "no:escaping__required",
                "no:escaping_required",
            ],
        );
        check(
            "http.status:sum",
            [
                "\"http.status:sum\"",
                "http_status:sum",
                "http_dot_status:sum",
                "U__http_2e_status:sum",
            ],
        );
        check(
            "label with 😱",
            [
                "\"label with 😱\"",
                "label_with__",
                "label__with____",
                "U__label_20_with_20__1f631_",
            ],
        );
        check(
            "1a\"\\\n",
            [
                "\"1a\\\"\\\\\\n\"",
                "_a___",
                "__a______",
                "U___31_a_22__5c__a_",
            ],
        );
    }

    #[test]
    fn a_label_has_no_colon() {
        let written = Escaping::WORDS.map(|(_, escaping)| escaping.write("a:b", Names::Label));
        assert_eq!(written, ["\"a:b\"", "a_b", "a__b", "U__a_3a_b"]);
    }

    #[test]
    fn words_are_read_back() {
        for (word, escaping) in Escaping::WORDS {
            assert_eq!(Escaping::of_word(word), Some(escaping));
            assert_eq!(escaping.word(), word);
        }
        assert_eq!(Escaping::of_word("Dots"), None);
    }
}
