//! Times as text: `"1m30s"`.

use std::time::Duration;

/// Units of the text form, largest first; each at most once and in this order.
const UNITS: [(&str, f64); 5] = [
    ("d", 86_400.0),
    ("h", 3_600.0),
    ("m", 60.0),
    ("s", 1.0),
    ("ms", 0.001),
];

/// Reads a length of time as `ppc-transports` does at run time; a test compares the two.
pub(crate) fn parse(text: &str) -> Option<Duration> {
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
