//! How text is made safe inside a line, one rule a format.

/// Who will read the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InfluxReader {
    /// One that takes a doubled backslash for one, and white space as it is: VictoriaMetrics,
    /// which reads every value back exactly, but for line breaks.
    Lenient,
    /// InfluxDB, which refuses values that contain tabs and their like or end in a backslash,
    /// however they are written.
    Strict,
}

/// Appends a tag value of the Influx line protocol.
///
/// Space, comma and `=` are escaped by a backslash (InfluxDB line protocol reference, "Special
/// characters"). A line break, for which the protocol has no escape and which would end the line
/// for every server that reads datagrams, becomes `\n`, two characters. A backslash is doubled
/// where it would otherwise be read as an escape: before one of those, before another backslash
/// and at the end; everywhere else it stands for itself, as InfluxDB wants it. For a strict
/// reader the other control characters of white space become `\t`, `\r` and `\f`, as Telegraf
/// writes them, and a backslash at the end becomes a slash.
pub(super) fn influx_tag_value(value: &str, reader: InfluxReader, out: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    if !SPECIAL_TO_INFLUX.any(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    let strict = reader == InfluxReader::Strict;
    let mut done = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        let replacement: &[u8] = match byte {
            b' ' => br"\ ",
            b',' => br"\,",
            b'=' => br"\=",
            b'\n' => br"\n",
            b'\t' if strict => br"\t",
            b'\r' if strict => br"\r",
            b'\x0C' if strict => br"\f",
            b'\\' => match bytes.get(index + 1) {
                None if strict => b"/",
                None | Some(b' ' | b',' | b'=' | b'\n' | b'\\') => br"\\",
                Some(b'\t' | b'\r' | b'\x0C') if strict => br"\\",
                Some(_) => continue,
            },
            _ => continue,
        };
        out.extend_from_slice(&bytes[done..index]);
        out.extend_from_slice(replacement);
        done = index + 1;
    }
    out.extend_from_slice(&bytes[done..]);
}

/// Appends a label value of the Prometheus text format or OpenMetrics, which stands in quotes.
///
/// Backslash, quote and line feed are escaped (text format 0.0.4, "Comments, help text, and type
/// information"; OpenMetrics 1.0, "Escaping"); every other character stands for itself.
pub(super) fn quoted(value: &str, out: &mut Vec<u8>) {
    let special = |byte: u8| matches!(byte, b'\\' | b'"' | b'\n');
    // Without a branch in it, as above.
    if value
        .bytes()
        .fold(false, |found, byte| found | special(byte))
    {
        escape(value, "\\\"\n", out);
    } else {
        out.extend_from_slice(value.as_bytes());
    }
}

/// Appends a help text of the Prometheus text format, in which a quote stands for itself.
pub(super) fn help(value: &str, out: &mut Vec<u8>) {
    escape(value, "\\\n", out);
}

#[cold]
fn escape(value: &str, special: &str, out: &mut Vec<u8>) {
    for &byte in value.as_bytes() {
        match byte {
            _ if !special.as_bytes().contains(&byte) => out.push(byte),
            b'\n' => out.extend_from_slice(br"\n"),
            _ => out.extend_from_slice(&[b'\\', byte]),
        }
    }
}

/// Appends a tag value of StatsD in the dialects of Influx, Librato and `SignalFx`, in which nothing
/// can be escaped. Returns whether something was replaced.
///
/// `:` ends the name and `|` the number; `,` ends a tag, and older versions of Telegraf drop one with
/// another `=`; `statsd_exporter` looks for brackets before all else (its `pkg/line/line.go`).
pub(super) fn statsd_tag(value: &str, out: &mut Vec<u8>) -> bool {
    let unfit = |other| matches!(other, ',' | '=' | ':' | '|' | '[' | ']');
    replace(value, &SPECIAL_TO_STATSD, unfit, out)
}

/// Appends a tag value of `DogStatsD`, where `,` ends a tag and `|` all of them (Datadog's
/// "`DogStatsD` datagram format"). Returns whether something was replaced.
pub(super) fn dogstatsd_tag(value: &str, out: &mut Vec<u8>) -> bool {
    let unfit = |other| matches!(other, ',' | '|');
    replace(value, &SPECIAL_TO_DOGSTATSD, unfit, out)
}

/// Appends a part of a Graphite path, between points: letters, digits, `_` and `-`, which nobody
/// replaces on its way (Etsy's `statsd` deletes what it does not know). Returns whether something
/// was replaced.
pub(super) fn graphite_node(value: &str, out: &mut Vec<u8>) -> bool {
    let unfit = |other: char| !(other.is_ascii_alphanumeric() || matches!(other, '_' | '-'));
    replace(value, &SPECIAL_TO_PATHS, unfit, out)
}

/// Appends a tag value of Graphite. Returns whether something was replaced.
///
/// Carbon splits a line at any white space, and labels at `;`; it refuses a value that begins with
/// `~`, and reads what ends in `"}` as `OpenMetrics` (its `util.py`, `TaggedSeries`).
pub(super) fn graphite_tag(value: &str, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    let unfit = |other: char| other == ';' || other.is_whitespace();
    let mut changed = replace(value, &SPECIAL_TO_GRAPHITE, unfit, out);
    if value.starts_with('~') {
        out[start] = b'_';
        changed = true;
    }
    if value.ends_with("\"}") {
        out.pop();
        out.push(b'_');
        changed = true;
    }
    changed
}

/// Appends a value with `_` for each control character and each other one that is unfit; `special`
/// are the bytes that may belong to one. Returns whether there was any.
#[inline]
fn replace(value: &str, special: &Bytes, unfit: impl Fn(char) -> bool, out: &mut Vec<u8>) -> bool {
    if !special.any(value.as_bytes()) {
        out.extend_from_slice(value.as_bytes());
        return false;
    }
    let mut changed = false;
    for character in value.chars() {
        if character.is_control() || unfit(character) {
            out.push(b'_');
            changed = true;
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    changed
}

static SPECIAL_TO_INFLUX: Bytes = Bytes::controls().and(b" ,=\\");
static SPECIAL_TO_STATSD: Bytes = Bytes::controls().and(b",=:|[]");
static SPECIAL_TO_DOGSTATSD: Bytes = Bytes::controls().and(b",|");
/// White space of other alphabets is among what is not ASCII.
static SPECIAL_TO_GRAPHITE: Bytes = Bytes::controls().and(b" ;").and_above_ascii();
static SPECIAL_TO_PATHS: Bytes = Bytes::all_but_path_letters();

/// Which bytes are special. Nearly every value has none, and most are so short that a look into a
/// table for each byte, without a branch, is faster than comparing whole words with each.
struct Bytes([bool; 256]);

impl Bytes {
    /// Control characters, and the byte that begins those that are not ASCII.
    const fn controls() -> Self {
        let mut bytes = [false; 256];
        let mut byte = 0;
        while byte < 32 {
            bytes[byte] = true;
            byte += 1;
        }
        bytes[0x7F] = true;
        bytes[0xC2] = true;
        Self(bytes)
    }

    const fn and(mut self, more: &[u8]) -> Self {
        let mut at = 0;
        while at < more.len() {
            self.0[more[at] as usize] = true;
            at += 1;
        }
        self
    }

    const fn and_above_ascii(mut self) -> Self {
        let mut byte = 0x80;
        while byte < 256 {
            self.0[byte] = true;
            byte += 1;
        }
        self
    }

    const fn all_but_path_letters() -> Self {
        let mut bytes = [true; 256];
        let mut byte = 0_u8;
        while byte < 0x80 {
            let fits = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            bytes[byte as usize] = !fits;
            byte += 1;
        }
        Self(bytes)
    }

    /// Whether one of these is special.
    #[inline]
    fn any(&self, bytes: &[u8]) -> bool {
        bytes
            .iter()
            .fold(false, |found, byte| found | self.0[usize::from(*byte)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k23_quotes_backslashes_and_line_feeds_are_escaped() {
        let text = |write: fn(&str, &mut Vec<u8>), value| {
            let mut out = Vec::new();
            write(value, &mut out);
            String::from_utf8(out).unwrap()
        };
        for (value, expected) in [
            ("plain", "plain"),
            ("", ""),
            ("\\x\n\"", r#"\\x\n\""#),
            ("ä\t\r", "ä\t\r"),
        ] {
            assert_eq!(text(quoted, value), expected);
        }
        assert_eq!(text(help, "\\x\n\""), r#"\\x\n""#);
    }

    #[test]
    fn tag_values_are_escaped() {
        for (value, lenient, strict) in [
            ("plain", "plain", "plain"),
            ("a b,c=d", r"a\ b\,c\=d", r"a\ b\,c\=d"),
            ("a\nb", r"a\nb", r"a\nb"),
            (r"C:\dir", r"C:\dir", r"C:\dir"),
            (r"C:\", r"C:\\", "C:/"),
            (r"a\,b", r"a\\\,b", r"a\\\,b"),
            (r"a\\b", r"a\\\b", r"a\\\b"),
            ("a\\\nb", r"a\\\nb", r"a\\\nb"),
            ("a\tb\r", "a\tb\r", r"a\tb\r"),
            ("äöü", "äöü", "äöü"),
        ] {
            for (reader, expected) in [
                (InfluxReader::Lenient, lenient),
                (InfluxReader::Strict, strict),
            ] {
                let mut out = Vec::new();
                influx_tag_value(value, reader, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), expected, "{value:?}");
            }
        }
    }
}
