//! What a series says, as the core's mirror takes it.

use ppc_core::{Exemplar, Mirrored, MirroredBucket};

use super::cursor::number;
use super::document::{Document, Family, Sample};
use super::fault::{Fault, Unexpected};
use super::points::{Key, Point};
use super::rules::Rules;
use super::types::Type;

/// The value of a series.
#[derive(Debug)]
pub(super) enum Shown<'d> {
    Number(f64, Option<&'d Exemplar>),
    Histogram(Vec<MirroredBucket<'d>>, f64),
    Summary(Vec<(&'d str, f64, f64)>, u64, f64),
    Info,
    States(Vec<(&'d str, bool)>),
}

impl Shown<'_> {
    pub(super) fn mirrored(&self) -> Mirrored<'_> {
        match self {
            Self::Number(value, exemplar) => Mirrored::Number(*value, *exemplar),
            Self::Histogram(buckets, sum) => Mirrored::Histogram { buckets, sum: *sum },
            Self::Summary(quantiles, count, sum) => Mirrored::Summary {
                quantiles,
                count: *count,
                sum: *sum,
            },
            Self::Info => Mirrored::Info,
            Self::States(states) => Mirrored::States(states),
        }
    }
}

/// How many states a state set can show.
const MOST_STATES: usize = 64;

/// A series at one time, with the document around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series<'d, 'a> {
    pub(super) document: &'d Document<'a>,
    pub(super) family: &'d Family<'a>,
    pub(super) point: &'d Point,
}

impl<'d, 'a> Series<'d, 'a> {
    /// What it says; nothing where there is only when it began.
    pub(super) fn value(self) -> Result<Option<Shown<'d>>, Fault> {
        let shown = match self.family.kind() {
            Type::Histogram | Type::GaugeHistogram => self.histogram()?,
            Type::Summary => self.summary()?,
            Type::StateSet => Shown::States(self.states()?),
            Type::Info => Shown::Info,
            Type::Counter | Type::Gauge | Type::Unknown => {
                let Some(sample) = self.sample(self.point.value) else {
                    return Ok(None);
                };
                Shown::Number(sample.value, sample.exemplar.as_deref())
            }
        };
        Ok(Some(shown))
    }

    fn sample(self, at: Option<usize>) -> Option<&'d Sample<'a>> {
        at.map(|at| &self.document.samples[at])
    }

    fn first(self) -> &'d Sample<'a> {
        &self.document.samples[self.point.first]
    }

    fn parts(self) -> impl Iterator<Item = &'d Sample<'a>> {
        let samples = &self.document.samples;
        self.point.parts.iter().map(|part| &samples[*part])
    }

    fn own(self, sample: &Sample<'a>) -> Option<&'d str> {
        Key::of(self.document, self.family, sample).own()
    }

    fn is_strict(self) -> bool {
        self.document.rules == Rules::OpenMetrics
    }

    fn histogram(self) -> Result<Shown<'d>, Fault> {
        let mut bounds = Vec::with_capacity(self.point.parts.len() + 1);
        for sample in self.parts() {
            let Some(le) = self.own(sample) else {
                return fault(sample, "the label `le` of a bucket", "none");
            };
            let Some(bound) = number(le).filter(|bound| !bound.is_nan()) else {
                return fault(sample, "the bound of a bucket", le);
            };
            let le = if bound == f64::INFINITY { "+Inf" } else { le };
            bounds.push((bound, le, count(sample)?, sample));
        }
        if !bounds.is_sorted_by(|a, b| a.0 < b.0) {
            if self.is_strict() && !self.has_twice(&bounds) {
                return fault(self.first(), "buckets in rising order", &self.family.name);
            }
            bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.leave_once(&mut bounds)?;
        }
        let total = self
            .sample(self.point.count)
            .map(|sample| Ok((count(sample)?, sample)));
        let total = total.transpose()?;
        self.check_totals(&bounds, total)?;
        let is_open = bounds.last().is_none_or(|last| last.0 < f64::INFINITY);
        if let Some((total, sample)) = total.filter(|_| is_open) {
            bounds.push((f64::INFINITY, "+Inf", total, sample));
        }
        let mut below = 0;
        let mut buckets = Vec::with_capacity(bounds.len());
        for (bound, le, cumulated, sample) in bounds {
            let Some(count) = cumulated.checked_sub(below) else {
                return fault(
                    sample,
                    "a bucket that counts those below it as well",
                    sample.text,
                );
            };
            below = cumulated;
            buckets.push(MirroredBucket {
                le,
                bound,
                count,
                exemplar: sample.exemplar.as_deref(),
            });
        }
        if buckets.last().is_none_or(|last| last.bound < f64::INFINITY) {
            return fault(self.first(), "a last bucket of `+Inf`", &self.family.name);
        }
        let sum = self.sample(self.point.sum);
        Ok(Shown::Histogram(
            buckets,
            sum.map_or(f64::NAN, |sum| sum.value),
        ))
    }

    /// OpenMetrics 1.0, "Histogram" and "GaugeHistogram": count and sum stand together.
    fn check_totals(
        self,
        bounds: &[(f64, &str, u64, &Sample<'_>)],
        total: Option<(u64, &Sample<'_>)>,
    ) -> Result<(), Fault> {
        let last = bounds.last().filter(|last| last.0 == f64::INFINITY);
        if let (Some((count, sample)), Some(last)) = (total, last)
            && count != last.2
        {
            return fault(sample, "the count of the bucket `+Inf`", sample.text);
        }
        if !self.is_strict() {
            return Ok(());
        }
        let (first, sum) = (self.first(), self.sample(self.point.sum));
        if last.is_none() {
            return fault(first, "a last bucket of `+Inf`", &self.family.name);
        }
        if sum.is_some() != total.is_some() {
            return fault(
                first,
                "count and sum together, or none of them",
                &self.family.name,
            );
        }
        let is_negative = bounds.first().is_some_and(|first| first.0 < 0.0);
        match (self.family.kind(), sum) {
            (Type::Histogram, Some(sum)) if is_negative => fault(
                sum,
                "no sum of a histogram with a bound below zero",
                sum.text,
            ),
            (Type::GaugeHistogram, Some(sum)) if !is_negative && sum.value < 0.0 => {
                fault(sum, "a sum that is not negative, as all bounds", sum.text)
            }
            _ => Ok(()),
        }
    }

    fn has_twice(self, bounds: &[(f64, &str, u64, &Sample<'_>)]) -> bool {
        let rises = bounds.is_sorted_by(|a, b| a.0 <= b.0);
        rises && self.point.timestamp.is_some()
    }

    /// Leaves out the later one of two with the same bound, which only a timestamp excuses.
    fn leave_once<T>(self, parts: &mut Vec<(f64, &str, T, &Sample<'_>)>) -> Result<(), Fault> {
        let twice = parts.windows(2).find(|pair| pair[0].0 == pair[1].0);
        if let Some(pair) = twice.filter(|_| self.point.timestamp.is_none()) {
            return fault(pair[1].3, "each series once", &pair[1].3.name);
        }
        parts.dedup_by(|later, first| later.0 == first.0);
        Ok(())
    }

    fn summary(self) -> Result<Shown<'d>, Fault> {
        let mut quantiles = Vec::with_capacity(self.point.parts.len());
        for sample in self.parts() {
            let Some(text) = self.own(sample) else {
                return fault(sample, "the label `quantile`", "none");
            };
            let Some(quantile) = number(text).filter(|number| (0.0..=1.0).contains(number)) else {
                return fault(sample, "a quantile from 0 to 1", text);
            };
            quantiles.push((quantile, text, sample.value, sample));
        }
        if !quantiles.is_sorted_by(|a, b| a.0 < b.0) {
            quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
            self.leave_once(&mut quantiles)?;
        }
        let quantiles = quantiles.into_iter();
        let quantiles = quantiles.map(|(quantile, text, value, _)| (text, quantile, value));
        let total = match self.sample(self.point.count) {
            Some(sample) => count(sample)?,
            None => 0,
        };
        let sum = self
            .sample(self.point.sum)
            .map_or(f64::NAN, |sum| sum.value);
        Ok(Shown::Summary(quantiles.collect(), total, sum))
    }

    fn states(self) -> Result<Vec<(&'d str, bool)>, Fault> {
        let mut states: Vec<(&str, bool)> = Vec::with_capacity(self.point.parts.len());
        for sample in self.parts() {
            let Some(state) = self.own(sample) else {
                return fault(sample, "the label of a state", "none");
            };
            if states.iter().any(|(known, _)| *known == state) {
                if self.point.timestamp.is_none() {
                    return fault(sample, "each series once", &sample.name);
                }
                continue;
            }
            if states.len() == MOST_STATES {
                return fault(sample, "at most 64 states", state);
            }
            states.push((state, sample.value != 0.0));
        }
        Ok(states)
    }
}

fn fault<T>(sample: &Sample<'_>, expected: &'static str, found: &str) -> Result<T, Fault> {
    Err(Unexpected::new(expected, found).at(sample.line))
}

/// A count, which may be written as a float.
fn count(sample: &Sample<'_>) -> Result<u64, Fault> {
    if let Ok(count) = sample.text.parse() {
        return Ok(count);
    }
    let value = sample.value;
    // 2⁶⁴, which is the first that is no such count.
    if value.fract() == 0.0 && (0.0..18_446_744_073_709_551_616.0).contains(&value) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, and in range"
        )]
        return Ok(value as u64);
    }
    fault(sample, "a whole number that is not negative", sample.text)
}
