//! The types that texts know, and which samples each of them has.

use super::rules::Rules;

/// What stands in a line `# TYPE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Type {
    Counter,
    Gauge,
    Histogram,
    GaugeHistogram,
    Summary,
    Info,
    StateSet,
    #[default]
    Unknown,
}

/// What a sample is to its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The number itself; a quantile of a summary, a state of a state set.
    Value,
    Bucket,
    Count,
    Sum,
    /// When it began, which a snapshot has no place for.
    Created,
}

use Part::{Bucket, Count, Created, Sum, Value};

impl Type {
    pub(super) const KNOWN: &str =
        "counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown";
    pub(super) const KNOWN_OF_TEXT: &str = "counter, gauge, histogram, summary or untyped";

    pub(super) fn parse(text: &str, rules: Rules) -> Option<Self> {
        match text {
            "counter" => Some(Self::Counter),
            "gauge" => Some(Self::Gauge),
            "histogram" => Some(Self::Histogram),
            "summary" => Some(Self::Summary),
            "untyped" if rules == Rules::Text => Some(Self::Unknown),
            "unknown" => Some(Self::Unknown),
            "gaugehistogram" if rules != Rules::Text => Some(Self::GaugeHistogram),
            "info" if rules != Rules::Text => Some(Self::Info),
            "stateset" if rules != Rules::Text => Some(Self::StateSet),
            _ => None,
        }
    }

    /// Every sample that a family has: what follows its name, and what it is.
    pub(super) fn samples(self, rules: Rules) -> &'static [(&'static str, Part)] {
        match self {
            // The text format declares a counter by the name of its sample.
            Self::Counter if rules == Rules::Text => &[("", Value)],
            Self::Counter => &[("_total", Value), ("_created", Created)],
            Self::Gauge | Self::StateSet | Self::Unknown => &[("", Value)],
            Self::Histogram if rules == Rules::Text => {
                &[("_bucket", Bucket), ("_count", Count), ("_sum", Sum)]
            }
            Self::Histogram => &[
                ("_bucket", Bucket),
                ("_count", Count),
                ("_sum", Sum),
                ("_created", Created),
            ],
            Self::GaugeHistogram => &[("_bucket", Bucket), ("_gcount", Count), ("_gsum", Sum)],
            Self::Summary if rules == Rules::Text => {
                &[("", Value), ("_count", Count), ("_sum", Sum)]
            }
            Self::Summary => &[
                ("", Value),
                ("_count", Count),
                ("_sum", Sum),
                ("_created", Created),
            ],
            Self::Info => &[("_info", Value)],
        }
    }

    /// What a sample with this behind the family's name is.
    pub(super) fn part(self, suffix: &str, rules: Rules) -> Option<Part> {
        let mut samples = self.samples(rules).iter();
        let found = samples.find(|(known, _)| *known == suffix)?;
        Some(found.1)
    }

    /// The label that tells samples of one series apart.
    pub(super) fn own_label(self, part: Part, family: &str) -> Option<&str> {
        match (self, part) {
            (Self::Histogram | Self::GaugeHistogram, Bucket) => Some("le"),
            (Self::Summary, Value) => Some("quantile"),
            (Self::StateSet, Value) => Some(family),
            _ => None,
        }
    }
}

/// Everything that can follow the name of a family.
pub(super) const SUFFIXES: &[&str] = &[
    "_bucket", "_count", "_sum", "_total", "_created", "_info", "_gcount", "_gsum",
];
