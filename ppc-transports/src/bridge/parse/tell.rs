//! Tells a mirror what a text says.

use std::collections::HashSet;

use ppc_core::{Kind, MirrorReading, Mirrored};

use super::document::{Document, Family, Sample};
use super::fault::Fault;
use super::points::{Key, Point, points};
use super::reader;
use super::rules::Rules;
use super::types::{Part, Type};
use super::values::Series;

/// A text that was read, and keeps to its rules.
#[derive(Debug)]
pub(crate) struct Parsed<'a> {
    document: Document<'a>,
    /// Of each family.
    points: Vec<Vec<Point>>,
}

impl<'a> Parsed<'a> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Where it does not keep to the rules.
    pub(crate) fn parse(text: &'a str, rules: Rules) -> Result<Self, Fault> {
        let mut document = reader::read(text, rules)?;
        let mut faults = std::mem::take(&mut document.faults);
        let families = document.families.iter();
        let points = families.map(|family| {
            let points = points(&document, family, &mut faults)?;
            if rules == Rules::OpenMetrics {
                for point in &points {
                    let series = Series {
                        document: &document,
                        family,
                        point,
                    };
                    series.value()?;
                }
            }
            Ok(points)
        });
        let points = points.collect::<Result<_, Fault>>()?;
        document.faults = faults;
        Ok(Self { document, points })
    }

    /// Tells all families with their series, and what was left out.
    pub(crate) fn tell(&self, reading: &mut MirrorReading<'_>) {
        for fault in &self.document.faults {
            tell_fault(fault, reading);
        }
        let totals = self.totals();
        for (family, points) in self.document.families.iter().zip(&self.points) {
            let created = family.name.strip_suffix("_created");
            let is_created = created.is_some_and(|bare| totals.contains(bare));
            if !(is_created && family.kind() == Type::Gauge) {
                self.tell_family(family, points, reading);
            }
        }
    }

    /// The names of all that began at some time, which the text format has no place for: clients write
    /// that as a gauge `x_created`. In OpenMetrics it is a part of `x`, and no other family has the name.
    fn totals(&self) -> HashSet<&str> {
        if self.document.rules != Rules::Text {
            return HashSet::new();
        }
        let families = self.document.families.iter();
        let totals = families.filter_map(|family| match family.kind() {
            Type::Counter => family.name.strip_suffix("_total"),
            Type::Histogram | Type::Summary => Some(&*family.name),
            _ => None,
        });
        totals.collect()
    }

    fn tell_family(&self, family: &Family<'_>, points: &[Point], reading: &mut MirrorReading<'_>) {
        let document = &self.document;
        let mut points = points.iter().filter(|point| !point.is_past).peekable();
        if points.peek().is_none() {
            return;
        }
        let kind = match family.kind() {
            Type::Counter => Kind::Counter,
            Type::Gauge => Kind::Gauge,
            Type::Histogram => Kind::Histogram,
            Type::Summary if points.clone().any(|point| point.count.is_some()) => Kind::Summary,
            Type::Info => Kind::Info,
            Type::StateSet => Kind::StateSet,
            Type::Unknown => Kind::Unknown,
            // The core has none such; their samples are numbers.
            Type::GaugeHistogram | Type::Summary => return self.tell_samples(family, reading),
        };
        let (help, unit) = (family.help.as_deref(), family.unit);
        let (help, unit) = (help.unwrap_or_default(), unit.unwrap_or_default());
        let suffix = match kind {
            Kind::Counter if document.rules != Rules::Text => "_total",
            Kind::Info => "_info",
            _ => "",
        };
        reading.family(kind, &format!("{}{suffix}", family.name), help, unit);
        let mut labels = Vec::new();
        for point in points {
            let sample = &document.samples[point.first];
            if kind == Kind::Summary && point.count.is_none() {
                let name = &family.name;
                let fault = format!("line {}: a summary of `{name}` has no count", sample.line);
                reading.fault(fault);
                continue;
            }
            let series = Series {
                document,
                family,
                point,
            };
            match series.value() {
                Ok(Some(value)) => {
                    labels.clear();
                    let key = Key::of(document, family, sample);
                    labels.extend(key.labels().map(|label| (&*label.name, &*label.value)));
                    reading.series(&labels, value.mirrored());
                }
                Ok(None) => {}
                Err(fault) => tell_fault(&fault, reading),
            }
        }
    }

    /// Each sample as a number of unknown kind, with all its labels.
    fn tell_samples(&self, family: &Family<'_>, reading: &mut MirrorReading<'_>) {
        let help = family.help.as_deref().unwrap_or_default();
        for part in [Part::Value, Part::Bucket, Part::Count, Part::Sum] {
            let samples = family.samples.iter().map(|at| &self.document.samples[*at]);
            let mut samples = samples.filter(|sample| sample.part == part).peekable();
            let Some(Sample { name, .. }) = samples.peek() else {
                continue;
            };
            reading.family(Kind::Unknown, name, help, "");
            let mut labels = Vec::new();
            for sample in samples {
                labels.clear();
                let all = &self.document.labels[sample.labels.clone()];
                labels.extend(all.iter().map(|label| (&*label.name, &*label.value)));
                reading.series(&labels, Mirrored::Number(sample.value, None));
            }
        }
    }
}

fn tell_fault(fault: &Fault, reading: &mut MirrorReading<'_>) {
    reading.fault(fault.to_string());
}
