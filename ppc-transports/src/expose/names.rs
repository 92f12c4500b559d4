//! `?name[]=a&name[]=b`: only the samples of these names.

/// The names in a query, sorted; nothing where none is asked for.
pub(super) fn read(query: &str) -> Option<Box<[String]>> {
    let parameters = query.split('&').filter_map(|part| part.split_once('='));
    let names = parameters.filter(|(key, _)| decode(key) == b"name[]");
    let mut names: Vec<String> = names
        .map(|(_, value)| String::from_utf8_lossy(&decode(value)).into_owned())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| names.into_boxed_slice())
}

/// Undoes the percent-encoding of a form, in which `+` is a space. What is no such encoding
/// stands for itself.
fn decode(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return decoded,
            [b'%', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                decoded.push(digit(*high) << 4 | digit(*low));
                after
            }
            [b'+', after @ ..] => {
                decoded.push(b' ');
                after
            }
            [byte, after @ ..] => {
                decoded.push(*byte);
                after
            }
        };
    }
}

fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        _ => (hex | 0x20) - b'a' + 10,
    }
}

/// Keeps the lines of samples with these names, and the headers above them.
///
/// It reads the text again rather than the snapshot: it is asked for rarely, and so the names are
/// those that the client reads, suffixes and all.
pub(super) fn keep(lines: &[u8], names: &[String], out: &mut Vec<u8>) {
    // Headers that wait for a sample of their family.
    let (mut headers, mut in_headers) = (Vec::new(), false);
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"#") {
            if !in_headers {
                headers.clear();
            }
            in_headers = true;
            headers.extend_from_slice(line);
            continue;
        }
        in_headers = false;
        let name = sample_name(line);
        let is_wanted = |wanted: &String| wanted.as_bytes().cmp(&name);
        if names.binary_search_by(is_wanted).is_ok() {
            out.append(&mut headers);
            out.extend_from_slice(line);
        }
    }
}

/// `name{..} 1`, `name 1`, or `{"name",..} 1`, in which it is escaped.
fn sample_name(line: &[u8]) -> Vec<u8> {
    let Some(quoted) = line.strip_prefix(b"{\"") else {
        let end = line.iter().position(|byte| matches!(byte, b'{' | b' '));
        return line[..end.unwrap_or(line.len())].to_vec();
    };
    let mut name = Vec::new();
    let mut rest = quoted.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'"' => break,
            b'\\' => name.push(match rest.next() {
                Some(b'n') => b'\n',
                Some(other) => *other,
                None => break,
            }),
            other => name.push(*other),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k20_names_are_read_encoded_or_not() {
        let read = |query| read(query).map(Vec::from);
        let some = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        assert_eq!(
            read("name[]=b&x=y&name%5B%5D=a&name%5b%5d=b"),
            some(&["a", "b"])
        );
        assert_eq!(read("name[]=a%2eb%C3%A4+c%"), some(&["a.bä c%"]));
        for none in ["", "name=a", "name[]=", "name[]", "&&", "%=%"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn k20_headers_stay_above_what_is_kept() {
        let text = "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total 2\n\
                    # TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\n\
                    # TYPE \"d.e\" gauge\n{\"d.\\\"e\",x=\"y\"} 1\n";
        let keep = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let mut out = Vec::new();
            keep(text.as_bytes(), &names, &mut out);
            String::from_utf8(out).unwrap()
        };
        let counter = "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total 2\n";
        assert_eq!(keep(&["a_total", "no_such"]), counter);
        assert_eq!(
            keep(&["h_count", "h_sum"]),
            "# TYPE h histogram\nh_sum 2\nh_count 1\n"
        );
        assert_eq!(
            keep(&["d.\"e"]),
            "# TYPE \"d.e\" gauge\n{\"d.\\\"e\",x=\"y\"} 1\n"
        );
        assert_eq!(keep(&["h", "a"]), "");
    }
}
