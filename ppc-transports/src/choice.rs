//! Settings that are one of a few words.

use std::fmt;

use crate::encode::Timestamps;
use crate::error::{Error, ErrorKind};

/// A choice, as itself or as the word for it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is none of the choices of `{T}`",
    label = "expected a `{T}`, or the word for one"
)]
pub trait Choice<T> {
    #[doc(hidden)]
    fn choice(&self) -> Result<T, String>;
}

impl<T, C: Choice<T> + ?Sized> Choice<T> for &C {
    fn choice(&self) -> Result<T, String> {
        (**self).choice()
    }
}

/// What was chosen, or the word that is none of the choices.
pub(crate) type Chosen<T> = Result<T, String>;

/// A type whose values have words.
pub(crate) trait Words: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    fn of_word(word: &str) -> Chosen<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| word.to_owned())
    }

    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

/// The value that was chosen, or an error that lists the words.
pub(crate) fn chosen<T: Words>(what: &'static str, choice: &Chosen<T>) -> Result<T, Error> {
    choice.clone().map_err(|found| {
        let words: Vec<String> = T::WORDS
            .iter()
            .map(|(word, _)| format!("{word:?}"))
            .collect();
        let known = match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => words.concat(),
        };
        ErrorKind::Choice { what, found, known }.into()
    })
}

/// The word of a choice, right or wrong.
pub(crate) fn word<T: Words>(choice: &Chosen<T>) -> impl fmt::Display + '_ {
    match choice {
        Ok(value) => value.word(),
        Err(word) => word,
    }
}

macro_rules! choices {
    ($($type:ty: $($word:literal => $value:expr),*;)*) => {$(
        impl $crate::choice::Words for $type {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, $value)),*];
        }

        impl $crate::choice::Choice<$type> for $type {
            fn choice(&self) -> $crate::choice::Chosen<$type> {
                Ok(*self)
            }
        }

        impl $crate::choice::Choice<$type> for str {
            fn choice(&self) -> $crate::choice::Chosen<$type> {
                $crate::choice::Words::of_word(self)
            }
        }

        impl $crate::choice::Choice<$type> for String {
            fn choice(&self) -> $crate::choice::Chosen<$type> {
                $crate::choice::Words::of_word(self)
            }
        }
    )*};
}

pub(crate) use choices;

choices! {
    Timestamps: "client" => Timestamps::Client, "server" => Timestamps::Server;
}
