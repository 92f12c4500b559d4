//! The one number form of all formats: the shortest text that reads back, integral without `.0`.

/// Up to here every integral float is exact, and an integer prints faster than a float.
const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

/// Appends a finite number.
#[inline]
pub(super) fn write(value: f64, out: &mut Vec<u8>) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "kept only where nothing was cut off"
    )]
    let integer = value as i64;
    #[expect(clippy::float_cmp, reason = "equal means that nothing was cut off")]
    let integral = integer as f64 == value;
    if integral && value.abs() <= EXACT {
        out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
    } else {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
    }
}

/// Appends any number, with the words that text formats have for those that are not finite.
#[inline]
pub(super) fn write_any(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        write(value, out);
    } else {
        out.extend_from_slice(match value {
            f64::INFINITY => b"+Inf",
            f64::NEG_INFINITY => b"-Inf",
            _ => b"NaN",
        });
    }
}

/// Appends a count.
#[inline]
pub(super) fn write_count(value: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let mut out = Vec::new();
        write(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_read_back() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-5.0, "-5"),
            (2.5, "2.5"),
            (0.1, "0.1"),
            (9_007_199_254_740_992.0, "9007199254740992"),
        ] {
            assert_eq!(text(value), expected);
        }
        for value in [
            1e300,
            -1e-300,
            1e16,
            f64::MAX,
            f64::MIN_POSITIVE,
            u64::MAX as f64,
            0.1 + 0.2,
        ] {
            let text = text(value);
            assert_eq!(
                text.parse::<f64>().unwrap().to_bits(),
                value.to_bits(),
                "{text}"
            );
            assert!(!text.ends_with(".0"), "{text}");
        }
    }
}
