//! One line of the text format.

use super::{Kind, Sample};
use crate::support::series::Labels;

#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// An empty one, or a comment.
    Nothing,
    Help {
        name: String,
        text: String,
    },
    Type {
        name: String,
        kind: Kind,
    },
    Sample(Sample),
}

impl Line {
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            // No text is written with and without the space.
            let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
            return Ok(Self::Help {
                name: metric_name(name)?,
                text: unescape(text, &[])?,
            });
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or("a TYPE without a type")?;
            return Ok(Self::Type {
                name: metric_name(name)?,
                kind: Kind::parse(kind).ok_or_else(|| format!("unknown type `{kind}`"))?,
            });
        }
        if line.is_empty() || line.starts_with('#') {
            return Ok(Self::Nothing);
        }
        sample(line).map(Self::Sample)
    }
}

fn sample(line: &str) -> Result<Sample, String> {
    let end = line.find(['{', ' ']).ok_or("a sample without a value")?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Labels::new(), rest),
    };
    let rest = rest.strip_prefix(' ').ok_or("a space before the value")?;
    let (value, timestamp) = match rest.split_once(' ') {
        Some((value, timestamp)) => (value, Some(timestamp)),
        None => (rest, None),
    };
    let timestamp = timestamp.map(|timestamp| {
        let parsed = timestamp.parse();
        parsed.map_err(|error| format!("timestamp `{timestamp}`: {error}"))
    });
    Ok(Sample {
        name: metric_name(name)?,
        labels,
        value: number(value)?,
        timestamp: timestamp.transpose()?,
    })
}

/// The labels after a brace, and what follows the brace that closes them.
fn labels(mut rest: &str) -> Result<(Labels, &str), String> {
    let mut labels = Labels::new();
    if let Some(rest) = rest.strip_prefix('}') {
        return Ok((labels, rest));
    }
    loop {
        let (name, after) = rest.split_once("=\"").ok_or("a label without a value")?;
        let name = label_name(name)?;
        let end = closing_quote(after).ok_or("a label value without an end")?;
        let value = unescape(&after[..end], &['"'])?;
        if labels.insert(name.clone(), value).is_some() {
            return Err(format!("label {name} twice"));
        }
        rest = &after[end + 1..];
        if let Some(rest) = rest.strip_prefix('}') {
            return Ok((labels, rest));
        }
        rest = rest.strip_prefix(',').ok_or("a comma between labels")?;
    }
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        closes
    })
}

/// A backslash stands before itself, `n`, and those that are given.
fn unescape(text: &str, others: &[char]) -> Result<String, String> {
    let mut plain = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some(other) if others.contains(&other) => other,
                other => return Err(format!("a backslash before {other:?}")),
            },
            other => other,
        });
    }
    Ok(plain)
}

/// As Go writes numbers: digits, `NaN`, `+Inf`, `-Inf`; not all that Rust would read.
pub(super) fn number(text: &str) -> Result<f64, String> {
    let error = || format!("`{text}` is no number");
    match text {
        "NaN" => return Ok(f64::NAN),
        "+Inf" => return Ok(f64::INFINITY),
        "-Inf" => return Ok(f64::NEG_INFINITY),
        _ => {}
    }
    let is_digit = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    if text.bytes().all(is_digit) {
        text.parse().map_err(|_| error())
    } else {
        Err(error())
    }
}

fn metric_name(name: &str) -> Result<String, String> {
    is_name(name, ":")
        .then(|| name.to_owned())
        .ok_or_else(|| format!("`{name}` is no metric name"))
}

pub(crate) fn label_name(name: &str) -> Result<String, String> {
    is_name(name, "")
        .then(|| name.to_owned())
        .ok_or_else(|| format!("`{name}` is no label name"))
}

fn is_name(name: &str, more: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || more.contains(c);
    name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_ascii_digit())
}
