//! Numbers of bytes as text; `ppc-transports` reads the same forms at run time.

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

/// The number of bytes that a text says.
pub(crate) fn parse(text: &str) -> Option<u64> {
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
