//! Lengths of time as users write them: seconds, text such as `"1m30s"`, or a `Duration`.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// A length of time: seconds as an integer or float, text such as `"1m30s"` or `"250ms"`, or a
/// [`Duration`].
///
/// Sealed by its hidden method: every form is checked in one place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a length of time",
    label = "expected seconds, text such as \"1m30s\", or a `Duration`"
)]
pub trait Seconds {
    #[doc(hidden)]
    fn duration(&self) -> Result<Duration, Error>;
}

impl<T: Seconds + ?Sized> Seconds for &T {
    fn duration(&self) -> Result<Duration, Error> {
        (**self).duration()
    }
}

impl Seconds for Duration {
    fn duration(&self) -> Result<Duration, Error> {
        Ok(*self)
    }
}

impl Seconds for str {
    fn duration(&self) -> Result<Duration, Error> {
        parse(self).ok_or_else(|| {
            ErrorKind::Time {
                found: format!("{self:?}"),
                reason: "times read like \"1m30s\"",
            }
            .into()
        })
    }
}

impl Seconds for String {
    fn duration(&self) -> Result<Duration, Error> {
        self.as_str().duration()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Seconds for $type {
            fn duration(&self) -> Result<Duration, Error> {
                #[allow(clippy::cast_lossless)] // one line for every number type
                Duration::try_from_secs_f64(*self as f64).map_err(|_| {
                    let reason = "a time is a finite number of seconds that is not negative";
                    ErrorKind::Time { found: self.to_string(), reason }.into()
                })
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize, f32, f64);

/// Units of the text form, largest first; each at most once and in this order.
const UNITS: [(&str, f64); 5] = [
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 0.001),
];

fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    let mut next_unit = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        // A bare number is seconds, when it stands alone.
        let unit = match &rest[..letters] {
            "" if next_unit == 0 && rest.is_empty() => "s",
            unit => unit,
        };
        let place = next_unit
            + UNITS[next_unit..]
                .iter()
                .position(|(name, _)| *name == unit)?;
        seconds += number * UNITS[place].1;
        next_unit = place + 1;
        rest = &rest[letters..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_written() {
        for (text, millis) in [
            ("15", 15_000),
            ("0.5", 500),
            ("250ms", 250),
            ("1m30s", 90_000),
            ("1.5m", 90_000),
            ("2h", 7_200_000),
            ("1d1h1m1s1ms", 90_061_001),
        ] {
            assert_eq!(parse(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in [
            "", " ", "s", "1x", "1s1m", "1s1s", "-1s", "1m30", "1e3s", "1..5s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(0.25_f32.duration().unwrap(), Duration::from_millis(250));
        assert!((-1).duration().unwrap_err().to_string().contains("-1"));
        assert!(f64::NAN.duration().is_err());
    }
}
