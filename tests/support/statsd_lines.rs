//! StatsD lines as its servers read them, a parser for each dialect, written from what those
//! publish: `statsd_exporter`'s `pkg/line/line.go`, the datagram format of `DogStatsD`, and the
//! README of Etsy's `statsd`.

use super::series::Labels;

/// How labels stand in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Influx,
    DogStatsd,
    Librato,
    SignalFx,
    /// Labels are parts of the name, which come in pairs.
    Graphite,
    Plain,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// Whether the value is added to a gauge, because it has a sign.
    pub(crate) is_relative: bool,
    /// `c`, `g`.
    pub(crate) letter: String,
}

/// Reads a line, or says what is wrong with it.
pub(crate) fn read(reader: Reader, line: &str) -> Result<Read, String> {
    if let Some(control) = line.chars().find(|character| character.is_control()) {
        return Err(format!("{control:?} in {line:?}"));
    }
    let (key, rest) = line.split_once(':').ok_or("no colon")?;
    let parts: Vec<&str> = rest.split('|').collect();
    let ([number, letter], tags) = match parts[..] {
        [number, letter] => ([number, letter], None),
        [number, letter, tags] if reader == Reader::DogStatsd => {
            let tags = tags.strip_prefix('#').ok_or("neither tags nor a rate")?;
            ([number, letter], Some(tags))
        }
        _ => return Err(format!("{} parts", parts.len())),
    };
    let digits = number.strip_prefix('-').unwrap_or(number);
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err(format!("no plain decimal: {number:?}"));
    }
    if !["c", "g"].contains(&letter) {
        return Err(format!("no type: {letter:?}"));
    }
    let (name, labels) = match (reader, tags) {
        (_, Some(tags)) => (key.to_owned(), pairs(tags, ':')?),
        (Reader::Graphite, None) => path(key)?,
        (Reader::Plain | Reader::DogStatsd, None) => (key.to_owned(), Labels::new()),
        _ => name_and_tags(reader, key)?,
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(format!("no name: {name:?}"));
    }
    Ok(Read {
        name,
        labels,
        value: number.parse().map_err(|e| format!("{e}: {number:?}"))?,
        is_relative: number.starts_with(['-', '+']),
        letter: letter.to_owned(),
    })
}

/// `statsd_exporter` tries all dialects one after the other: brackets, then `#` or `,`.
fn name_and_tags(reader: Reader, key: &str) -> Result<(String, Labels), String> {
    let found = match (key.find('['), key.find(']')) {
        (Some(start), Some(end)) if start < end => {
            let name = format!("{}{}", &key[..start], &key[end + 1..]);
            (Reader::SignalFx, name, pairs(&key[start + 1..end], '=')?)
        }
        (None, None) => match key.find(['#', ',']) {
            Some(at) => {
                let is_librato = key[at..].starts_with('#');
                let found = [Reader::Influx, Reader::Librato][usize::from(is_librato)];
                (found, key[..at].to_owned(), pairs(&key[at + 1..], '=')?)
            }
            None => (reader, key.to_owned(), Labels::new()),
        },
        _ => return Err("a bracket without the other".to_owned()),
    };
    if found.0 != reader {
        return Err(format!("the dialect is taken for {:?}", found.0));
    }
    Ok((found.1, found.2))
}

fn pairs(tags: &str, separator: char) -> Result<Labels, String> {
    let mut labels = Labels::new();
    for tag in tags.split(',') {
        let (name, value) = tag.split_once(separator).ok_or("a tag without a value")?;
        if name.is_empty() || value.is_empty() {
            return Err(format!("an empty name or value: {tag:?}"));
        }
        // Telegraf drops such a tag.
        if separator == '=' && value.contains('=') {
            return Err(format!("two `=`: {tag:?}"));
        }
        if labels.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(format!("a label twice: {name:?}"));
        }
    }
    Ok(labels)
}

/// Graphite's tree: a name, then names and values of labels in turn.
fn path(key: &str) -> Result<(String, Labels), String> {
    let mut nodes = key.split('.');
    let name = nodes.next().unwrap_or_default().to_owned();
    let mut labels = Labels::new();
    while let Some(label) = nodes.next() {
        let value = nodes.next().ok_or("a label without a value")?;
        if label.is_empty() || value.is_empty() {
            return Err(format!("an empty node: {key:?}"));
        }
        // Etsy's statsd deletes every other character.
        let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if !value.bytes().all(is_kept) {
            return Err(format!("not for a path: {value:?}"));
        }
        labels.insert(label.to_owned(), value.to_owned());
    }
    Ok((name, labels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dialect_is_read_by_its_own_reader() {
        for (reader, line) in [
            (Reader::Influx, "n,a=b,c=d:3|g"),
            (Reader::DogStatsd, "n:3|g|#a:b,c:d"),
            (Reader::Librato, "n#a=b,c=d:3|g"),
            (Reader::SignalFx, "n[a=b,c=d]:3|g"),
            (Reader::Graphite, "n.a.b.c.d:3|g"),
        ] {
            let found = read(reader, line).unwrap();
            assert_eq!((&*found.name, found.value, &*found.letter), ("n", 3.0, "g"));
            let labels = [("a", "b"), ("c", "d")].map(|(a, b)| (a.to_owned(), b.to_owned()));
            assert_eq!(found.labels, labels.into());
        }
        assert!(read(Reader::Plain, "n:-3|c").unwrap().is_relative);
    }

    #[test]
    fn what_servers_refuse_is_refused() {
        for line in [
            "n",
            "n:3",
            ":3|g",
            "n,a=:3|g",
            "n,:3|g",
            "n,a=b=c:3|g",
            "n,a=[b:3|g",
            "n,a=[b]:3|g",
            "n,a=b:c:3|g",
            "n#a=b:3|g",
            "n:1e5|g",
            "n:3|g|x",
            "n,a=\n:3|g",
        ] {
            assert!(read(Reader::Influx, line).is_err(), "{line:?}");
        }
    }
}
