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
    // Nearly every value needs nothing; without a branch in it this check runs on whole words.
    let special = |byte: u8| matches!(byte, b' ' | b',' | b'=' | b'\\' | 0..b' ');
    if !bytes
        .iter()
        .fold(false, |found, byte| found | special(*byte))
    {
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

#[cfg(test)]
mod tests {
    use super::*;

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
