//! Numbers and text for people: bytes, digits in groups, sparklines.

use std::fmt::Display;

/// `1 line`, `2 lines`, `2 directories`.
pub(crate) fn plural(count: u64, what: &str) -> String {
    let text = match (count, what.strip_suffix('y')) {
        (1, _) => what.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{what}s"),
    };
    format!("{} {text}", grouped(count))
}

/// `1.2 MB`.
pub(crate) fn bytes(bytes: u64) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    match units.iter().find(|(_, size)| bytes as f64 >= *size) {
        Some((unit, size)) => format!("{:.1} {unit}", bytes as f64 / size),
        None => format!("{bytes} B"),
    }
}

/// A value as short as it can be without misleading.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        let sign = if value < 0.0 { "-" } else { "" };
        // Whole and not too large: the text has digits only.
        format!("{sign}{}", grouped(size))
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 0.01 {
        format!("{value:.3}")
    } else {
        format!("{value:.6}")
    }
}

/// `1,234`.
pub(crate) fn grouped(count: impl Display) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text of at most so many characters.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept = text.chars().take(width.saturating_sub(1));
    kept.chain(['…']).take(width).collect()
}

/// The last values as bars, from the lowest of them to the highest.
pub(crate) fn sparkline(values: &[f64], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let shown = &values[values.len().saturating_sub(width)..];
    let low = shown.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shown.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bar = |value: &f64| {
        // All the same, and nothing to compare with.
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.0
        };
        let step = (0..BARS.len() - 1)
            .filter(|step| share * 7.0 >= *step as f64 + 0.5)
            .count();
        BARS[step]
    };
    shown.iter().map(bar).collect()
}
