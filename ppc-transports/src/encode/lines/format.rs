//! What a format of one line a sample has to say of itself.

use ppc_core::{FamilySnapshot, Kind, SeriesSnapshot, Value};

use crate::encode::{Omitted, number};

/// A format that writes a line for each sample.
pub(in crate::encode) trait LineFormat {
    /// Appends what stands in front of the value of a label.
    fn write_label(&self, name: &str, out: &mut Vec<u8>);

    /// Appends a label's value, which is not empty. Returns whether something in it was replaced,
    /// so that another value may have become the same text.
    fn write_value(&self, value: &str, out: &mut Vec<u8>) -> bool;

    /// Fills in what stands before and behind the labels in all lines of a sample of this name.
    fn write_name(&self, sample: &str, name: &mut Name);

    /// Whether `write_name` replaces something in the names of a family.
    fn changes_names(&self, _family: &str) -> bool {
        false
    }

    /// Whether lines have labels at all.
    fn has_labels(&self) -> bool {
        true
    }

    /// Whether a server adds up the lines of series of this kind that differ by labels alone,
    /// where lines have none.
    fn adds_up(&self, _kind: Kind) -> bool {
        false
    }

    /// Whether what histograms and summaries observe is sent one by one, under the name of the
    /// family, and never what it comes to.
    fn observes(&self) -> bool {
        false
    }

    /// The series that follow are those of this family.
    fn start_family(&mut self, _family: &FamilySnapshot) {}

    /// The samples that follow are those of this series.
    fn start_series(&mut self, _series: &SeriesSnapshot<'_>, _value: Value<'_>) {}

    /// Appends the line of a sample, or leaves it out and counts that.
    fn write_sample(
        &mut self,
        line: Line<'_>,
        number: Number,
        out: &mut Vec<u8>,
        omitted: &mut Omitted,
    );

    /// The next sample is not written: another one of its series is the same in the format.
    fn skip_sample(&mut self) {}

    /// What was appended from here on is taken away again.
    fn take_back(&mut self, _start: usize) {}
}

/// What all lines of a sample's name have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::encode) struct Name {
    /// What stands before the labels.
    pub(in crate::encode) head: Vec<u8>,
    /// What stands between the labels and the number.
    pub(in crate::encode) foot: Vec<u8>,
}

/// What stands in a line beside its number.
#[derive(Clone, Copy, Debug)]
pub(in crate::encode) struct Line<'a> {
    pub(in crate::encode) name: &'a Name,
    /// The labels of the series.
    pub(in crate::encode) labels: &'a [u8],
    /// The label of this line alone, of a bucket for example.
    pub(in crate::encode) own: &'a [u8],
}

impl Line<'_> {
    /// Appends it up to its number, where nothing stands behind that.
    #[inline]
    pub(in crate::encode) fn write_before(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.name.head);
        out.extend_from_slice(self.labels);
        out.extend_from_slice(self.own);
        out.extend_from_slice(&self.name.foot);
    }
}

/// The number of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::encode) enum Number {
    /// A total of whole ones.
    Count(u64),
    /// A total that never falls.
    Total(f64),
    /// A total that falls with what is negative.
    Sum(f64),
    /// What goes up and down.
    Level(f64),
    /// What observations come to, which are sent one by one.
    Observations,
}

impl Number {
    /// Which it is, where it is not a count.
    #[inline]
    pub(in crate::encode) fn real(self) -> Option<f64> {
        match self {
            Self::Count(_) | Self::Observations => None,
            Self::Total(real) | Self::Sum(real) | Self::Level(real) => Some(real),
        }
    }

    /// How many it counts; 0 where it is not a count.
    #[inline]
    pub(in crate::encode) fn count(self) -> u64 {
        match self {
            Self::Count(count) => count,
            _ => 0,
        }
    }

    /// Appends it, with the words that formats have for what is not finite.
    #[inline]
    pub(in crate::encode) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Count(count) => number::write_count(count, out),
            Self::Total(real) | Self::Sum(real) | Self::Level(real) => {
                number::write_any(real, out);
            }
            Self::Observations => {}
        }
    }
}
