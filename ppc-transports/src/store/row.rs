//! What is stored of a series, as text.

use std::fmt::Write;
use std::time::Duration;

/// A value with the time until which it is kept; in milliseconds since the Unix epoch, as all times
/// here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// For ever where there is none.
    pub(crate) until: Option<u64>,
    /// As it was told. Of what is kept of each process: when it was told, how that process is
    /// called, and the value. Of a series of such that was removed: when that was.
    pub(crate) value: &'a str,
}

impl<'a> Row<'a> {
    /// The row of this text, unless its time is over.
    pub(crate) fn parse(text: &'a str, now: u64) -> Option<Self> {
        let (until, value) = text.split_once(' ').unwrap_or((text, ""));
        let until = match until {
            "-" => None,
            until => Some(until.parse().ok()?),
        };
        let is_over = until.is_some_and(|until| until <= now);
        (!is_over).then_some(Self { until, value })
    }

    pub(crate) fn write(until: Option<u64>, value: &str) -> String {
        match until {
            None => format!("- {value}"),
            Some(until) => format!("{until} {value}"),
        }
    }
}

/// The sums of numbers and others, each with the one at its place; where there are not as many, what
/// was added last is what there is.
pub(crate) fn add(stored: &str, added: &str) -> String {
    let same = stored.split(' ').count() == added.split(' ').count();
    if !same {
        return added.to_owned();
    }
    let mut sums = String::with_capacity(stored.len() + 8);
    for (stored, added) in stored.split(' ').zip(added.split(' ')) {
        if !sums.is_empty() {
            sums.push(' ');
        }
        // Counts are whole numbers, and exact beyond what floats can say. Floats may look like them.
        let counts = stored.parse::<u64>().ok().zip(added.parse::<u64>().ok());
        let _ = match counts.and_then(|(stored, added)| stored.checked_add(added)) {
            Some(sum) => write!(sums, "{sum}"),
            None => write!(sums, "{}", number(stored) + number(added)),
        };
    }
    sums
}

/// The number that a word is.
pub(crate) fn number(word: &str) -> f64 {
    word.parse().unwrap_or(f64::NAN)
}

/// The count that a word is.
pub(crate) fn count(word: &str) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count, which may have come to be written as a float"
    )]
    word.parse().unwrap_or_else(|_| number(word) as u64)
}

/// A time as it is stored.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The time of day, as it is stored.
pub(crate) fn now() -> u64 {
    millis(ppc_core::unix_time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_added_one_by_one() {
        assert_eq!(add("1 2 3", "0.5 2 0"), "1.5 4 3");
        assert_eq!(add("18014398509481985", "2"), "18014398509481987");
        assert_eq!(add("inf", "1"), "inf");
        assert_eq!(
            add("1e300", "1"),
            "1e300".parse::<f64>().unwrap().to_string()
        );
        assert_eq!(add("", "1 2"), "1 2");
        assert_eq!(
            add("10000000000000000000", "10000000000000000000"),
            "20000000000000000000",
            "floats that look like counts"
        );
    }

    #[test]
    fn rows_end() {
        assert_eq!(Row::parse("- 1 2", 99).unwrap().value, "1 2");
        assert_eq!(Row::parse("100 5", 99).unwrap().until, Some(100));
        assert_eq!(Row::parse("100 5", 100), None);
        assert_eq!(Row::parse("x 5", 100), None);
        assert_eq!(Row::write(Some(7), "a b"), "7 a b");
        assert_eq!(Row::parse(&Row::write(None, ""), 1).unwrap().value, "");
    }
}
