//! Reads a text line by line, and finds the family of each sample.

use std::borrow::Cow;
use std::collections::HashMap;

use super::document::{Document, Family, Sample};
use super::fault::{Fault, Unexpected, unexpected};
use super::line::{self, About, Line, Read};
use super::rules::Rules;
use super::strict;
use super::types::{Part, SUFFIXES};

/// Reads all lines.
pub(super) fn read(text: &str, rules: Rules) -> Result<Document<'_>, Fault> {
    let mut reader = Reader {
        document: Document {
            families: Vec::new(),
            samples: Vec::new(),
            labels: Vec::new(),
            rules,
            faults: Vec::new(),
        },
        by_name: HashMap::new(),
        has_ended: false,
    };
    let mut number = 0;
    let mut rest = text;
    while !rest.is_empty() {
        number += 1;
        let end = memchr::memchr(b'\n', rest.as_bytes());
        let (line, after) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, ""),
        };
        rest = after;
        if let Err(fault) = reader.line(line, number) {
            if rules != Rules::Lenient {
                return Err(fault.at(number));
            }
            reader.document.faults.push(fault.at(number));
        }
    }
    if rules == Rules::OpenMetrics && !reader.has_ended {
        let fault = Unexpected::new("`# EOF` as the last line", "the end of the text");
        return Err(fault.at(number + 1));
    }
    if rules == Rules::OpenMetrics {
        strict::check_names(&reader.document)?;
    } else {
        reader.assign();
    }
    Ok(reader.document)
}

#[derive(Debug)]
struct Reader<'a> {
    document: Document<'a>,
    by_name: HashMap<Cow<'a, str>, usize>,
    has_ended: bool,
}

impl<'a> Reader<'a> {
    #[inline]
    fn line(&mut self, line: &'a str, number: usize) -> Result<(), Unexpected> {
        let rules = self.document.rules;
        if self.has_ended {
            return unexpected("nothing behind `# EOF`", line);
        }
        let line = match rules {
            // Files of Windows; Prometheus would refuse them for nothing.
            Rules::Text => line.strip_suffix('\r').unwrap_or(line),
            _ => line,
        };
        let first = self.document.labels.len();
        match line::read(line, rules, &mut self.document.labels)? {
            Line::Nothing => Ok(()),
            Line::Eof => {
                self.has_ended = true;
                Ok(())
            }
            Line::About(name, about) => self.about(name, about, number),
            Line::Sample(read) => self.sample(read, first, number),
        }
    }

    fn about(
        &mut self,
        name: Cow<'a, str>,
        about: About<'a>,
        line: usize,
    ) -> Result<(), Unexpected> {
        let is_strict = self.document.rules == Rules::OpenMetrics;
        let index = match self.by_name.get(&name) {
            Some(index) => *index,
            None => self.begin(name, line),
        };
        let is_current = index + 1 == self.document.families.len();
        let family = &mut self.document.families[index];
        if is_strict && !(is_current && family.samples.is_empty()) {
            return unexpected("what is said of a family before its samples", &family.name);
        }
        let is_told = match &about {
            About::Help(_) => family.help.is_some(),
            About::Unit(_) => family.unit.is_some(),
            About::Type(kind) => family.kind.is_some_and(|told| is_strict || told != *kind),
        };
        // Several programs may have written one text, each with a help of its own: the first stays.
        if is_told && (is_strict || matches!(about, About::Type(_))) {
            return unexpected("help, type and unit of a family once", &family.name);
        }
        match about {
            About::Help(help) => _ = family.help.get_or_insert(help),
            About::Unit(unit) => _ = family.unit.get_or_insert(unit),
            About::Type(kind) => family.kind = Some(kind),
        }
        Ok(())
    }

    fn begin(&mut self, name: Cow<'a, str>, line: usize) -> usize {
        let index = self.document.families.len();
        self.by_name.insert(name.clone(), index);
        self.document.families.push(Family {
            name,
            kind: None,
            help: None,
            unit: None,
            samples: Vec::new(),
            line,
        });
        index
    }

    #[inline]
    fn sample(&mut self, read: Read<'a>, first: usize, line: usize) -> Result<(), Unexpected> {
        let rules = self.document.rules;
        let labels = first..self.document.labels.len();
        let mut sample = Sample {
            name: read.name,
            part: Part::Value,
            labels,
            text: read.text,
            value: read.value,
            timestamp: read.timestamp,
            exemplar: read.exemplar,
            line,
        };
        if rules == Rules::OpenMetrics {
            // Those of a family stand together, below what is said of it.
            let last = self.document.families.len().checked_sub(1);
            let found = last.and_then(|last| {
                let part = self.document.families[last].part(&sample.name, rules)?;
                Some((last, part))
            });
            let (family, part) = match found {
                Some(found) => found,
                None if self.by_name.contains_key(&sample.name) => {
                    let expected = "a sample that a family of this type has, beside the others";
                    return unexpected(expected, &sample.name);
                }
                None => (self.begin(sample.name.clone(), line), Part::Value),
            };
            sample.part = part;
            let family = &mut self.document.families[family];
            strict::check_sample(family, &sample, &self.document.labels)?;
            family.samples.push(self.document.samples.len());
        }
        self.document.samples.push(sample);
        Ok(())
    }

    /// Finds the family of each sample, wherever its type stands.
    fn assign(&mut self) {
        let rules = self.document.rules;
        let mut samples = std::mem::take(&mut self.document.samples);
        let mut last: Option<(usize, usize)> = None;
        for at in 0..samples.len() {
            let (before, rest) = samples.split_at_mut(at);
            let sample = &mut rest[0];
            let same = last.filter(|(sample_before, _)| before[*sample_before].name == sample.name);
            let found = match same {
                Some((sample_before, family)) => Some((family, before[sample_before].part)),
                None => self.find(&sample.name, rules),
            };
            let (family, part) = match found {
                Some(found) => found,
                None => match self.by_name.get(&sample.name) {
                    Some(family) if self.document.families[*family].kind.is_some() => {
                        let expected = "a sample that a family of this type has";
                        let fault = Unexpected::new(expected, &sample.name);
                        self.document.faults.push(fault.at(sample.line));
                        continue;
                    }
                    Some(family) => (*family, Part::Value),
                    None => (self.begin(sample.name.clone(), sample.line), Part::Value),
                },
            };
            sample.part = part;
            self.document.families[family].samples.push(at);
            last = Some((at, family));
        }
        self.document.samples = samples;
    }

    fn find(&self, name: &str, rules: Rules) -> Option<(usize, Part)> {
        let suffixes = [""].iter().chain(SUFFIXES);
        suffixes
            .filter_map(|suffix| name.strip_suffix(suffix))
            .filter_map(|bare| self.by_name.get(bare))
            .find_map(|family| {
                let found = &self.document.families[*family];
                found.kind?;
                Some((*family, found.part(name, rules)?))
            })
    }
}
