//! The names of a family as they are written.

use ppc_core::{Descriptor, Kind};

use super::escaping::{Escaping, Names};
use super::format::Format;

/// Those of the family at hand: its own as a rule, for which nothing is done.
#[derive(Debug)]
pub(crate) enum Spelled<'a> {
    Plain(&'a Descriptor),
    Other(Box<Other>),
}

/// Names that are written otherwise than the family's descriptor has them.
#[derive(Debug)]
pub(crate) struct Other {
    /// What the header is about.
    header: String,
    /// In front of a sample that has the family's name; a name in quotes stands inside the braces,
    /// which it opens.
    own: String,
    samples: Vec<String>,
    labels: Vec<String>,
    /// As the label of states.
    state: String,
    opens: bool,
}

impl<'a> Spelled<'a> {
    pub(crate) fn new(descriptor: &'a Descriptor, format: Format, escaping: Escaping) -> Self {
        let is_plain = match escaping {
            Escaping::Dots => false,
            _ => descriptor.spelling().is_none(),
        };
        if is_plain {
            return Self::Plain(descriptor);
        }
        Self::other(descriptor, format, escaping)
    }

    fn other(descriptor: &'a Descriptor, format: Format, escaping: Escaping) -> Self {
        let spelling = descriptor.spelling();
        let names = spelling.map_or(descriptor.names(), |spelling| spelling.names());
        // What the header names is escaped, and the suffix stands behind that: it has a meaning.
        let base = match (format, descriptor.kind()) {
            (Format::Text, Kind::Counter | Kind::Info) => names.sample(0),
            _ => names.family(),
        };
        let header = escaping.write(base, Names::Metric);
        let opens = header.starts_with('"');
        let sample = |suffix: &str| match header.strip_suffix('"') {
            Some(quoted) => format!("{{{quoted}{suffix}\""),
            None => format!("{header}{suffix}"),
        };
        let samples = if format == Format::OpenMetrics && descriptor.kind() == Kind::Counter {
            // OpenMetrics 1.0, "Counter": the total has its suffix, whatever it is called elsewhere.
            vec![sample("_total")]
        } else {
            let suffixes = names.samples().map(|name| &name[base.len()..]);
            suffixes.map(sample).collect()
        };
        let label = |name: &str| escaping.write(name, Names::Label);
        let labels = match spelling {
            Some(spelling) => spelling.label_names().map(label).collect(),
            None => descriptor.label_names().map(label).collect(),
        };
        Self::Other(Box::new(Other {
            own: sample(""),
            state: label(names.family()),
            header,
            samples,
            labels,
            opens,
        }))
    }

    /// What the header is about: in the text format a counter and an info by the name of their samples,
    /// all else the family by its own.
    pub(super) fn header(&self, format: Format) -> &str {
        match self {
            Self::Plain(descriptor) => match (format, descriptor.kind()) {
                (Format::Text, Kind::Counter | Kind::Info) => descriptor.names().sample(0),
                _ => descriptor.names().family(),
            },
            Self::Other(other) => &other.header,
        }
    }

    /// What a sample under the family's name begins with.
    pub(super) fn own(&self) -> &str {
        match self {
            Self::Plain(descriptor) => descriptor.names().family(),
            Self::Other(other) => &other.own,
        }
    }

    /// What sample `index` begins with.
    #[inline]
    pub(crate) fn sample(&self, index: usize) -> &str {
        match self {
            Self::Plain(descriptor) => descriptor.names().sample(index),
            Self::Other(other) => &other.samples[index],
        }
    }

    /// The label that the states of a state set stand in.
    pub(crate) fn state(&self) -> &str {
        match self {
            Self::Plain(descriptor) => descriptor.names().family(),
            Self::Other(other) => &other.state,
        }
    }

    /// Whether the name of a sample opens the braces of its labels.
    pub(super) fn opens(&self) -> bool {
        matches!(self, Self::Other(other) if other.opens)
    }

    /// How label `index` is written, of this name in the descriptor.
    pub(super) fn label<'n>(&'n self, index: usize, name: &'n str) -> &'n str {
        match self {
            Self::Plain(_) => name,
            Self::Other(other) => &other.labels[index],
        }
    }
}
