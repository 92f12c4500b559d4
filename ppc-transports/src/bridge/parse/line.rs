//! A line of a text: what is said of a family, or a sample.

use std::borrow::Cow;
use std::time::Duration;

use ppc_core::Exemplar;

use super::cursor::{Cursor, Label, unescaped};
use super::fault::{Unexpected, unexpected};
use super::rules::Rules;
use super::types::Type;

/// What a line says.
#[derive(Debug)]
pub(super) enum Line<'a> {
    /// A comment, or nothing at all.
    Nothing,
    Eof,
    About(Cow<'a, str>, About<'a>),
    /// Its labels are where the reader was told to put them.
    Sample(Read<'a>),
}

/// What is said of a family.
#[derive(Debug)]
pub(super) enum About<'a> {
    Help(Cow<'a, str>),
    Type(Type),
    Unit(&'a str),
}

/// A sample as it stands there.
#[derive(Debug)]
pub(super) struct Read<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) text: &'a str,
    pub(super) value: f64,
    pub(super) timestamp: Option<f64>,
    pub(super) exemplar: Option<Box<Exemplar>>,
}

/// Reads a line, which is without its line feed.
#[inline]
pub(super) fn read<'a>(
    line: &'a str,
    rules: Rules,
    labels: &mut Vec<Label<'a>>,
) -> Result<Line<'a>, Unexpected> {
    let mut cursor = Cursor::new(line, rules);
    if rules == Rules::Text {
        cursor.skip_space();
        if cursor.rest().is_empty() {
            return Ok(Line::Nothing);
        }
        if cursor.take('#') {
            return about_in_text(cursor);
        }
    } else if line.starts_with('#') {
        return about(line, rules);
    } else if line.is_empty() {
        return unexpected("no blank line", line);
    }
    sample(cursor, rules, labels).map(Line::Sample)
}

/// OpenMetrics 1.0, "ABNF": four words with a space in between, the last of which is text.
fn about(line: &str, rules: Rules) -> Result<Line<'_>, Unexpected> {
    if line == "# EOF" {
        return Ok(Line::Eof);
    }
    let expected = "`# HELP`, `# TYPE` or `# UNIT`, a name and a text, or `# EOF`";
    let rest = line.strip_prefix("# ").unwrap_or_default();
    let Some((word, rest)) = rest.split_once(' ') else {
        return unexpected(expected, line);
    };
    let mut cursor = Cursor::new(rest, rules);
    let name = cursor.metric_name()?;
    let Some(text) = cursor.rest().strip_prefix(' ') else {
        return unexpected(expected, line);
    };
    let about = match word {
        "HELP" => About::Help(match rules {
            // The library has written it as it is.
            Rules::Lenient => text.into(),
            _ => unescaped(text, true),
        }),
        "TYPE" => About::Type(type_of(text, rules)?),
        "UNIT" => About::Unit(text),
        _ => return unexpected(expected, line),
    };
    Ok(Line::About(name, about))
}

/// The text format: white space of any length, and whatever is not known is a comment.
fn about_in_text(mut cursor: Cursor<'_>) -> Result<Line<'_>, Unexpected> {
    if !cursor.skip_space() {
        return Ok(Line::Nothing);
    }
    let word = cursor.word();
    let is_known = matches!(word, "HELP" | "TYPE");
    if !is_known || !cursor.skip_space() || cursor.rest().is_empty() {
        return Ok(Line::Nothing);
    }
    let name = cursor.metric_name()?;
    let text = cursor.rest();
    // All but the first white space is of the help.
    let Some(text) = text
        .strip_prefix([' ', '\t'])
        .or(text.is_empty().then_some(""))
    else {
        return unexpected("white space behind the name", text);
    };
    let about = if word == "HELP" {
        About::Help(unescaped(text, false))
    } else {
        About::Type(type_of(text.trim_matches([' ', '\t']), Rules::Text)?)
    };
    Ok(Line::About(name, about))
}

fn type_of(text: &str, rules: Rules) -> Result<Type, Unexpected> {
    let known = match rules {
        Rules::Text => Type::KNOWN_OF_TEXT,
        _ => Type::KNOWN,
    };
    Type::parse(text, rules).ok_or_else(|| Unexpected::new(known, text))
}

#[inline]
fn sample<'a>(
    mut cursor: Cursor<'a>,
    rules: Rules,
    labels: &mut Vec<Label<'a>>,
) -> Result<Read<'a>, Unexpected> {
    let mut name = None;
    if !cursor.is_at('{') {
        name = Some(Cow::Borrowed(cursor.bare_name(true)?));
        if rules == Rules::Text {
            cursor.skip_space();
        }
    }
    if cursor.take('{') {
        cursor.labels(labels, &mut name)?;
        if rules == Rules::Text {
            cursor.skip_space();
        } else {
            cursor.space()?;
        }
    } else if rules != Rules::Text {
        cursor.space()?;
    }
    let Some(name) = name else {
        return unexpected("the name of a metric", "none");
    };
    let (text, value) = cursor.number()?;
    let mut read = Read {
        name,
        text,
        value,
        timestamp: None,
        exemplar: None,
    };
    if cursor.gap()? && !cursor.is_at('#') {
        read.timestamp = Some(cursor.timestamp()?);
        cursor.gap()?;
    }
    if !cursor.rest().is_empty() {
        read.exemplar = exemplar(&mut cursor, rules)?;
    }
    Ok(read)
}

/// OpenMetrics 1.0, "Exemplars": behind ` # `, in the form of a sample without a name.
#[cold]
fn exemplar(cursor: &mut Cursor<'_>, rules: Rules) -> Result<Option<Box<Exemplar>>, Unexpected> {
    if rules == Rules::Text {
        return unexpected("the end of the line", cursor.rest());
    }
    cursor.expect("# {", "an exemplar, as in `# {trace_id=\"x\"} 1`")?;
    let mut labels = Vec::new();
    cursor.labels(&mut labels, &mut Some("".into()))?;
    cursor.space()?;
    let (_, value) = cursor.number()?;
    let timestamp = if cursor.gap()? {
        Some(cursor.timestamp()?)
    } else {
        None
    };
    cursor.end()?;
    let count = |label: &Label<'_>| label.name.chars().count() + label.value.chars().count();
    if labels.iter().map(count).sum::<usize>() > 128 {
        let first = labels.first().map_or("", |label| &*label.value);
        return unexpected("at most 128 characters in the labels of an exemplar", first);
    }
    let labels = labels.iter().map(|label| (&*label.name, &*label.value));
    // One that we cannot show is none: its names are quoted, and any text.
    // A float of seconds is exact to a microsecond in our days; a time cut below it would be another.
    let timestamp = timestamp.and_then(|seconds| {
        let exact = Duration::try_from_secs_f64(seconds).ok()?;
        let half = Duration::from_nanos(500);
        let micros = exact.checked_add(half)?.as_micros();
        Some(Duration::from_micros(u64::try_from(micros).ok()?))
    });
    Ok(Exemplar::new(labels, value, timestamp).map(Box::new))
}
