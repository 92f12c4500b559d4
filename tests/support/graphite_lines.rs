//! Graphite's plaintext lines as carbon reads them: `protocols.py` splits a line at any white space,
//! `util.py` the path at `;`, and each tag at its first `=`.

use super::series::Labels;

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// Seconds; carbon takes its own time for -1.
    pub(crate) timestamp: f64,
}

/// Reads a line, or says what is wrong with it.
pub(crate) fn read(line: &str) -> Result<Read, String> {
    if let Some(control) = line.chars().find(|character| character.is_control()) {
        return Err(format!("{control:?} in {line:?}"));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let [path, value, timestamp] = words[..] else {
        return Err(format!("{} words", words.len()));
    };
    // VictoriaMetrics splits at one space.
    if line.split(' ').count() != 3 {
        return Err("more than a space between words".to_owned());
    }
    if path.ends_with("\"}") && path.contains('{') {
        return Err("taken for OpenMetrics".to_owned());
    }
    let mut segments = path.split(';');
    let name = segments.next().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err("no name".to_owned());
    }
    let mut labels = Labels::new();
    for segment in segments {
        let (label, value) = segment.split_once('=').ok_or("a tag without `=`")?;
        if label.is_empty() || value.is_empty() || value.starts_with('~') {
            return Err(format!("no tag: {segment:?}"));
        }
        if labels.insert(label.to_owned(), value.to_owned()).is_some() {
            return Err(format!("a label twice: {label:?}"));
        }
    }
    let number = |text: &str| text.parse::<f64>().map_err(|e| format!("{e}: {text:?}"));
    let (value, timestamp) = (number(value)?, number(timestamp)?);
    if value.is_nan() {
        return Err("carbon drops what is not a number".to_owned());
    }
    Ok(Read {
        name,
        labels,
        value,
        timestamp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let found = read("n;a=b=c;d=e 3.5 -1").unwrap();
        assert_eq!(
            (&*found.name, found.value, found.timestamp),
            ("n", 3.5, -1.0)
        );
        let labels = [("a", "b=c"), ("d", "e")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(found.labels, labels.into());
    }

    #[test]
    fn what_carbon_refuses_is_refused() {
        for line in [
            "n 3",
            "n;a=b c 3 -1",
            "n;a 3 -1",
            "n;a= 3 -1",
            "n;a=~b 3 -1",
            "n;a={\"b\"} 3 -1",
            "n\u{a0}m 3 -1",
            ";a=b 3 -1",
            "n NaN -1",
        ] {
            assert!(read(line).is_err(), "{line:?}");
        }
    }
}
