//! What can be the value of a label.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

/// A value of a label: text, an integer, `bool`, `char`, or an enum with `#[derive(LabelValue)]`.
///
/// Implement it for a type of your own by lending the text, or by formatting into the scratch.
///
/// # Examples
///
/// ```
/// use ppc_core::{LabelValue, Scratch};
///
/// struct Shard(u32);
///
/// impl LabelValue for Shard {
///     fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str {
///         scratch.format(format_args!("shard-{}", self.0))
///     }
/// }
/// assert_eq!(Shard(7).text(&mut Scratch::default()), "shard-7");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "not a label value",
    note = "label values are text, integers, `bool`, `char`, and enums with `#[derive(LabelValue)]`",
    note = "a float makes a poor label: every value would be a series of its own"
)]
pub trait LabelValue {
    /// Lends the value as text, written into `scratch` where it does not exist as text.
    fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str;

    /// Whether the value is text as it is, and [`lend`](Self::lend) has it.
    #[doc(hidden)]
    const IS_TEXT: bool = false;

    /// The text, without a scratch.
    #[doc(hidden)]
    #[inline]
    #[expect(clippy::unnecessary_literal_bound, reason = "others lend their own")]
    fn lend(&self) -> &str {
        ""
    }

    /// How many values there are, where they are a fixed set; else 0.
    #[doc(hidden)]
    const FIXED: usize = 0;

    /// The place of this value in a fixed set.
    #[doc(hidden)]
    fn fixed_index(&self) -> usize {
        0
    }
}

/// A label value out of a fixed set, known at compile time: an enum with `#[derive(LabelValue)]`,
/// or `bool`.
///
/// `eager` metrics start a series at 0 for each of them.
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` are not a fixed set",
    label = "not an enum with `#[derive(LabelValue)]`, nor `bool`",
    note = "the states of a state set, and labels of an `eager` metric that have no default, are \
            fixed sets of values"
)]
pub trait FixedLabelValue: LabelValue + Copy {
    /// The texts of all values, in the order of [`index`](Self::index), without those that are
    /// skipped: they have none.
    const VALUES: &'static [&'static str];

    /// The place of this value in [`VALUES`](Self::VALUES). Values that are skipped share the
    /// index behind the last.
    fn index(self) -> usize;
}

/// Space to format a label value in; no heap memory is used for integers.
pub struct Scratch {
    integer: itoa::Buffer,
    /// Made when it is needed: a look-up has one of these a label.
    text: Option<String>,
}

impl Default for Scratch {
    #[inline]
    fn default() -> Self {
        Self {
            integer: itoa::Buffer::new(),
            text: None,
        }
    }
}

impl Scratch {
    /// Formats `arguments` and lends the text.
    pub fn format(&mut self, arguments: fmt::Arguments<'_>) -> &str {
        let text = self.text.get_or_insert_default();
        text.clear();
        // Writing to a String fails only where a user's Display does; what it wrote then stands.
        let _ = text.write_fmt(arguments);
        text
    }

    fn integer(&mut self, value: impl itoa::Integer) -> &str {
        self.integer.format(value)
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl LabelValue for $type {
            #[inline]
            fn text<'a>(&'a self, _: &'a mut Scratch) -> &'a str {
                self
            }

            const IS_TEXT: bool = true;

            #[inline]
            fn lend(&self) -> &str {
                self
            }
        }
    )*};
}

macro_rules! as_integer {
    ($($type:ty),*) => {$(
        impl LabelValue for $type {
            #[inline]
            fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str {
                scratch.integer(*self)
            }
        }
    )*};
}

macro_rules! as_inner {
    ($($type:ty),*) => {$(
        impl<T: LabelValue + ?Sized> LabelValue for $type {
            #[inline]
            fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str {
                (**self).text(scratch)
            }

            const IS_TEXT: bool = T::IS_TEXT;

            #[inline]
            fn lend(&self) -> &str {
                (**self).lend()
            }

            const FIXED: usize = T::FIXED;

            #[inline]
            fn fixed_index(&self) -> usize {
                (**self).fixed_index()
            }
        }
    )*};
}

as_text!(str, String, Cow<'_, str>);
as_integer!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);
as_inner!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl LabelValue for bool {
    #[inline]
    fn text<'a>(&'a self, _: &'a mut Scratch) -> &'a str {
        Self::VALUES[usize::from(*self)]
    }

    const FIXED: usize = 2;

    #[inline]
    fn fixed_index(&self) -> usize {
        usize::from(*self)
    }
}

impl FixedLabelValue for bool {
    const VALUES: &'static [&'static str] = &["false", "true"];

    #[inline]
    fn index(self) -> usize {
        usize::from(self)
    }
}

impl LabelValue for char {
    fn text<'a>(&'a self, scratch: &'a mut Scratch) -> &'a str {
        let text = scratch.text.get_or_insert_default();
        text.clear();
        text.push(*self);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_text() {
        let scratch = &mut Scratch::default();
        assert_eq!("a".text(scratch), "a");
        assert_eq!(String::from("b").text(scratch), "b");
        assert_eq!((&&-3_i64).text(scratch), "-3");
        assert_eq!(u128::MAX.text(scratch), u128::MAX.to_string());
        assert_eq!(true.text(scratch), "true");
        assert_eq!('ä'.text(scratch), "ä");
        assert_eq!(Arc::<str>::from("c").text(scratch), "c");
    }
}
