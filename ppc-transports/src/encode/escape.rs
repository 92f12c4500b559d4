//! How text is made safe inside a line, one rule a format.

/// Appends a tag value of the Influx line protocol.
///
/// Space, comma and `=` are escaped by a backslash (InfluxDB line protocol reference, "Special
/// characters"). A line break, for which the protocol has no escape and which would end the line
/// for every server that reads datagrams, becomes `\n`, two characters. A backslash is doubled
/// where it would otherwise be read as an escape: before one of those, before another backslash,
/// and at the end; everywhere else it stands for itself, as InfluxDB wants it. VictoriaMetrics
/// reads every value back exactly, but for line breaks.
pub(super) fn influx_tag_value(value: &str, out: &mut Vec<u8>) {
    let bytes = value.as_bytes();
    let mut done = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        let replacement: &[u8] = match byte {
            b' ' => b"\\ ",
            b',' => b"\\,",
            b'=' => b"\\=",
            b'\n' => b"\\n",
            b'\\'
                if matches!(
                    bytes.get(index + 1),
                    None | Some(b' ' | b',' | b'=' | b'\n' | b'\\')
                ) =>
            {
                b"\\\\"
            }
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
        for (value, expected) in [
            ("plain", "plain"),
            ("a b,c=d", r"a\ b\,c\=d"),
            ("a\nb", r"a\nb"),
            (r"C:\dir", r"C:\dir"),
            (r"C:\", r"C:\\"),
            (r"a\,b", r"a\\\,b"),
            (r"a\\b", r"a\\\b"),
            ("a\\\nb", r"a\\\nb"),
            ("äöü", "äöü"),
        ] {
            let mut out = Vec::new();
            influx_tag_value(value, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{value:?}");
        }
    }
}
