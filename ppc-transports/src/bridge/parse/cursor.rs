//! Reads a line from left to right: names, labels, numbers, and the space in between.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::fault::{Unexpected, unexpected};
use super::rules::Rules;

/// What is left of a line.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
    rules: Rules,
}

/// A label as it is meant: without escapes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Label<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

const LABEL: &str = "a label, as in `name=\"value\"`";

impl<'a> Cursor<'a> {
    pub(super) fn new(rest: &'a str, rules: Rules) -> Self {
        Self { rest, rules }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    #[inline]
    pub(super) fn is_at(&self, byte: char) -> bool {
        self.rest.starts_with(byte)
    }

    #[inline]
    pub(super) fn take(&mut self, byte: char) -> bool {
        let rest = self.rest.strip_prefix(byte);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn expect(&mut self, text: &str, expected: &'static str) -> Result<(), Unexpected> {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => unexpected(expected, self.rest),
        }
    }

    /// Goes on behind the white space, as the text format has it; whether there was any.
    #[inline]
    pub(super) fn skip_space(&mut self) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let any = rest.len() < self.rest.len();
        self.rest = rest;
        any
    }

    /// A single space, as OpenMetrics has it.
    #[inline]
    pub(super) fn space(&mut self) -> Result<(), Unexpected> {
        self.expect(" ", "a single space")
    }

    /// What stands between two words; whether another word follows.
    #[inline]
    pub(super) fn gap(&mut self) -> Result<bool, Unexpected> {
        if self.rest.is_empty() {
            return Ok(false);
        }
        if self.rules == Rules::Text {
            self.skip_space();
            return Ok(!self.rest.is_empty());
        }
        self.space()?;
        if self.rest.is_empty() {
            return unexpected("no space at the end of the line", " ");
        }
        Ok(true)
    }

    pub(super) fn end(&self) -> Result<(), Unexpected> {
        match self.rest {
            "" => Ok(()),
            rest => unexpected("the end of the line", rest),
        }
    }

    /// Everything up to the next white space.
    #[inline]
    pub(super) fn word(&mut self) -> &'a str {
        let end = memchr2(b' ', b'\t', self.rest.as_bytes()).unwrap_or(self.rest.len());
        self.split(end)
    }

    #[inline]
    fn split(&mut self, at: usize) -> &'a str {
        let (before, rest) = self.rest.split_at(at);
        self.rest = rest;
        before
    }

    /// A name without quotes: of a metric, which may have colons, or of a label.
    #[inline]
    pub(super) fn bare_name(&mut self, is_metric: bool) -> Result<&'a str, Unexpected> {
        let bytes = self.rest.as_bytes();
        let is_of =
            |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (is_metric && byte == b':');
        let end = bytes.iter().position(|byte| !is_of(*byte));
        let end = end.unwrap_or(bytes.len());
        if end == 0 || bytes[0].is_ascii_digit() {
            let expected = if is_metric {
                "the name of a metric"
            } else {
                LABEL
            };
            return unexpected(expected, self.rest);
        }
        Ok(self.split(end))
    }

    /// The name of a metric where something is said of it, in quotes or not.
    pub(super) fn metric_name(&mut self) -> Result<Cow<'a, str>, Unexpected> {
        if self.take('"') {
            self.quoted()
        } else {
            self.bare_name(true).map(Cow::Borrowed)
        }
    }

    /// What stands in quotes, the first of which was taken.
    #[inline]
    fn quoted(&mut self) -> Result<Cow<'a, str>, Unexpected> {
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        let mut is_plain = true;
        while let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) {
            at += found;
            if bytes[at] == b'"' {
                let inner = self.split(at);
                self.rest = &self.rest[1..];
                return Ok(if is_plain {
                    Cow::Borrowed(inner)
                } else {
                    unescaped(inner, true)
                });
            }
            is_plain = false;
            // Also the byte that it escapes, be that a quote; it may be the first of several.
            at = bytes.len().min(at + 2);
        }
        unexpected("a closing `\"`", self.rest)
    }

    #[inline]
    fn skip_any_space(&mut self) {
        if self.rules == Rules::Text {
            self.skip_space();
        }
    }

    /// Everything up to the closing brace, sorted by name, added to `labels`. A name in quotes
    /// without a value is that of the metric.
    #[inline]
    pub(super) fn labels(
        &mut self,
        labels: &mut Vec<Label<'a>>,
        metric: &mut Option<Cow<'a, str>>,
    ) -> Result<(), Unexpected> {
        let first = labels.len();
        let mut is_first = true;
        loop {
            self.skip_any_space();
            // OpenMetrics has no comma at the end.
            if (is_first || self.rules == Rules::Text) && self.take('}') {
                break;
            }
            is_first = false;
            self.label(labels, metric)?;
            self.skip_any_space();
            if self.take('}') {
                break;
            }
            if !self.take(',') {
                return unexpected("`,` or `}` behind a label", self.rest);
            }
        }
        let added = &mut labels[first..];
        if !added.is_sorted_by(|a, b| a.name < b.name) {
            added.sort_by(|a, b| a.name.cmp(&b.name));
            let twice = added.windows(2).find(|pair| pair[0].name == pair[1].name);
            if let Some(twice) = twice {
                return unexpected("each label once", &twice[0].name);
            }
        }
        Ok(())
    }

    #[inline]
    fn label(
        &mut self,
        labels: &mut Vec<Label<'a>>,
        metric: &mut Option<Cow<'a, str>>,
    ) -> Result<(), Unexpected> {
        let is_quoted = self.take('"');
        let name = if is_quoted {
            self.quoted()?
        } else {
            Cow::Borrowed(self.bare_name(false)?)
        };
        self.skip_any_space();
        if !self.take('=') {
            if !is_quoted {
                return unexpected("`=` behind the name of a label", self.rest);
            }
            if metric.is_some() {
                return unexpected("one name of the metric", &name);
            }
            *metric = Some(name);
            return Ok(());
        }
        self.skip_any_space();
        if !self.take('"') {
            return unexpected("the value of a label in quotes", self.rest);
        }
        let value = self.quoted()?;
        labels.push(Label { name, value });
        Ok(())
    }

    /// A number, and how it is written.
    #[inline]
    pub(super) fn number(&mut self) -> Result<(&'a str, f64), Unexpected> {
        let text = self.word();
        match number(text) {
            Some(value) => Ok((text, value)),
            None => unexpected("a number", text),
        }
    }

    /// Seconds in OpenMetrics, whole milliseconds in the text format; neither is kept.
    pub(super) fn timestamp(&mut self) -> Result<f64, Unexpected> {
        let text = self.word();
        let value = match self.rules {
            Rules::Text => text.parse::<i64>().ok().map(|millis| millis as f64),
            _ => number(text).filter(|value| value.is_finite()),
        };
        match value {
            Some(value) => Ok(value),
            None => unexpected("a timestamp", text),
        }
    }
}

/// OpenMetrics 1.0, "ABNF", which is what Prometheus reads in both formats: no hexadecimal digits,
/// no `_`, and no sign of what is no number.
#[inline]
pub(super) fn number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    (!value.is_nan() || text.starts_with(['n', 'N'])).then_some(value)
}

/// A text without escapes; what is no escape is left as it is.
pub(super) fn unescaped(text: &str, with_quotes: bool) -> Cow<'_, str> {
    let Some(first) = memchr(b'\\', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut plain = String::with_capacity(text.len());
    plain.push_str(&text[..first]);
    let mut characters = text[first..].chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('\\') | None => plain.push('\\'),
            Some('"') if with_quotes => plain.push('"'),
            Some(other) => {
                plain.push('\\');
                plain.push(other);
            }
        }
    }
    Cow::Owned(plain)
}
