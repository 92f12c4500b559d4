//! The one number form of all formats: the shortest text that reads back, integral without `.0`.

/// Up to here every integral float is exact, and an integer prints faster than a float.
pub(super) const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53

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

/// Appends a finite number without an exponent, be it hundreds of digits long.
#[inline]
pub(super) fn write_decimal(value: f64, out: &mut Vec<u8>) {
    let start = out.len();
    write(value, out);
    // Most numbers are short, and this search is a few steps.
    if let Some(length) = out[start..].iter().position(|byte| *byte == b'e') {
        spell_out(start, length, out);
    }
}

/// Spells out the number that begins at `start` and has its exponent behind that many bytes.
#[cold]
fn spell_out(start: usize, length: usize, out: &mut Vec<u8>) {
    let text = out.split_off(start);
    let (mantissa, exponent) = (&text[..length], &text[length + 1..]);
    let (is_negative, mantissa) = match mantissa.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let point = mantissa.iter().position(|byte| *byte == b'.');
    let digits = mantissa.iter().copied().filter(|byte| *byte != b'.');
    let count = mantissa.len() - usize::from(point.is_some());
    let exponent: isize = str::from_utf8(exponent)
        .ok()
        .and_then(|exponent| exponent.parse().ok())
        .unwrap_or(0);
    // How many digits stand before the point.
    let whole = point.unwrap_or(count).saturating_add_signed(exponent);
    let zeros = point.unwrap_or(count).cast_signed() + exponent;
    if is_negative {
        out.push(b'-');
    }
    if zeros <= 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + zeros.unsigned_abs(), b'0');
        out.extend(digits);
    } else {
        for (place, digit) in digits.enumerate() {
            if place == whole {
                out.push(b'.');
            }
            out.push(digit);
        }
        out.resize(out.len() + whole.saturating_sub(count), b'0');
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

    fn decimal(value: f64) -> String {
        let mut out = b"before e ".to_vec();
        write_decimal(value, &mut out);
        String::from_utf8(out).unwrap().split_off("before e ".len())
    }

    #[test]
    fn decimals_have_no_exponent() {
        for (value, expected) in [
            (-0.0, "0"),
            (2.5, "2.5"),
            (1e16, "10000000000000000"),
            (-1.5e-7, "-0.00000015"),
            (1.25e20, "125000000000000000000"),
        ] {
            assert_eq!(decimal(value), expected);
        }
        assert_eq!(decimal(1e300), format!("1{}", "0".repeat(300)));
        assert_eq!(decimal(5e-324), format!("0.{}5", "0".repeat(323)));
    }

    proptest::proptest! {
        #[test]
        fn decimals_read_back(value in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            let text = decimal(value);
            assert!(text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte)));
            assert!(!text.ends_with('.') && !text.starts_with('.'));
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
    }
}
