//! Cases that a variant's name can be written in.

/// How the words of a name are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Case {
    #[default]
    Snake,
    Kebab,
    Lower,
    Upper,
    Camel,
    Pascal,
    ScreamingSnake,
}

impl Case {
    /// What `rename_all` takes, each written in its own case.
    pub(super) const NAMES: [&'static str; 7] = [
        "snake_case",
        "kebab-case",
        "lowercase",
        "UPPERCASE",
        "camelCase",
        "PascalCase",
        "SCREAMING_SNAKE_CASE",
    ];

    /// The case of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let cases = [
            Self::Snake,
            Self::Kebab,
            Self::Lower,
            Self::Upper,
            Self::Camel,
            Self::Pascal,
            Self::ScreamingSnake,
        ];
        let place = Self::NAMES.iter().position(|known| *known == name)?;
        cases.get(place).copied()
    }

    /// Writes a variant's name.
    pub(super) fn write(self, variant: &str) -> String {
        let words = words(variant);
        let join = |separator: &str| words.join(separator).to_lowercase();
        match self {
            Self::Snake => join("_"),
            Self::Kebab => join("-"),
            Self::Lower => join(""),
            Self::Upper => join("").to_uppercase(),
            Self::ScreamingSnake => join("_").to_uppercase(),
            Self::Pascal => words.iter().map(|word| capitalised(word)).collect(),
            Self::Camel => match words.split_first() {
                Some((first, rest)) => {
                    let rest: String = rest.iter().map(|word| capitalised(word)).collect();
                    first.to_lowercase() + &rest
                }
                None => String::new(),
            },
        }
    }
}

/// The words of a name: a word begins at a capital behind a small letter or digit, at the last
/// capital of several (`HTTPError` is `HTTP`, `Error`), and behind `_`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if begins || letter == '_' {
            words.push(String::new());
        }
        if letter != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + &letters.as_str().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_every_case() {
        for (variant, snake, kebab, lower, upper, camel, pascal, screaming) in [
            ("Ok", "ok", "ok", "ok", "OK", "ok", "Ok", "OK"),
            (
                "NotFound",
                "not_found",
                "not-found",
                "notfound",
                "NOTFOUND",
                "notFound",
                "NotFound",
                "NOT_FOUND",
            ),
            (
                "HTTPError",
                "http_error",
                "http-error",
                "httperror",
                "HTTPERROR",
                "httpError",
                "HttpError",
                "HTTP_ERROR",
            ),
            (
                "V2Api", "v2_api", "v2-api", "v2api", "V2API", "v2Api", "V2Api", "V2_API",
            ),
            ("A_b", "a_b", "a-b", "ab", "AB", "aB", "AB", "A_B"),
        ] {
            let texts = [snake, kebab, lower, upper, camel, pascal, screaming];
            for (name, text) in Case::NAMES.into_iter().zip(texts) {
                assert_eq!(
                    Case::named(name).unwrap().write(variant),
                    text,
                    "{variant} in {name}"
                );
            }
        }
        assert_eq!(Case::named("Snake"), None);
    }
}
