//! A strict parser of the Prometheus text format 0.0.4 that shares nothing with our encoder.
//!
//! Stricter than the format where an encoder has no reason to differ: what belongs together stands
//! together, nothing is said twice, and histograms are whole.

mod line;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::line::Line;
pub(crate) use self::line::label_name;
use super::series::{self, Labels};

/// What the document says of one name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) help: Option<String>,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    Summary,
    /// Also what has no type.
    Untyped,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    /// With its suffix.
    pub(crate) name: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
    /// In milliseconds.
    pub(crate) timestamp: Option<i64>,
}

impl Sample {
    /// `name{label="value",...}`, labels sorted.
    pub(crate) fn key(&self) -> String {
        series::key(&self.name, &self.labels)
    }
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "counter" => Some(Self::Counter),
            "gauge" => Some(Self::Gauge),
            "histogram" => Some(Self::Histogram),
            "summary" => Some(Self::Summary),
            "untyped" => Some(Self::Untyped),
            _ => None,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        })
    }
}

/// The families in their order.
///
/// # Errors
///
/// When anything is wrong, with the line.
pub(crate) fn parse(text: &str) -> Result<Vec<Family>, String> {
    let mut document = Document::default();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let line = line.strip_suffix('\n').ok_or("the last line has no end");
        line.map_err(str::to_owned)
            .and_then(Line::parse)
            .and_then(|line| document.add(line))
            .map_err(|error| format!("line {number}: {error}"))?;
    }
    for family in &document.families {
        shape::check(family).map_err(|error| format!("{}: {error}", family.name))?;
    }
    Ok(document.families)
}

/// The values by `name{label="value",...}`, labels sorted.
///
/// # Errors
///
/// When anything is wrong, with the line.
pub(crate) fn values(text: &str) -> Result<BTreeMap<String, f64>, String> {
    let families = parse(text)?.into_iter();
    let samples = families.flat_map(|family| family.samples);
    Ok(samples.map(|sample| (sample.key(), sample.value)).collect())
}

/// What was read; the last family is the one that goes on.
#[derive(Default)]
struct Document {
    families: Vec<Family>,
    has_type: bool,
    keys: BTreeSet<String>,
    /// Whose sample a name is.
    owners: BTreeMap<String, String>,
}

impl Document {
    fn add(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Nothing => Ok(()),
            Line::Help { name, text } => {
                let family = self.heading(&name)?;
                match family.help.replace(text) {
                    None => Ok(()),
                    Some(_) => Err(format!("a second HELP of {name}")),
                }
            }
            Line::Type { name, kind } => {
                self.heading(&name)?.kind = kind;
                if std::mem::replace(&mut self.has_type, true) {
                    return Err(format!("a second TYPE of {name}"));
                }
                Ok(())
            }
            Line::Sample(sample) => self.sample(sample),
        }
    }

    /// The family that a heading is of: the last one, which has no samples yet, or a new one.
    fn heading(&mut self, name: &str) -> Result<&mut Family, String> {
        let goes_on = self.families.last().is_some_and(|last| last.name == name);
        if !goes_on {
            self.begin(name)?;
        }
        let family = self.families.last_mut().expect("there is one now");
        if family.samples.is_empty() {
            Ok(family)
        } else {
            Err(format!("a heading of {name} after its samples"))
        }
    }

    fn sample(&mut self, sample: Sample) -> Result<(), String> {
        let owner = self.families.last();
        if !owner.is_some_and(|last| shape::owns(last, &sample.name)) {
            self.begin(&sample.name)?;
        }
        let family = self.families.last_mut().expect("there is one now");
        shape::check_sample(family, &sample)?;
        let owner = self
            .owners
            .entry(sample.name.clone())
            .or_insert_with(|| family.name.clone());
        if *owner != family.name {
            return Err(format!("{} is a sample of {owner}", sample.name));
        }
        if !self.keys.insert(sample.key()) {
            return Err(format!("{} a second time", sample.key()));
        }
        family.samples.push(sample);
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), String> {
        if self.families.iter().any(|family| family.name == name) {
            return Err(format!("{name} begins a second time"));
        }
        self.has_type = false;
        self.families.push(Family {
            name: name.to_owned(),
            kind: Kind::Untyped,
            help: None,
            samples: Vec::new(),
        });
        Ok(())
    }
}
