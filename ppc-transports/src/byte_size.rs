//! Numbers of bytes as users write them: a number, or text such as `"16MiB"`.

use crate::error::{Error, ErrorKind};

/// A number of bytes: an integer, or text such as `"64KiB"`, `"16MiB"` or `"1GB"`. Units are
/// those of powers of 1024 with an `i`, and those of powers of 1000 without.
///
/// Sealed by its hidden method: every form is checked in one place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of bytes",
    label = "expected an integer, or text such as \"16MiB\""
)]
pub trait ByteSize {
    #[doc(hidden)]
    fn byte_size(&self) -> Result<u64, Error>;
}

impl<T: ByteSize + ?Sized> ByteSize for &T {
    fn byte_size(&self) -> Result<u64, Error> {
        (**self).byte_size()
    }
}

impl ByteSize for str {
    fn byte_size(&self) -> Result<u64, Error> {
        parse(self).ok_or_else(|| wrong(format!("{self:?}")))
    }
}

impl ByteSize for String {
    fn byte_size(&self) -> Result<u64, Error> {
        self.as_str().byte_size()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl ByteSize for $type {
            fn byte_size(&self) -> Result<u64, Error> {
                u64::try_from(*self).map_err(|_| wrong(self.to_string()))
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

fn wrong(found: String) -> Error {
    ErrorKind::Number {
        what: "number of bytes",
        found,
        reason: "a whole number, or text such as \"16MiB\"",
    }
    .into()
}

const UNITS: [(&str, u64); 9] = [
    ("", 1),
    ("B", 1),
    ("KB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let (_, factor) = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))?;
    number
        .replace('_', "")
        .parse::<u64>()
        .ok()?
        .checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_bytes_are_read_as_written() {
        for (text, bytes) in [
            ("0", 0),
            ("1_000", 1000),
            ("64KiB", 65_536),
            ("16 MiB", 16_777_216),
            ("1gb", 1_000_000_000),
            ("7B", 7),
        ] {
            assert_eq!(text.byte_size().unwrap(), bytes, "{text}");
        }
        for text in ["", "MiB", "1.5MiB", "-1", "1XB", "99999999TiB"] {
            assert!(text.byte_size().is_err(), "{text}");
        }
        assert_eq!(16_usize.byte_size().unwrap(), 16);
        assert!((-1).byte_size().unwrap_err().to_string().contains("-1"));
    }
}
