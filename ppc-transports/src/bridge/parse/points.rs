//! The series of a family: which samples are of one, at one time.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;

use super::cursor::Label;
use super::document::{Document, Family, Sample};
use super::fault::{Fault, Unexpected};
use super::rules::Rules;
use super::types::{Part, Type};

/// The samples of a series, by their places in the document.
#[derive(Debug, Default)]
pub(super) struct Point {
    /// Any of them.
    pub(super) first: usize,
    pub(super) timestamp: Option<f64>,
    pub(super) value: Option<usize>,
    /// Buckets of a histogram, quantiles of a summary, states of a state set.
    pub(super) parts: Vec<usize>,
    pub(super) count: Option<usize>,
    pub(super) sum: Option<usize>,
    created: Option<usize>,
    /// The series has a later one.
    pub(super) is_past: bool,
}

/// The labels of a series: without the one that tells its samples apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'d, 'a> {
    labels: &'d [Label<'a>],
    own: Option<&'d str>,
}

impl<'d, 'a> Key<'d, 'a> {
    pub(super) fn of(
        document: &'d Document<'a>,
        family: &'d Family<'a>,
        sample: &Sample<'a>,
    ) -> Self {
        Self {
            labels: &document.labels[sample.labels.clone()],
            own: family.kind().own_label(sample.part, &family.name),
        }
    }

    pub(super) fn labels(self) -> impl Iterator<Item = &'d Label<'a>> {
        let own = self.own;
        let labels = self.labels.iter();
        labels.filter(move |label| own.is_none_or(|own| label.name != own))
    }

    /// The value of the label that tells the samples apart.
    pub(super) fn own(self) -> Option<&'d str> {
        let own = self.own?;
        let label = self.labels.iter().find(|label| label.name == own)?;
        Some(&label.value)
    }
}

impl PartialEq for Key<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        self.labels().eq(other.labels())
    }
}

impl Eq for Key<'_, '_> {}

impl Hash for Key<'_, '_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.labels().for_each(|label| label.hash(state));
    }
}

/// The series of a family; faults are told where the rules let them.
pub(super) fn points<'a>(
    document: &Document<'a>,
    family: &Family<'a>,
    faults: &mut Vec<Fault>,
) -> Result<Vec<Point>, Fault> {
    let mut points: Vec<Point> = Vec::with_capacity(match family.kind() {
        Type::Histogram | Type::GaugeHistogram | Type::Summary => 1,
        _ => family.samples.len(),
    });
    let mut index = HashMap::with_hasher(RandomState::default());
    let mut last = None;
    let is_strict = document.rules == Rules::OpenMetrics;
    for at in family.samples.iter().copied() {
        let sample = &document.samples[at];
        let key = Key::of(document, family, sample);
        let known = match last {
            Some((before, place)) if before == key => Some(place),
            _ => index.get(&key).copied(),
        };
        let is_next = known.is_some() && known == last.map(|(_, place)| place);
        let place = known.unwrap_or(points.len());
        last = Some((key, place));
        if known.is_none() {
            index.insert(key, place);
            points.push(Point::at(at, sample));
        }
        // OpenMetrics 1.0, "Info": its labels are its value.
        let is_scattered = known.is_some() && !is_next && family.kind() != Type::Info;
        let added = match points[place].follows(sample, family.kind(), is_strict) {
            _ if is_strict && is_scattered => Err("the samples of a series together"),
            Err(expected) => Err(expected),
            Ok(Follows::Now) => points[place].add(family.kind(), document, at),
            Ok(Follows::Earlier) => Ok(()),
            Ok(Follows::Later) => {
                points[place].is_past = true;
                let mut point = Point::at(at, sample);
                let added = point.add(family.kind(), document, at);
                last = Some((key, points.len()));
                index.insert(key, points.len());
                points.push(point);
                added
            }
        };
        if let Err(expected) = added {
            let fault = Unexpected::new(expected, &sample.name).at(sample.line);
            if is_strict {
                return Err(fault);
            }
            faults.push(fault);
        }
    }
    Ok(points)
}

/// When a sample of a series is, as to those before.
enum Follows {
    Now,
    Earlier,
    Later,
}

impl Point {
    fn at(at: usize, sample: &Sample<'_>) -> Self {
        Self {
            first: at,
            timestamp: sample.timestamp,
            ..Self::default()
        }
    }

    fn follows(
        &self,
        sample: &Sample<'_>,
        kind: Type,
        is_strict: bool,
    ) -> Result<Follows, &'static str> {
        match (self.timestamp, sample.timestamp) {
            (Some(before), Some(now)) if now > before => Ok(Follows::Later),
            // OpenMetrics 1.0, "Timestamps": they never fall, but of an info.
            (Some(before), Some(now)) if now < before && is_strict && kind != Type::Info => {
                Err("timestamps that do not fall")
            }
            (Some(before), Some(now)) if now < before => Ok(Follows::Earlier),
            (Some(_), None) | (None, Some(_)) if is_strict => {
                Err("timestamps on all samples of a series, or on none")
            }
            _ => Ok(Follows::Now),
        }
    }

    /// Notes a sample.
    fn add(&mut self, kind: Type, document: &Document<'_>, at: usize) -> Result<(), &'static str> {
        let place = match document.samples[at].part {
            Part::Bucket => {
                self.parts.push(at);
                return Ok(());
            }
            Part::Value if matches!(kind, Type::Summary | Type::StateSet) => {
                self.parts.push(at);
                return Ok(());
            }
            Part::Value => &mut self.value,
            Part::Count => &mut self.count,
            Part::Sum => &mut self.sum,
            Part::Created => &mut self.created,
        };
        let is_new = place.is_none();
        place.get_or_insert(at);
        // Of the same time twice: what was cut off the timestamps told them apart.
        if is_new || self.timestamp.is_some() {
            Ok(())
        } else {
            Err("each series once")
        }
    }
}
