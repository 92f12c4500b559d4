//! What formats of one line a sample share: the way through a snapshot, the labels, and what
//! becomes of series that are one in the format.

mod format;
mod names;
mod places;
mod samples;
mod texts;

use std::collections::HashSet;

use ppc_core::{FamilySnapshot, Kind, LabelSet, SeriesSnapshot, Snapshot, Value};

use self::places::{Places, write_label};
use self::samples::Samples;
use self::texts::Texts;
use super::Omitted;
pub(super) use format::{Line, LineFormat, Name, Number};

/// Goes through snapshots, and has a format write a line for each sample.
///
/// Series that a format makes one, because it has to replace characters of their labels or has no
/// labels at all, must not overwrite each other in turn: one of them is sent, the same in each
/// push, the others are counted. It is one in which nothing was replaced, else the oldest. That
/// nearly never happens, so a family is written as if it could not, and once more with care where
/// something was replaced.
#[derive(Debug, Default)]
pub(super) struct Walk {
    names: [Name; 3],
    /// What stands before each label value of the family at hand.
    heads: Texts,
    /// The client's labels that the family at hand does not have itself.
    tail: Vec<u8>,
    places: Places,
    /// The labels of the series at hand, written once for all its lines.
    labels: Vec<u8>,
}

impl Walk {
    /// Appends the lines of all samples.
    pub(super) fn encode<F: LineFormat>(
        &mut self,
        format: &mut F,
        snapshot: &Snapshot,
        labels: &LabelSet,
        out: &mut Vec<u8>,
    ) -> Omitted {
        let mut omitted = Omitted::default();
        let giving_way = names::give_way(format, snapshot);
        for (place, family) in snapshot.families().enumerate() {
            format.start_family(family);
            if giving_way.contains(&place) {
                for series in family.series() {
                    leave_out(format, (family, &series), &mut omitted);
                }
                continue;
            }
            self.start_family(format, family, labels);
            let (start, before) = (out.len(), omitted.clone());
            if !self.write_family(format, family, labels, out, &mut omitted) {
                out.truncate(start);
                format.take_back(start);
                omitted = before;
                self.write_carefully(format, family, labels, out, &mut omitted);
            }
        }
        omitted
    }

    /// Puts aside what the lines of a family have in common.
    fn start_family<F: LineFormat>(
        &mut self,
        format: &F,
        family: &FamilySnapshot,
        labels: &LabelSet,
    ) {
        for (name, sample) in self.names.iter_mut().zip(names::names_of(format, family)) {
            name.head.clear();
            name.foot.clear();
            format.write_name(sample, name);
        }
        self.heads.clear();
        self.tail.clear();
        let descriptor = family.descriptor();
        self.places.start_family(format, descriptor);
        if !format.has_labels() {
            return;
        }
        for name in descriptor.label_names() {
            self.heads.push(|out| format.write_label(name, out));
        }
        let state = (descriptor.kind() == Kind::StateSet).then(|| descriptor.names().family());
        for (name, value) in labels.iter() {
            if Some(name) != state && descriptor.label_names().all(|own| own != name) {
                write_label(format, name, value, &mut self.tail);
            }
        }
    }

    /// Puts aside the labels that all lines of a series have. Returns whether something in its own
    /// was replaced; what is replaced in those of the client is the same in all series.
    #[inline]
    fn start_series<F: LineFormat>(
        &mut self,
        format: &F,
        series: &SeriesSnapshot<'_>,
        value: Value<'_>,
        labels: &LabelSet,
    ) -> bool {
        self.labels.clear();
        if !format.has_labels() {
            return false;
        }
        let mut changed = false;
        let mut heads = self.heads.iter();
        // Not zipped: that would be a call for each label.
        for (_, value) in series.labels() {
            let head = heads.next().unwrap_or_default();
            if !value.is_empty() {
                self.labels.extend_from_slice(head);
                changed |= format.write_value(value, &mut self.labels);
            }
        }
        let Value::Info(info) = value else {
            self.labels.extend_from_slice(&self.tail);
            return changed;
        };
        // The facts of an info are labels of its own.
        let facts = || info.pairs().into_iter().flatten();
        let own = |name: &str| series.labels().chain(facts()).any(|(own, _)| own == name);
        for (name, value) in labels.iter().filter(|(name, _)| !own(name)) {
            write_label(format, name, value, &mut self.labels);
        }
        for (name, value) in facts() {
            changed |= write_label(format, name, value, &mut self.labels);
        }
        changed
    }

    /// Appends the lines of a family, or stops where series of it may be one.
    fn write_family<F: LineFormat>(
        &mut self,
        format: &mut F,
        family: &FamilySnapshot,
        labels: &LabelSet,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) -> bool {
        let kind = family.descriptor().kind();
        let is_alone = family.series().len() < 2;
        if !is_alone && !format.has_labels() && !format.adds_up(kind) {
            return false;
        }
        for series in family.series() {
            let value = series.value();
            if self.start_series(format, &series, value, labels) && !is_alone {
                return false;
            }
            self.write_series(format, (family, &series), value, out, omitted);
        }
        true
    }

    /// Appends the lines of a family of which some series may be one.
    #[cold]
    fn write_carefully<F: LineFormat>(
        &mut self,
        format: &mut F,
        family: &FamilySnapshot,
        labels: &LabelSet,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let series = family.series();
        let mut order: Vec<_> = series
            .map(|series| {
                let changed = self.start_series(format, &series, series.value(), labels);
                (changed, series.id(), series)
            })
            .collect();
        order.sort_by_key(|(changed, id, _)| (*changed, *id));
        // In a family it is these labels alone that tell the lines of one series from another's.
        let mut taken = HashSet::new();
        for (_, _, series) in order {
            let value = series.value();
            self.start_series(format, &series, value, labels);
            let (sent, _) = Samples::of(value).sent(format.has_labels());
            if sent == 0 || taken.insert(self.labels.clone()) {
                self.write_series(format, (family, &series), value, out, omitted);
            } else {
                leave_out(format, (family, &series), omitted);
            }
        }
    }

    /// Appends the lines of the series at hand.
    #[inline]
    fn write_series<F: LineFormat>(
        &self,
        format: &mut F,
        (family, series): (&FamilySnapshot, &SeriesSnapshot<'_>),
        value: Value<'_>,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    ) {
        let has_labels = format.has_labels();
        let is_observed = names::is_observed(format, family.descriptor().kind());
        format.start_series(series, value);
        let [first, second, third] = &self.names;
        let mut write = |name, own, number| {
            let labels = &self.labels;
            format.write_sample(Line { name, labels, own }, number, out, omitted);
        };
        match value {
            Value::Histogram(_) | Value::Summary { .. } if is_observed => {
                write(first, &[], Number::Observations);
            }
            Value::Counter(total) => write(first, &[], Number::Total(total)),
            Value::Gauge(level) => write(first, &[], Number::Level(level)),
            Value::Histogram(histogram) => {
                for (own, (_, count)) in self.places.labels().zip(histogram.buckets()) {
                    write(first, own, Number::Count(count));
                }
                write(second, &[], Number::Count(histogram.count()));
                write(third, &[], Number::Sum(histogram.sum()));
            }
            Value::Summary {
                count,
                sum,
                quantiles,
            } => {
                let quantiles = self.places.labels().zip(quantiles.pairs());
                // Of an empty window there is nothing to say, which is no fault.
                for (own, (_, level)) in quantiles.filter(|(_, (_, level))| !level.is_nan()) {
                    write(third, own, Number::Level(level));
                }
                write(first, &[], Number::Count(count));
                write(second, &[], Number::Sum(sum));
            }
            Value::Info(info) if has_labels && info.pairs().is_some() => {
                write(first, &[], Number::Level(1.0));
            }
            Value::StateSet(states) => {
                let states = self.places.labels().zip(states.states());
                for (at, (own, (_, holds))) in states.enumerate() {
                    if self.places.is_collided(at) {
                        format.skip_sample();
                    } else {
                        let line = Line {
                            name: first,
                            labels: &self.labels,
                            own,
                        };
                        let number = Number::Level(f64::from(holds));
                        format.write_sample(line, number, out, omitted);
                    }
                }
            }
            // Kinds come with the versions of this workspace, together with their lines here.
            _ => {}
        }
        if !has_labels {
            omitted.unlabelled += Samples::of(value).labelled;
        } else if let Value::StateSet(_) = value {
            let name = family.descriptor().names().family();
            omitted.note_collided(name, self.places.count_collided());
        }
    }
}

/// Counts a series that is the same as another one.
fn leave_out<F: LineFormat>(
    format: &mut F,
    (family, series): (&FamilySnapshot, &SeriesSnapshot<'_>),
    omitted: &mut Omitted,
) {
    let value = series.value();
    // It is there, and may have been sent before the other one was.
    format.start_series(series, value);
    let (sent, unlabelled) = Samples::of(value).sent(format.has_labels());
    omitted.unlabelled += unlabelled;
    omitted.note_collided(family.descriptor().names().family(), sent);
}
