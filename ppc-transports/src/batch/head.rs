//! The first line of a chunk, and the chunks of a text.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use super::declared::Declared;
use super::line::{Line, lines};
use super::text::{push_escaped, unescape};

/// What a chunk says of itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head<'a> {
    /// Rises with each chunk of a writer.
    pub(crate) number: u64,
    /// The chunk of the same family that has to be applied before this one; 0 where all before it
    /// are known to be.
    pub(crate) after: u64,
    /// The writer may be about to end.
    pub(crate) is_last: bool,
    /// How long a series is kept that nobody tells anything of; for ever where nothing is said.
    pub(crate) ttl: Option<Duration>,
    /// How long what goes with its process is kept.
    pub(crate) lease: Duration,
    /// No two have the same name.
    pub(crate) writer: Cow<'a, str>,
    /// How people call the writer.
    pub(crate) instance: Cow<'a, str>,
    pub(crate) family: Cow<'a, str>,
    /// See [`Declared`].
    pub(crate) declared: &'a str,
    pub(crate) help: Cow<'a, str>,
    pub(crate) unit: Cow<'a, str>,
}

/// Some series of a family, to be applied together.
#[derive(Clone, Debug)]
pub(crate) struct Chunk<'a> {
    pub(crate) head: Head<'a>,
    /// Where it stands in the text.
    pub(crate) range: Range<usize>,
    body: &'a str,
}

impl<'a> Chunk<'a> {
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        lines(self.body)
    }

    /// How many numbers, or what else values are made of, and fields there are.
    pub(crate) fn words(&self) -> usize {
        let body = self.body.as_bytes();
        let ends = memchr::memchr_iter(b'\n', body).count();
        2 * ends + memchr::memchr_iter(b' ', body).count()
    }

    pub(crate) fn declared(&self) -> Option<Declared> {
        Declared::parse(self.head.declared)
    }
}

impl Head<'_> {
    /// What stands behind the numbers, which are another matter wherever the chunk goes again.
    pub(crate) fn write_rest(&self, out: &mut String) {
        let millis = |time: Duration| time.as_millis().to_string();
        out.push_str(if self.is_last { "1 " } else { "0 " });
        out.push_str(&self.ttl.map_or_else(|| "-".to_owned(), millis));
        out.push(' ');
        out.push_str(&millis(self.lease));
        for word in [&self.writer, &self.instance, &self.family] {
            out.push(' ');
            push_escaped(word, out);
        }
        out.push(' ');
        out.push_str(self.declared);
        for word in [&self.help, &self.unit] {
            out.push(' ');
            push_escaped(word, out);
        }
        out.push('\n');
    }

    fn parse(line: &str) -> Option<Head<'_>> {
        let mut words = line.strip_prefix('#')?.split(' ');
        let mut next = || words.next();
        let millis = |word: &str| word.parse().ok().map(Duration::from_millis);
        Some(Head {
            number: next()?.parse().ok()?,
            after: next()?.parse().ok()?,
            is_last: next()? == "1",
            ttl: match next()? {
                "-" => None,
                word => Some(millis(word)?),
            },
            lease: millis(next()?)?,
            writer: unescape(next()?)?,
            instance: unescape(next()?)?,
            family: unescape(next()?)?,
            declared: next()?,
            help: unescape(next()?)?,
            unit: unescape(next()?)?,
        })
    }
}

/// The chunks of a text, up to what is none.
pub(crate) fn chunks(text: &str) -> impl Iterator<Item = Chunk<'_>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let head = rest.split('\n').next()?;
        let body = (head.len() + 1).min(rest.len());
        let len = memchr::memmem::find(&rest.as_bytes()[body..], b"\n#");
        let end = len.map_or(rest.len(), |len| body + len + 1);
        let chunk = Chunk {
            head: Head::parse(head)?,
            range: start..start + end,
            body: &rest[body..end],
        };
        start += end;
        Some(chunk)
    })
}
