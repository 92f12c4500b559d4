//! Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0.0, strictly, by what the two
//! specifications say and by nothing that the encoder knows.

use std::collections::{BTreeMap, BTreeSet};

use ppc_transports::Format;

/// A family: its metadata and its samples.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Family {
    pub(super) kind: String,
    pub(super) unit: String,
    pub(super) help: String,
    pub(super) samples: Vec<Sample>,
}

/// One line.
#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) value: Number,
    pub(super) timestamp: Option<f64>,
    pub(super) exemplar: Option<Exemplar>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Exemplar {
    pub(super) labels: BTreeMap<String, String>,
    pub(super) value: Number,
    pub(super) timestamp: Option<f64>,
}

/// A number of which one NaN is like another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(pub(super) f64);

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.is_nan() && other.0.is_nan()
    }
}

/// The families by name; panics where a rule is broken.
#[track_caller]
pub(super) fn read(format: Format, text: &str) -> BTreeMap<String, Family> {
    let body = match format {
        Format::Text => text,
        Format::OpenMetrics => text.strip_suffix("# EOF\n").expect("ends with EOF"),
    };
    assert!(
        body.is_empty() || body.ends_with('\n'),
        "the last line ends"
    );
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in body.split_terminator('\n') {
        let line = Line {
            rest: line,
            whole: line,
            format,
        };
        if let Some(metadata) = line.rest.strip_prefix("# ") {
            let (keyword, rest) = metadata.split_once(' ').expect("a keyword");
            let (name, text) = rest.split_once(' ').expect("a name and a text");
            assert!(is_name(name, true), "{line:?}");
            if current != name {
                assert!(!families.contains_key(name), "{name} comes back");
                name.clone_into(&mut current);
            }
            let family = families.entry(current.clone()).or_default();
            assert!(family.samples.is_empty(), "metadata stands above: {line:?}");
            let slot = match (keyword, format) {
                ("TYPE", _) => &mut family.kind,
                ("HELP", _) => &mut family.help,
                ("UNIT", Format::OpenMetrics) => &mut family.unit,
                _ => panic!("an unknown keyword: {line:?}"),
            };
            assert!(slot.is_empty(), "only once: {line:?}");
            *slot = match keyword {
                "HELP" => unescape(text, format == Format::OpenMetrics),
                _ => text.to_owned(),
            };
        } else {
            let family = families.get_mut(&current).expect("a family was declared");
            family.samples.push(line.sample());
        }
    }
    for (name, family) in &families {
        check_family(format, name, family);
    }
    families
}

fn check_family(format: Format, name: &str, family: &Family) {
    assert!(!family.samples.is_empty(), "{name} has samples");
    let suffixes: &[&str] = match (format, &*family.kind) {
        (_, "histogram") => &["_bucket", "_count", "_sum"],
        (_, "summary") => &["", "_count", "_sum"],
        (_, "gauge") | (Format::Text, "counter") | (Format::OpenMetrics, "stateset") => &[""],
        (Format::OpenMetrics, "counter") => &["_total"],
        (Format::OpenMetrics, "info") => &["_info"],
        (_, kind) => panic!("{name} is a {kind:?}"),
    };
    if !family.unit.is_empty() {
        assert!(name.ends_with(&format!("_{}", family.unit)), "{name}");
    }
    let mut seen = BTreeSet::new();
    for sample in &family.samples {
        let suffix = sample.name.strip_prefix(name).expect("the family's name");
        assert!(suffixes.contains(&suffix), "{name}: {sample:?}");
        assert!(
            seen.insert((&sample.name, &sample.labels)),
            "twice: {sample:?}"
        );
        assert_eq!(suffix == "_bucket", sample.labels.contains_key("le"));
        let has_place = ["_bucket", "_total"].contains(&suffix);
        assert!(has_place || sample.exemplar.is_none(), "{sample:?}");
    }
}

/// What is left of a line.
#[derive(Clone, Copy, Debug)]
struct Line<'a> {
    rest: &'a str,
    whole: &'a str,
    format: Format,
}

impl<'a> Line<'a> {
    fn sample(mut self) -> Sample {
        let end = self.rest.find(['{', ' ']).expect("a name ends");
        let name = self.take(end).to_owned();
        assert!(is_name(&name, true), "{}", self.whole);
        let labels = if self.rest.starts_with('{') {
            self.labels()
        } else {
            BTreeMap::new()
        };
        let value = self.number();
        let mut sample = Sample {
            name,
            labels,
            value,
            timestamp: None,
            exemplar: None,
        };
        if !self.rest.is_empty() && !self.rest.starts_with(" # ") {
            sample.timestamp = Some(self.timestamp());
        }
        if !self.rest.is_empty() {
            self.expect(" # ");
            assert_eq!(self.format, Format::OpenMetrics, "{}", self.whole);
            let (labels, value) = (self.labels(), self.number());
            let characters = labels
                .iter()
                .map(|(name, value)| (name.chars(), value.chars()));
            let characters = characters.map(|(name, value)| name.count() + value.count());
            assert!(characters.sum::<usize>() <= 128, "{}", self.whole);
            let timestamp = (!self.rest.is_empty()).then(|| self.timestamp());
            sample.exemplar = Some(Exemplar {
                labels,
                value,
                timestamp,
            });
        }
        assert_eq!(self.rest, "", "{}", self.whole);
        sample
    }

    fn labels(&mut self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        self.expect("{");
        while !self.rest.starts_with('}') {
            if !labels.is_empty() {
                self.expect(",");
            }
            let name = self.take(self.rest.find('=').expect("a name ends"));
            assert!(is_name(name, false), "{}", self.whole);
            self.expect("=\"");
            let mut escaped = false;
            let end = self.rest.find(|next: char| {
                let ends = next == '"' && !escaped;
                escaped = next == '\\' && !escaped;
                ends
            });
            let value = unescape(self.take(end.expect("a value ends")), true);
            self.expect("\"");
            assert_eq!(
                labels.insert(name.to_owned(), value),
                None,
                "{}",
                self.whole
            );
        }
        self.expect("}");
        labels
    }

    fn number(&mut self) -> Number {
        self.expect(" ");
        let text = self.word();
        Number(match text {
            "+Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            "NaN" => f64::NAN,
            _ => decimal(text),
        })
    }

    fn timestamp(&mut self) -> f64 {
        self.expect(" ");
        let text = self.word();
        match self.format {
            Format::Text => text.parse::<i64>().expect("whole milliseconds") as f64 / 1e3,
            Format::OpenMetrics => decimal(text),
        }
    }

    fn word(&mut self) -> &'a str {
        self.take(self.rest.find(' ').unwrap_or(self.rest.len()))
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }

    fn expect(&mut self, text: &str) {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or_else(|| panic!("{text:?} was expected in {}", self.whole));
    }
}

fn decimal(text: &str) -> f64 {
    let legal = |byte: u8| byte.is_ascii_digit() || b"+-.e".contains(&byte);
    assert!(text.bytes().all(legal), "a decimal number: {text:?}");
    text.parse().unwrap_or_else(|e| panic!("{e}: {text:?}"))
}

fn is_name(text: &str, colons: bool) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || colons && byte == b':';
    text.bytes().all(legal)
        && text
            .bytes()
            .next()
            .is_some_and(|first| !first.is_ascii_digit())
}

fn unescape(text: &str, quotes: bool) -> String {
    let (mut value, mut characters) = (String::new(), text.chars());
    while let Some(next) = characters.next() {
        value.push(match next {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('\\') => '\\',
                Some('"') if quotes => '"',
                other => panic!("no escape: {other:?} in {text:?}"),
            },
            '"' if quotes => panic!("a bare quote in {text:?}"),
            other => other,
        });
    }
    value
}
