//! Reads Influx lines: a small and strict parser, which shares nothing with the one that wrote.

use std::collections::BTreeMap;
use std::fmt;

/// A name and its labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
}

/// What a line says.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) series: Series,
    pub(crate) value: f64,
    /// Nanoseconds since the Unix epoch.
    pub(crate) timestamp: u64,
}

impl Series {
    pub(crate) fn new(name: &str, labels: &[(&str, &str)]) -> Self {
        let labels = labels.iter();
        Self {
            name: name.to_owned(),
            labels: labels
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
        }
    }

    /// The value of the label `job`, or nothing.
    pub(crate) fn job(&self) -> &str {
        self.labels.get("job").map_or("", String::as_str)
    }

    /// The upper bound, where this is a bucket of a histogram.
    pub(crate) fn bound(&self) -> Option<f64> {
        self.labels.get("le")?.parse().ok()
    }

    /// What to sort by, so that jobs stay together, and a histogram's buckets in their order.
    pub(crate) fn by_job(&self) -> impl Ord + use<> {
        // The bits of floats that are not negative are in the order of the floats.
        let bound = self.bound().unwrap_or_default().max(0.0).to_bits();
        (self.job().to_owned(), self.without("le"), bound)
    }

    /// The same series without one of its labels.
    pub(crate) fn without(&self, label: &str) -> Self {
        let mut series = self.clone();
        series.labels.remove(label);
        series
    }
}

/// Writes `name{label="value"}`; control characters appear as escapes.
impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (index, (name, value)) in self.labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            write!(f, "{before}{name}={value:?}")?;
        }
        f.write_str(if self.labels.is_empty() { "" } else { "}" })
    }
}

/// Parses `measurement,tag=value field=number timestamp`.
///
/// # Errors
///
/// Says what was expected, and what was found.
pub(crate) fn parse(line: &str) -> Result<Line, String> {
    let (head, rest) = split(line, ' ').ok_or("expected a space after the tags")?;
    let (field, timestamp) = rest.split_once(' ').ok_or("expected a timestamp")?;
    let (field, value) = field.split_once('=').ok_or("expected `field=value`")?;

    let (measurement, mut tags) = split(head, ',').unwrap_or((head, ""));
    let mut labels = BTreeMap::new();
    while !tags.is_empty() {
        let (tag, rest) = split(tags, ',').unwrap_or((tags, ""));
        let (key, value) = split(tag, '=').ok_or(format!("expected `tag=value`, found `{tag}`"))?;
        if value.is_empty() || split(value, '=').is_some() {
            return Err(format!(
                "expected one value of the tag `{key}`, found `{value}`"
            ));
        }
        if labels.insert(name(key)?, unescape(value)).is_some() {
            return Err(format!("the tag `{key}` is there twice"));
        }
        tags = rest;
    }

    let joined = match measurement {
        "" => field.to_owned(),
        measurement => format!("{measurement}_{field}"),
    };
    Ok(Line {
        series: Series {
            name: name(&joined)?,
            labels,
        },
        value: number(value)?,
        timestamp: digits(timestamp)?,
    })
}

/// Splits at the first `at` that is not escaped by a backslash.
fn split(text: &str, at: char) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    for (index, found) in text.char_indices() {
        if found == at && !is_escaped {
            return Some((&text[..index], &text[index + at.len_utf8()..]));
        }
        is_escaped = found == '\\' && !is_escaped;
    }
    None
}

/// Takes away the backslashes that escape; before other characters they stand for themselves.
fn unescape(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(found) = rest.next() {
        let escaped = rest.next_if(|next| found == '\\' && matches!(next, ' ' | ',' | '=' | '\\'));
        value.push(escaped.unwrap_or(found));
    }
    value
}

/// A name of a metric or a label.
fn name(text: &str) -> Result<String, String> {
    let mut bytes = text.bytes();
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_name = bytes.next().is_some_and(is_first)
        && bytes.all(|byte| is_first(byte) || byte.is_ascii_digit());
    let fault = || format!("expected a name, found `{text}`");
    is_name.then(|| text.to_owned()).ok_or_else(fault)
}

/// A float as Prometheus writes it: no suffix, no quotes, no `nan`.
fn number(text: &str) -> Result<f64, String> {
    let is_plain = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'-'));
    let value = if is_plain { text.parse().ok() } else { None };
    value.ok_or(format!("expected a number, found `{text}`"))
}

fn digits(text: &str) -> Result<u64, String> {
    let is_plain = text.len() == 19 && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = if is_plain { text.parse().ok() } else { None };
    value.ok_or(format!("expected nanoseconds, found `{text}`"))
}
